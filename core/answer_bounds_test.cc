// SPDX-License-Identifier: AGPL-3.0-or-later

// What a hostile server may cost a device: the largest frames and HTTP answers that a host hands over.
#include "base/limits.h"
#include "base/testing/little_memory.h"
#include "core/http_calls.h"
#include "core/testing/lying_server.h"
#include "core/testing/two_people.h"
#include "crypto/account_key.h"

namespace kith::core::testing {
namespace {

constexpr size_t kSpareBytes = size_t{128} << 20;
constexpr uint64_t kSeconds = 10;
constexpr size_t kAnswerBytes = size_t{8} << 20;  // of a host: ClientNetwork::kHttpBodyBytesMax

class HugeAnswerServer : public LyingServer {
 public:
  using LyingServer::LyingServer;
  std::string path;  // of the calls that get another answer, from their end
  std::function<HttpReply(HttpReply honest)> answer;

  HttpReply http(const std::string& method, const std::string& at, const std::string& body,
                 const std::string& bearer) override {
    HttpReply reply = LyingServer::http(method, at, body, bearer);
    if (!answer || !at.ends_with(path)) return reply;
    ++answered;
    return answer(std::move(reply));
  }
  int answered = 0;
};

// The field again and again, up to so many bytes: parsers add up what comes more than once.
std::string repeat(int field, const std::string& content, size_t bytes) {
  wire::SignedDeviceList any;  // of two fields of bytes
  any.set_device_list(content);
  std::string one = any.SerializeAsString();
  if (content.empty()) one = std::string(2, '\0');
  one[0] = static_cast<char>(field << 3 | 2);
  std::string all;
  all.reserve(bytes);
  while (all.size() + one.size() <= bytes) all += one;
  return all;
}

class AnswerBounds : public TwoPeopleOn<HugeAnswerServer> {
 protected:
  enum Outcome { kFine, kNotAlive, kNotAsked, kWrittenToFalseDevices, kNotDelivered };

  // Ana does what makes all calls. To devices that a hostile answer names she writes nothing, and afterwards, with an
  // honest server, what she wrote arrives.
  int use(const std::string& path, const std::function<LoopbackServer::HttpReply(LoopbackServer::HttpReply)>& answer) {
    return kith::testing::in_little_memory(kSpareBytes, kSeconds, [&] {
      server().path = path;
      server().answer = answer;
      client_api::Request request;
      request.mutable_get_profile()->set_account_id(world_.server->account_of(kBen)->id.hex());
      ana_.post(request);
      request.mutable_open_conversation()->set_handle("+491700000077");
      ana_.post(request);
      request.mutable_send_message()->set_conversation(chat_);
      request.mutable_send_message()->set_text("hello");
      ana_.post(request);
      world_.advance(2000);
      request.mutable_get_state();
      if (!ana_.request(request).has_get_state()) return kNotAlive;
      if (server().answered == 0) return kNotAsked;
      if ((path == "/devices" || path == "/prekeys") && !server().sends.empty()) return kWrittenToFalseDevices;
      server().answer = {};
      world_.advance(300'000);
      return texts(ben_, bens_chat()) == std::vector<std::string>{"hello"} ? kFine : kNotDelivered;
    });
  }
  static LoopbackServer::HttpReply with(LoopbackServer::HttpReply reply, const std::string& more) {
    reply.body += more;
    return reply;
  }
};

TEST_F(AnswerBounds, TheLargestAnswersOfAHostileServerTakeLittleTimeAndMemory_LIMIT_1) {
  const std::pair<const char*, int> kFields[] = {{"/lookup", 1},  {"/devices", 1}, {"/devices", 3},
                                                 {"/prekeys", 2}, {"/profile", 2}, {"/profile", 3}};
  for (const auto& [path, field] : kFields) {
    const std::string empty = repeat(field, "", kAnswerBytes);
    const std::string long_one = repeat(field, std::string(kAnswerBytes - 16, 'x'), kAnswerBytes);
    const LoopbackServer::HttpReply kAnswers[] = {{200, empty}, {200, long_one}, {400, long_one}};
    for (const auto& answer : kAnswers) {
      EXPECT_EQ(use(path, [&](LoopbackServer::HttpReply) { return answer; }), kFine)
          << path << " " << field << " " << answer.status;
    }
  }
}

TEST_F(AnswerBounds, AListOfMoreDevicesThanMemoryHoldsIsRefused_LIMIT_1) {
  crypto::SeededRandom random(99);
  const crypto::AccountKeyPair key = crypto::make_account_key(random);
  wire::DeviceList list;
  list.set_account_id(world_.server->account_of(kBen)->id.bytes());
  list.set_revision(1);
  list.set_account_key(key.public_key);
  wire::SignedDeviceList signed_list;
  signed_list.set_device_list(list.SerializeAsString() + repeat(4, "", HttpCalls::kAnswerBytesMax - 2048));
  signed_list.set_signature(crypto::sign_device_list(key, signed_list.device_list()));
  const std::string as_answer = signed_list.SerializeAsString();
  EXPECT_EQ(use("/devices", [&](LoopbackServer::HttpReply) { return LoopbackServer::HttpReply{200, as_answer}; }),
            kFine);
  wire::PrekeyBundlesResponse bundles;
  *bundles.mutable_device_list() = signed_list;
  const std::string in_bundles = bundles.SerializeAsString();
  EXPECT_EQ(use("/prekeys", [&](LoopbackServer::HttpReply) { return LoopbackServer::HttpReply{200, in_bundles}; }),
            kFine);
}

TEST_F(AnswerBounds, OneGoodBundleAgainAndAgainIsRefused_LIMIT_1) {
  EXPECT_EQ(use("/prekeys",
                [](LoopbackServer::HttpReply reply) {
                  wire::PrekeyBundlesResponse response;
                  response.ParseFromString(reply.body);
                  return with(std::move(reply),
                              repeat(2, response.bundles(0).SerializeAsString(), HttpCalls::kAnswerBytesMax - 65536));
                }),
            kFine);
}

TEST_F(AnswerBounds, TheLargestFramesOfAHostileServerTakeLittleTimeAndMemory_LIMIT_1) {
  uint32_t socket = 0;
  ana_.before_step = [&](const client_api::Action& action) {
    if (action.has_open_socket()) socket = action.open_socket().socket();
  };
  ana_.set_network(false);
  ana_.set_network(true);
  world_.advance(2000);
  ASSERT_EQ(state(ana_).connection(), client_api::State::kOnline);
  const std::function<void(wire::Entry&)> kinds[] = {
      [](wire::Entry&) {},
      [](wire::Entry& entry) { entry.mutable_expired(); },
      [](wire::Entry& entry) { entry.mutable_message(); },
      [](wire::Entry& entry) { entry.mutable_delivery_receipt(); },
      [&](wire::Entry& entry) {
        entry.mutable_account_changed()->set_account_id(world_.random.id<AccountId>().bytes());
        entry.mutable_account_changed()->set_device_list_revision(1);
      },
  };
  for (const bool numbered : {false, true}) {
    for (const auto& kind : kinds) {
      client_api::Input input;
      input.mutable_socket_frame()->set_socket(socket);
      uint64_t position = uint64_t{7} << 32;
      for (int i = 0; i < 20; ++i) {
        wire::ServerFrame frame;
        for (size_t bytes = 16;;) {
          wire::Entry& entry = *frame.mutable_deliver()->add_entries();
          if (numbered) entry.set_position(++position);
          kind(entry);
          bytes += entry.ByteSizeLong() + 2;
          if (bytes + 64 > kFrameBytesMax) break;
        }
        input.mutable_socket_frame()->add_frames(frame.SerializeAsString());
        ASSERT_LE(frame.ByteSizeLong(), kFrameBytesMax);
      }
      const int outcome = kith::testing::in_little_memory(kSpareBytes, kSeconds, [&] {
        ana_.input(std::move(input));
        world_.advance(2000);
        client_api::Request request;
        request.mutable_get_state();
        return ana_.request(std::move(request)).has_get_state() ? 0 : 1;
      });
      EXPECT_EQ(outcome, 0) << numbered << " " << &kind - kinds;
    }
  }
}

}  // namespace
}  // namespace kith::core::testing
