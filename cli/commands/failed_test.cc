// SPDX-License-Identifier: AGPL-3.0-or-later

// What becomes of messages that were not sent: failed, retry, delete, and the words of other commands about them.
#include <gmock/gmock.h>

#include "cli/testing/commands_fixture.h"

namespace kith::cli {
namespace {

using client_api::Event;
using client_api::Failure;
using client_api::Message;
using client_api::Request;
using client_api::Response;
using client_api::State;
using testing::changed;
using testing::connection_event;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kBen(32, 'b');
const std::string kEva(32, 'e');
const std::string kFirst(32, '1');
const std::string kSecond(32, '2');
const std::string kThird(32, '3');

class Failed : public testing::Commands {
 protected:
  Failed() {
    add(kFirst, kBen, "walnut", 2);
    add(kSecond, kEva, "beech", 3);
    add(std::string(32, '4'), kBen, "that was sent", 4);
    messages.back().set_tick(Message::kRead);
    messages.back().clear_failure();
    add(kThird, kBen, "oak", 5);
    host.events = {connection_event(State::kOnline)};
  }

  void add(const std::string& id, const std::string& conversation, const std::string& text, uint64_t order) {
    Message& message = messages.emplace_back(testing::text_message(id, Message::kFailed));
    message.set_conversation(conversation);
    message.mutable_text()->set_text(text);
    message.set_order_us(order);
    message.set_failure(client_api::kNoAccount);
  }
  Message* find(const std::string& id) {
    for (Message& message : messages) {
      if (message.id() == id) return &message;
    }
    return nullptr;
  }
  Response respond(const Request& request) override {
    Response response;
    if (request.has_list_messages()) {
      const auto& asked = request.list_messages();
      const int most = asked.after_id().empty() ? 500 : 2;  // pages forward are small here
      auto& page = *response.mutable_list_messages();
      for (const Message& message : messages) {
        if (message.conversation() != asked.conversation() || message.order_us() <= asked.after_order_us()) continue;
        if (page.messages_size() == most) {
          page.set_more(true);
          break;
        }
        *page.add_messages() = message;
      }
    } else if (request.has_get_message()) {
      if (const Message* const found = find(request.get_message().id())) {
        *response.mutable_get_message() = *found;
      } else {
        response.mutable_failure()->set_code(Failure::kNoSuchMessage);
      }
    } else if (request.has_retry_message()) {
      if (refused == request.retry_message().id()) {
        response.mutable_failure()->set_code(Failure::kIdentityChanged);
        return response;
      }
      Message& message = *find(request.retry_message().id());
      message.set_tick(Message::kPending);
      message.clear_failure();
      *response.mutable_retry_message() = message;
    } else if (request.has_delete_messages()) {
      const std::string& id = request.delete_messages().ids(0);
      if (find(id) == nullptr) {
        response.mutable_failure()->set_code(Failure::kNoSuchMessage);
      } else {
        deleted.push_back(id);
        response.mutable_delete_messages();
      }
    } else if (request.has_list_conversations()) {
      for (const auto& [id, title] : {std::pair(kBen, "Ben"), std::pair(kEva, "Eva")}) {
        auto& conversation = *response.mutable_list_conversations()->add_conversations();
        conversation.set_id(id);
        conversation.set_title(title);
        conversation.mutable_direct();
        for (const Message& message : messages) {
          if (message.conversation() == id) *conversation.mutable_last_message() = message;
        }
      }
    } else {
      return Commands::respond(request);
    }
    return response;
  }
  std::vector<std::string> retried() const {
    std::vector<std::string> ids;
    for (const Request& request : host.requests) {
      if (request.has_retry_message()) ids.push_back(request.retry_message().id());
    }
    return ids;
  }

  std::vector<Message> messages;
  std::vector<std::string> deleted;
  std::string refused;  // can't be sent again
};

TEST_F(Failed, AreListedWithTheirIdsAndWhomTheyWereFor) {
  EXPECT_EQ(run_failed(context, {}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(kFirst + "  "));
  EXPECT_THAT(output.data(), HasSubstr("you to Eva: beech ✗ not sent (nobody on this server"));
  EXPECT_THAT(output.data(), HasSubstr("you to Ben: oak")) << "the last page too";
  EXPECT_THAT(output.words(), HasSubstr("kith retry ID"));
  EXPECT_EQ(run_failed(context, {.with = kEva, .json = true}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr(R"("id":")" + kSecond));
}

TEST_F(Failed, AreSentAgainAllOfThemOnce) {
  host.events.push_back(changed(messages[0], Message::kSent));
  host.events.push_back(changed(messages[1], Message::kSent));
  host.events.push_back(changed(messages[3], Message::kSent));
  EXPECT_EQ(run_retry(context, {}), ExitCode::kOk);
  EXPECT_EQ(output.data(), kFirst + "\n" + kThird + "\n" + kSecond + "\n");
  EXPECT_THAT(retried(), ElementsAre(kFirst, kThird, kSecond));
  EXPECT_EQ(output.words(), "");
}

TEST_F(Failed, AreSentAgainByWhomOrById) {
  host.events.push_back(changed(messages[1], Message::kSent));
  EXPECT_EQ(run_retry(context, {.what = kEva}), ExitCode::kOk);
  EXPECT_THAT(retried(), ElementsAre(kSecond));
  host.events = {connection_event(State::kOnline), changed(messages[3], Message::kDelivered)};
  EXPECT_EQ(run_retry(context, {.what = kThird, .wait = "delivered"}), ExitCode::kOk);
  EXPECT_THAT(retried(), ElementsAre(kSecond, kThird));
}

TEST_F(Failed, ThatFailAgainAreTold) {
  host.events.push_back(changed(messages[0], Message::kFailed));
  EXPECT_EQ(run_retry(context, {.what = kFirst, .wait = "sent"}), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("not sent: nobody on this server"));
  EXPECT_THAT(output.words(), HasSubstr("kith retry " + kFirst));
}

TEST_F(Failed, ThatCanNotBeSentAgainDoNotKeepTheOthersBack) {
  refused = kFirst;
  EXPECT_EQ(run_retry(context, {}), ExitCode::kFailed);
  EXPECT_THAT(retried(), ElementsAre(kFirst, kThird, kSecond));
  EXPECT_THAT(output.words(), HasSubstr(kFirst + " is not sent again"));
}

TEST_F(Failed, OnesThatDidNotFailAreNamed) {
  messages[0].set_tick(Message::kDelivered);
  EXPECT_EQ(run_retry(context, {.what = kFirst}), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr("nothing is wrong with " + kFirst + ": it is delivered"));
  messages.clear();
  EXPECT_EQ(run_retry(context, {}), ExitCode::kOk);
  EXPECT_THAT(output.words(), HasSubstr("nothing to send again"));
}

TEST_F(Failed, AreDeletedAndOneThatCanNotBeDoesNotKeepTheOthersBack) {
  EXPECT_EQ(run_delete(context, {.ids = {kFirst, std::string(32, '9'), "walnut", kThird}}), ExitCode::kFailed);
  EXPECT_THAT(output.words(), HasSubstr(std::string(32, '9') + " is not deleted"));
  EXPECT_THAT(output.words(), HasSubstr("walnut is no message's id"));
  EXPECT_EQ(run_delete(context, {.ids = {"walnut"}}), ExitCode::kUsage);
  EXPECT_THAT(deleted, ElementsAre(kFirst, kThird));
}

TEST_F(Failed, AreToldInConversationsAndHistories) {
  EXPECT_EQ(run_conversations(context, {}), ExitCode::kOk);
  EXPECT_THAT(output.data(), HasSubstr("you: oak ✗ not sent (nobody on this server"));
  EXPECT_THAT(output.words(), HasSubstr("kith retry"));
  EXPECT_EQ(run_history(context, {.with = kEva, .before = ""}), ExitCode::kOk);
  EXPECT_THAT(output.words(), HasSubstr("one was not sent. kith retry " + kSecond + " sends it again"));
  EXPECT_EQ(run_history(context, {.with = kBen, .before = ""}), ExitCode::kOk);
  EXPECT_THAT(output.words(), HasSubstr("2 were not sent. kith retry " + kBen));
}

TEST_F(Failed, WhatFailsWhileAnotherCommandRunsIsTold) {
  report_failures(context);
  host.publish(changed(messages[0], Message::kSent));
  EXPECT_EQ(output.words(), "");
  host.publish(changed(messages[0], Message::kFailed));
  EXPECT_THAT(output.words(), HasSubstr("not sent: \"walnut\": nobody on this server"));
}

TEST_F(Failed, WhatWaitedAndFailsDuringASendIsToldAndDoesNotFailIt) {
  host.events.push_back(changed(messages[0], Message::kFailed));
  host.events.push_back(changed(messages[1], Message::kSent));
  EXPECT_EQ(run_retry(context, {.what = kSecond}), ExitCode::kOk);
  EXPECT_THAT(output.words(), HasSubstr("not sent: \"walnut\""));
  EXPECT_THAT(output.words(), Not(HasSubstr("beech")));
}

}  // namespace
}  // namespace kith::cli
