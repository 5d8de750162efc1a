// SPDX-License-Identifier: AGPL-3.0-or-later

// Inputs that come together share a transaction.
#include <sqlite3.h>

#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

class TogetherTest : public TwoPeople {
 protected:
  static std::vector<client_api::Input> sends(const std::string& chat, int count) {
    std::vector<client_api::Input> inputs;
    for (int i = 0; i < count; ++i) {
      client_api::Request& request = *inputs.emplace_back().mutable_request();
      request.set_id(1'000'000 + static_cast<uint32_t>(i));
      request.mutable_send_message()->set_conversation(chat);
      request.mutable_send_message()->set_text("message " + std::to_string(i));
    }
    return inputs;
  }
  static std::vector<client_api::Response> responses(const std::vector<client_api::Action>& actions) {
    std::vector<client_api::Response> all;
    for (const client_api::Action& action : actions) {
      if (action.has_response()) all.push_back(action.response());
    }
    return all;
  }
};

TEST_F(TogetherTest, EachRequestIsAnsweredInOrderAfterOneSync) {
  warm_up();
  disconnect(ana_);
  std::vector<client_api::Action> actions;
  uint64_t before = ana_.disk().operations();
  ana_.client().handle_together(sends(chat_, 1), actions);
  const uint64_t one = ana_.disk().operations() - before;
  actions.clear();
  before = ana_.disk().operations();
  ana_.client().handle_together(sends(chat_, 50), actions);
  const auto answered = responses(actions);
  ASSERT_EQ(answered.size(), 50u);
  for (size_t i = 0; i < answered.size(); ++i) {
    EXPECT_EQ(answered[i].id(), 1'000'000 + i);
    EXPECT_FALSE(answered[i].has_failure());
  }
  EXPECT_LT(ana_.disk().operations() - before, 10 * one);
}

TEST_F(TogetherTest, TheyHaveOneTime) {
  warm_up();
  const uint64_t before = ana_.clock_reads();
  std::vector<client_api::Action> actions;
  ana_.client().handle_together(sends(chat_, 50), actions);
  ASSERT_EQ(responses(actions).size(), 50u);
  EXPECT_EQ(ana_.clock_reads() - before, 2u) << "once each way";
}

TEST_F(TogetherTest, WhenTheTransactionFailsAllAreRefusedAndNothingIsKept) {
  warm_up();
  disconnect(ana_);
  ana_.disk().fail_after(1, SQLITE_FULL);
  std::vector<client_api::Action> actions;
  ana_.client().handle_together(sends(chat_, 20), actions);
  const auto answered = responses(actions);
  ASSERT_EQ(answered.size(), 20u);
  for (const client_api::Response& response : answered)
    EXPECT_EQ(response.failure().code(), client_api::Failure::kDiskFull);
}

}  // namespace
}  // namespace kith::core::testing
