// SPDX-License-Identifier: AGPL-3.0-or-later

// Two people write to each other while everything goes wrong, at random from a seed: crashes, full disks, dead
// networks, server restarts, frames lost and repeated, sessions lost. When it is over, both show the same messages in
// the same order, each once (SEND-1, INBOX-2, INBOX-3, ORDER-1).
#include <algorithm>
#include <cstdlib>

#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

class MoodyServer : public LoopbackServer {
 public:
  MoodyServer(Clock& clock, RandomSource& random) : LoopbackServer(clock, random) {}
  bool moody = false;

 protected:
  void put(Link link, wire::ServerFrame frame) override {
    if (moody && !frame.has_welcome() && random_.below(100) < 3) return;
    const bool twice = moody && random_.below(100) < 5;
    LoopbackServer::put(link, frame);
    if (twice) LoopbackServer::put(link, frame);
  }
  HttpReply http(const std::string& method, const std::string& path, const std::string& body,
                 const std::string& bearer) override {
    if (moody && random_.below(10) == 0) return {503, ""};
    return LoopbackServer::http(method, path, body, bearer);
  }
};

class Chaos : public TwoPeopleOn<MoodyServer> {
 public:
  void TestBody() override {}

  void live(uint64_t seed) {
    crypto::SeededRandom dice(seed);
    std::vector<std::string> chats{chat_, bens_chat()};
    std::vector<Host*> people{&ana_, &ben_};
    server().moody = true;
    std::map<std::pair<size_t, uint32_t>, std::string> posted;
    std::vector<std::string> surely;
    const auto collect = [&](size_t who) {
      std::erase_if(posted, [&](const auto& each) {
        if (each.first.first != who) return false;
        const auto response = people[who]->response(each.first.second);
        if (response && !response->has_failure()) surely.push_back(each.second);
        return true;
      });
    };
    for (int i = 0; i < 150; ++i) {
      const size_t who = dice.below(2);
      Host& host = *people[who];
      client_api::Request request;
      switch (dice.below(12)) {
        case 0:
          collect(who);
          host.crash();
          host.reopen();
          request.mutable_connect();
          host.post(request);
          break;
        case 1: host.set_network(false); break;
        case 2:
        case 3:
          host.set_network(true);
          host.set_silent(false);
          break;
        case 4: host.set_silent(dice.below(2) == 0); break;
        case 5: host.disk().fail_after(dice.below(12), dice.below(2) == 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE); break;
        case 6:
          if (dice.below(4) == 0) server().restart();
          break;
        case 7:
          if (dice.below(4) == 0) (void)host.database().execute("DELETE FROM sessions").has_value();
          break;
        case 8:
          request.mutable_mark_read()->set_conversation(chats[who]);
          host.post(request);
          break;
        default: {
          const std::string text = "message " + std::to_string(i);
          request.mutable_send_message()->set_conversation(chats[who]);
          request.mutable_send_message()->set_text(text);
          posted[{who, host.post(request)}] = text;
        }
      }
      // Not always to the end: what is under way stays so.
      if (dice.below(3) == 0) {
        world_.advance(dice.below(20'000));
      } else {
        for (uint64_t steps = dice.below(10); steps > 0; --steps) world_.step();
      }
    }
    server().moody = false;
    for (size_t who = 0; who < 2; ++who) {
      people[who]->disk().stop_failing();
      people[who]->set_silent(false);
      people[who]->set_network(true);
    }
    world_.advance(200'000);
    server().restart();  // no client can know of a last frame that was lost on a connection that lives
    world_.advance(1'000'000);
    for (size_t who = 0; who < 2; ++who) collect(who);

    std::vector<std::string> ana = texts(ana_, chats[0]);
    EXPECT_EQ(ana, texts(ben_, chats[1])) << "ORDER-1";
    EXPECT_GE(surely.size(), 15u) << "little happened";
    std::sort(ana.begin(), ana.end());
    EXPECT_EQ(std::adjacent_find(ana.begin(), ana.end()), ana.end()) << "there twice";
    for (const std::string& text : surely)
      EXPECT_TRUE(std::binary_search(ana.begin(), ana.end(), text)) << "lost: " << text;
    EXPECT_EQ(state(ana_).unsent_messages() + state(ben_).unsent_messages(), 0u);
    EXPECT_EQ(state(ana_).connection(), client_api::State::kOnline);
    EXPECT_EQ(state(ben_).connection(), client_api::State::kOnline);
    EXPECT_TRUE(server().device_of(kAna)->inbox.empty());
    EXPECT_TRUE(server().device_of(kBen)->inbox.empty());
  }
};

class ChaosTest : public ::testing::TestWithParam<uint64_t> {};

// KITH_SEED=N KITH_SEEDS=COUNT in the environment: other seeds than those of every run.
uint64_t from_environment(const char* name, uint64_t absent) {
  const char* text = std::getenv(name);
  return text == nullptr ? absent : std::strtoull(text, nullptr, 10);
}

TEST_P(ChaosTest, EndsWithTheSameConversationOnBothSides) {
  const uint64_t seed = from_environment("KITH_SEED", 1) + GetParam();
  SCOPED_TRACE("KITH_SEED=" + std::to_string(seed) + " KITH_SEEDS=1");
  Chaos().live(seed);
}
INSTANTIATE_TEST_SUITE_P(Seeds, ChaosTest, ::testing::Range<uint64_t>(0, from_environment("KITH_SEEDS", 12)));

}  // namespace
}  // namespace kith::core::testing
