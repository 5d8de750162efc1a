// SPDX-License-Identifier: AGPL-3.0-or-later

// Whatever happens to a client between two actions, or to its disk in the middle of one: nothing is lost, nothing is
// there twice (SEND-1, INBOX-2, UI-1).
#include <algorithm>

#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Message;

// Runs everything that two people do in a short life, crashing `victim` before its action number `crash_at`.
class ShortLife {
 public:
  explicit ShortLife(const std::string& victim, uint64_t crash_at) : victim_(victim), crash_at_(crash_at) {
    for (Host* host : {&ana_, &ben_}) {
      host->before_step = [this, host](const client_api::Action&) {
        if (!armed_ || host->name() != victim_ || host->steps != crash_at_ || crashed_) return;
        crashed_ = true;
        host->crash();
        host->reopen();
        client_api::Request connect;  // as the program does when it starts; refused before registration
        connect.mutable_connect();
        host->post(connect);
      };
    }
    live();
  }

  // Whether the crash happened: else crash_at is beyond the end.
  [[nodiscard]] bool crashed() const { return crashed_; }

 private:
  // Repeats a request until it is answered: what a user does after a crash.
  template <class Build>
  client_api::Response insist(Host& host, Build build) {
    for (int i = 0; i < 3; ++i) {
      client_api::Request request;
      build(request);
      const uint32_t id = host.post(request);
      world_.run();
      for (int wait = 0; wait < 20 && !host.response(id); ++wait) world_.advance(1000);
      if (const auto response = host.response(id); response) return *response;
      client_api::Request connect;
      connect.mutable_connect();
      host.post(connect);
    }
    ADD_FAILURE() << host.name() << " gets no answer";
    return {};
  }
  void sign_up_insisting(Host& host, const std::string& phone) {
    const auto response = insist(host, [&](client_api::Request& request) {
      client_api::RegisterRequest& what = *request.mutable_register_();
      what.set_server("http://server:1");
      what.set_handle(phone);
      what.set_code(LoopbackServer::kCode);
      what.set_name(host.name());
    });
    EXPECT_TRUE(response.register_().registered() ||
                response.failure().code() == client_api::Failure::kAlreadyRegistered)
        << response.failure().code() << response.failure().detail();
    insist(host, [](client_api::Request& request) { request.mutable_connect(); });
  }
  void say_once(Host& host, const std::string& conversation, const std::string& text) {
    // Not repeated: a message whose commit the user did not see may be there.
    client_api::Request request;
    request.mutable_send_message()->set_conversation(conversation);
    request.mutable_send_message()->set_text(text);
    const uint32_t id = host.post(request);
    committed_.push_back(text);  // handed in before the crash, and handle() commits before it returns
    world_.run();
    if (!host.response(id)) insist(host, [](client_api::Request& again) { again.mutable_connect(); });
  }
  std::string open(Host& host, const std::string& phone) {
    return insist(host, [&](client_api::Request& request) { request.mutable_open_conversation()->set_handle(phone); })
        .open_conversation()
        .id();
  }

  void live() {
    sign_up_insisting(ana_, kAna);
    sign_up_insisting(ben_, kBen);
    const std::string to_ben = open(ana_, kBen);
    const std::string to_ana = open(ben_, kAna);
    say_once(ana_, to_ben, "a1");
    say_once(ben_, to_ana, "b1");
    say_once(ana_, to_ben, "a2");
    insist(ben_, [&](client_api::Request& request) { request.mutable_mark_read()->set_conversation(to_ana); });
    say_once(ben_, to_ana, "b2");
    world_.advance(70'000);
    armed_ = false;

    std::vector<std::string> ana = texts(ana_, to_ben);
    std::vector<std::string> ben = texts(ben_, to_ana);
    EXPECT_EQ(ana, ben) << "ORDER-1";
    std::sort(ana.begin(), ana.end());
    std::sort(committed_.begin(), committed_.end());
    EXPECT_EQ(ana, committed_) << "lost, or there twice";
    EXPECT_EQ(state(ana_).undecryptable() + state(ben_).undecryptable(), 0u);
    EXPECT_EQ(state(ana_).unsent_messages() + state(ben_).unsent_messages(), 0u);
    for (const Message& message : history(ana_, to_ben)) {
      if (message.text().text() == "a1") {
        EXPECT_EQ(message.tick(), Message::kRead);
      }
      if (message.text().text() == "a2") {
        EXPECT_GE(message.tick(), Message::kDelivered);
      }
    }
    for (Host* host : {&ana_, &ben_}) {
      EXPECT_TRUE(world_.server->device_of(host == &ana_ ? kAna : kBen)->inbox.empty()) << "everything is confirmed";
    }
  }

  std::string victim_;
  uint64_t crash_at_;
  bool armed_ = true;
  bool crashed_ = false;
  World world_;
  Host& ana_ = world_.add("ana");
  Host& ben_ = world_.add("ben");
  std::vector<std::string> committed_;
};

class CrashTest : public ::testing::TestWithParam<const char*> {};

TEST_P(CrashTest, BeforeAnyActionLosesNothingAndRepeatsNothing) {
#ifdef __SANITIZE_ADDRESS__
  constexpr uint64_t kStride = 7;  // a sample is enough for what a sanitizer finds
#else
  constexpr uint64_t kStride = 1;
#endif
  for (uint64_t at = 0;; at += kStride) {
    SCOPED_TRACE("crash before action " + std::to_string(at));
    const ShortLife life(GetParam(), at);
    if (!life.crashed()) {
      EXPECT_GT(at, 30u);
      return;
    }
    if (HasFailure()) return;
  }
}
INSTANTIATE_TEST_SUITE_P(Victims, CrashTest, ::testing::Values("ana", "ben"),
                         [](const auto& info) { return std::string(info.param); });

class StorageTest : public TwoPeople {};

TEST_F(StorageTest, AFullDiskFailsTheRequestAndChangesNothing) {
  warm_up();
  const std::string before = state(ana_).SerializeAsString();
  ana_.disk().fail_after(0, SQLITE_FULL, true);
  client_api::Request send;
  send.mutable_send_message()->set_conversation(chat_);
  send.mutable_send_message()->set_text("no room");
  EXPECT_EQ(ana_.request(send).failure().code(), client_api::Failure::kDiskFull);
  client_api::Request draft;
  draft.mutable_set_draft()->set_conversation(chat_);
  draft.mutable_set_draft()->set_text("nor for this");
  EXPECT_EQ(ana_.request(draft).failure().code(), client_api::Failure::kDiskFull);
  ana_.disk().stop_failing();
  world_.advance(120'000);
  EXPECT_EQ(texts(ana_, chat_).size(), 2u);
  EXPECT_EQ(conversation(ana_, chat_).draft(), "");
  EXPECT_EQ(state(ana_).SerializeAsString(), before);
  say(ana_, chat_, "room again");
  world_.advance(1000);
  EXPECT_EQ(texts(ben_, bens_chat()).back(), "room again");
}

TEST_F(StorageTest, TheStateSaysWhyNothingCanBeKeptUntilSomethingIs) {
  warm_up();
  const auto fails_with = [this](int code) {
    ana_.disk().fail_after(0, code, true);
    client_api::Request draft;
    draft.mutable_set_draft()->set_conversation(chat_);
    draft.mutable_set_draft()->set_text("a draft");
    ana_.events.clear();
    const client_api::Response refused = ana_.request(draft);
    EXPECT_EQ(refused.failure().code(), ana_.events.at(0).state_changed().storage_failure());
    return refused.failure().code();
  };
  disconnect(ana_);
  EXPECT_EQ(fails_with(SQLITE_FULL), client_api::Failure::kDiskFull);
  EXPECT_EQ(fails_with(SQLITE_IOERR_WRITE), client_api::Failure::kStorage);
  EXPECT_EQ(state(ana_).storage_failure(), client_api::Failure::kStorage) << "what only reads proves nothing";
  ana_.disk().stop_failing();
  say(ana_, chat_, "room again");
  EXPECT_EQ(state(ana_).storage_failure(), client_api::Failure::kUnspecified);
}

TEST_F(StorageTest, AReceiverWithoutRoomConfirmsNothingAndTriesAgainRarely_INBOX_2) {
  warm_up();
  const std::string chat = bens_chat();
  ben_.disk().fail_after(0, SQLITE_FULL, true);
  world_.server->confirms.clear();
  int attempts = 0;
  ben_.before_step = [&](const client_api::Action& action) { attempts += action.has_open_socket() ? 1 : 0; };
  const std::string id = say(ana_, chat_, "wait for me");
  world_.advance(600'000);
  EXPECT_TRUE(world_.server->confirms.empty());
  EXPECT_EQ(world_.server->device_of(kBen)->inbox.size(), 1u);
  EXPECT_GE(attempts, 5);
  EXPECT_LE(attempts, 40);
  EXPECT_EQ(message(ana_, id).tick(), Message::kSent);
  EXPECT_EQ(state(ben_).connection(), client_api::State::kWaiting);
  EXPECT_EQ(state(ben_).storage_failure(), client_api::Failure::kDiskFull);
  ben_.disk().stop_failing();
  world_.advance(120'000);
  EXPECT_EQ(state(ben_).storage_failure(), client_api::Failure::kUnspecified);
  EXPECT_EQ(texts(ben_, chat).back(), "wait for me");
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
  EXPECT_EQ(state(ben_).undecryptable(), 0u);
}

TEST_F(StorageTest, AWriteThatFailsAnywhereIsAsIfItHadNeverBegun) {
  warm_up();
  const std::string chat = bens_chat();
  int sent = 0;
  for (uint64_t at = 0; at < 60; at += 3) {
    Host& victim = at % 2 == 0 ? ana_ : ben_;
    victim.disk().fail_after(at, SQLITE_IOERR_WRITE);
    client_api::Request send;
    send.mutable_send_message()->set_conversation(chat_);
    send.mutable_send_message()->set_text(std::to_string(at));
    if (!ana_.request(send).has_failure()) ++sent;
    send.mutable_send_message()->set_conversation(chat);
    if (!ben_.request(send).has_failure()) ++sent;
    world_.advance(120'000);
    victim.disk().stop_failing();
  }
  world_.advance(120'000);
  EXPECT_EQ(texts(ana_, chat_), texts(ben_, chat));
  EXPECT_EQ(texts(ana_, chat_).size(), 2u + static_cast<size_t>(sent));
  EXPECT_EQ(state(ana_).undecryptable() + state(ben_).undecryptable(), 0u);
}

}  // namespace
}  // namespace kith::core::testing
