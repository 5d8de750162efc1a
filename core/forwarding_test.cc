// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/forwarding.h"

#include <gmock/gmock.h>

#include "base/limits.h"
#include "core/testing/corrected_messages.h"
#include "core/testing/much_history.h"

namespace kith::core {
namespace {

using client_api::Media;
using ::testing::ElementsAre;
using testing::Host;
using ::testing::IsEmpty;
using testing::kMinuteMs;
using testing::open_chat;

class ForwardingTest : public testing::CorrectedMessages {
 protected:
  client_api::Response forward(Host& host, const Strings& ids, const Strings& chats) {
    client_api::Request request;
    for (const std::string& id : ids) request.mutable_forward_messages()->add_ids(id);
    for (const std::string& chat : chats) request.mutable_forward_messages()->add_conversations(chat);
    client_api::Response response = host.request(std::move(request));
    world_.advance(5000);
    return response;
  }
  Strings must_forward(Host& host, const Strings& ids, const Strings& chats) {
    const client_api::Response response = forward(host, ids, chats);
    EXPECT_FALSE(response.has_failure()) << response.failure().detail();
    const auto& made = response.forward_messages().ids();
    return {made.begin(), made.end()};
  }
  Failure::Code refused(Host& host, const Strings& ids, const Strings& chats) {
    const client_api::Response response = forward(host, ids, chats);
    EXPECT_TRUE(response.has_failure());
    return response.failure().code();
  }
  static Media::State state(Host& host, const std::string& id) { return testing::message(host, id).media().state(); }
  static Bytes read(Host& host, const std::string& id) {
    client_api::Request request;
    request.mutable_open_media()->set_id(id);
    const client_api::Response opened = host.request(std::move(request));
    EXPECT_FALSE(opened.has_failure()) << opened.failure().detail();
    return unseal_file(host.files, opened.open_media());
  }
  // From hand to hand, between Ben and Cleo, until it has gone so often.
  std::string pass_on(std::string id, uint32_t times) {
    for (uint32_t i = 0; i < times; ++i) {
      Host& host = i % 2 == 0 ? ben_ : cleo_;
      id = must_forward(host, {id}, {open_chat(host, i % 2 == 0 ? kCleo : kBen)}).at(0);
    }
    return id;
  }
};

// FORWARD-1
TEST_F(ForwardingTest, WhatItSaysGoesOnAndNeitherWhoseItIsNorWhatItAnswers) {
  const std::string question = say(ana_, open_chat(ana_, kBen), "When?");
  client_api::Request reply;
  reply.mutable_send_message()->set_conversation(open_chat(ben_, kAna));
  reply.mutable_send_message()->set_text("at six");
  reply.mutable_send_message()->set_quote_message_id(question);
  const std::string answer = ben_.request(std::move(reply)).send_message().message().id();
  world_.advance(2000);
  const Strings made = must_forward(ana_, {answer, question}, {open_chat(ana_, kCleo)});
  EXPECT_THAT(texts_with(cleo_, kAna), ElementsAre("When?", "at six")) << "in the order in which they stand";
  ASSERT_EQ(made.size(), 2u);
  const Message came = testing::message(cleo_, made.at(1));
  EXPECT_EQ(came.forwards(), 1u);
  EXPECT_EQ(came.sender().name(), "Ana");
  EXPECT_FALSE(came.has_quote());
  EXPECT_EQ(testing::message(ana_, made.at(1)).forwards(), 1u);
  EXPECT_EQ(testing::message(ana_, answer).forwards(), 0u);
}

// FORWARD-1
TEST_F(ForwardingTest, ItGoesToFiveAtMostAndWhatHasComeFarToOne) {
  const std::string note = open_chat(ana_, kAna);
  const std::string chat = open_chat(ana_, kBen);
  const std::string id = say(ana_, chat, "Lost: a cat");
  std::string last = pass_on(id, kForwardsFar - 1);
  Host& holder = kForwardsFar % 2 == 1 ? ben_ : cleo_;
  const Strings both{open_chat(holder, kAna), open_chat(holder, kForwardsFar % 2 == 1 ? kCleo : kBen)};
  EXPECT_EQ(testing::message(holder, last).forwards(), kForwardsFar - 1);
  last = must_forward(holder, {last}, both).at(0);
  ASSERT_EQ(testing::message(ana_, last).forwards(), kForwardsFar);
  EXPECT_EQ(refused(ana_, {id, last}, {chat, note}), Failure::kForwardedOften);
  EXPECT_THAT(must_forward(ana_, {last}, {chat, chat}), ::testing::SizeIs(1)) << "each once";

  EXPECT_EQ(refused(ana_, {id}, {}), Failure::kInvalidArgument);
  EXPECT_EQ(refused(ana_, {id}, {chat, note, chat, note, chat, note}), Failure::kInvalidArgument);
  EXPECT_EQ(refused(ana_, {}, {chat}), Failure::kInvalidArgument);
  EXPECT_EQ(refused(ana_, {id}, {std::string(32, '0')}), Failure::kNoSuchConversation);
  EXPECT_EQ(refused(ana_, {id}, {"x"}), Failure::kInvalidArgument);
  EXPECT_EQ(refused(ana_, {std::string(32, '0')}, {chat}), Failure::kNoSuchMessage);
}

// FORWARD-1
TEST_F(ForwardingTest, OfSeveralAllGoToAllOrNoneToAnybody) {
  const std::string chat = open_chat(ana_, kBen);
  const std::string id = say(ana_, chat, "hello");
  const std::string gone = say(ana_, chat, "oops");
  must_erase(ana_, gone);
  const std::string once = send_file(ana_, chat, "", Media::kPhoto, true);
  client_api::Request block;
  block.mutable_set_blocked()->set_account_id(account_of(kCleo).hex());
  block.mutable_set_blocked()->set_blocked(true);
  const std::string cleo = open_chat(ana_, kCleo);
  server().sends.clear();
  EXPECT_EQ(refused(ana_, {id, gone}, {cleo}), Failure::kInvalidArgument);
  EXPECT_EQ(refused(ana_, {id, once}, {cleo}), Failure::kInvalidArgument);
  ASSERT_FALSE(ana_.request(std::move(block)).has_failure());
  EXPECT_EQ(refused(ana_, {id}, {open_chat(ana_, kAna), cleo}), Failure::kBlocked);
  EXPECT_TRUE(server().sends.empty());
  EXPECT_THAT(texts_with(ana_, kAna), IsEmpty());
}

// FORWARD-1
TEST_F(ForwardingTest, WhoWasNamedIsNamedWhereHeIsAMember) {
  const std::string boats = create({kBen, kCleo});
  client_api::Request request;
  request.mutable_send_message()->set_conversation(boats);
  request.mutable_send_message()->set_text("@Cleo rows, @Ben steers");
  const auto name = [&request](const AccountId& who, uint32_t start, uint32_t length) {
    client_api::MentionOf& mention = *request.mutable_send_message()->add_mentions();
    mention.set_account_id(who.hex());
    mention.set_start(start);
    mention.set_length(length);
  };
  name(account_of(kCleo), 0, 5);
  name(account_of(kBen), 12, 4);
  const std::string id = ana_.request(std::move(request)).send_message().message().id();
  world_.advance(2000);
  const client_api::Response other = create(ana_, "Two", {kBen});
  world_.advance(3000);
  const Strings made = must_forward(ana_, {id}, {other.create_group().id(), open_chat(ana_, kBen)});
  const Message in_group = testing::message(ben_, made.at(0));
  EXPECT_EQ(in_group.text().text(), "@Cleo rows, @Ben steers");
  ASSERT_EQ(in_group.text().mentions_size(), 1);
  EXPECT_EQ(in_group.text().mentions(0).who().account_id(), account_of(kBen).hex());
  EXPECT_EQ(in_group.text().mentions(0).start(), 12u);
  EXPECT_EQ(testing::message(ben_, made.at(1)).text().mentions_size(), 0);
}

// EDIT-1
TEST_F(ForwardingTest, ItHasNoOtherTextWhoeverSaysSo) {
  const std::string id = say(ana_, open_chat(ana_, kBen), "hello");
  const std::string on = must_forward(ana_, {id}, {open_chat(ana_, kCleo)}).at(0);
  EXPECT_EQ(edit(ana_, on, "goodbye").failure().code(), Failure::kInvalidArgument);
  forge(ana_, account_of(kCleo), edit_of(on, "goodbye", world_.clock.now().value));
  EXPECT_THAT(texts_with(cleo_, kAna), ElementsAre("hello"));
  must_edit(ana_, id, "hello, all");
  EXPECT_THAT(texts_with(ben_, kAna), ElementsAre("hello, all*"));
  const std::string edited = must_forward(ana_, {id}, {open_chat(ana_, kCleo)}).at(0);
  EXPECT_EQ(shown(testing::message(cleo_, edited)), "hello, all") << "as it stands now, and nobody has edited it";
}

// FORWARD-1
TEST_F(ForwardingTest, HowOftenItWasForwardedOtherDevicesAndAHistoryKnow) {
  Host& tablet = world_.add("ana's tablet");
  testing::link(world_, ana_, tablet, "Tablet");
  const std::string id = say(ben_, open_chat(ben_, kAna), "hello");
  const std::string on = must_forward(ana_, {id}, {open_chat(ana_, kCleo)}).at(0);
  EXPECT_EQ(testing::message(tablet, on).forwards(), 1u);
  Host& laptop = world_.add("ana's laptop");
  testing::let_in(ana_, laptop, client_api::kHistoryAll);
  world_.advance(2 * kMinuteMs);
  EXPECT_EQ(testing::message(laptop, on).forwards(), 1u);
  EXPECT_EQ(testing::message(laptop, id).forwards(), 0u);
}

// FORWARD-2
TEST_F(ForwardingTest, ItsFileStaysWhenItsFirstSenderDeletesIt) {
  const std::string id = send_file(ana_, open_chat(ana_, kBen), "the boat", Media::kPhoto);
  cleo_.set_network(false);
  const uint64_t received = server().files.received;
  const std::string on = must_forward(ben_, {id}, {open_chat(ben_, kCleo)}).at(0);
  EXPECT_EQ(server().files.received, received) << "it is not sent again";
  must_erase(ana_, id);
  EXPECT_THAT(texts_with(ben_, kAna), ElementsAre("-Ana"));
  cleo_.set_network(true);
  world_.advance(kMinuteMs);
  EXPECT_EQ(read(cleo_, on), Bytes(5000, 'x'));
  const Message came = testing::message(cleo_, on);
  EXPECT_EQ(came.media().caption().text(), "the boat");
  EXPECT_EQ(came.forwards(), 1u);
  must_erase(ben_, on);
  EXPECT_TRUE(server().files.stored.empty()) << "nobody needs it any more";
}

// FORWARD-1
TEST_F(ForwardingTest, UnderAFileOtherWordsCanBeWritten) {
  const std::string chat = open_chat(ana_, kBen);
  const std::string id = send_file(ana_, chat, "the boat", Media::kPhoto);
  const std::string text = say(ana_, chat, "hello");
  const auto with = [&](const Strings& ids, const std::string& caption) {
    client_api::Request request;
    for (const std::string& each : ids) request.mutable_forward_messages()->add_ids(each);
    request.mutable_forward_messages()->add_conversations(open_chat(ana_, kCleo));
    request.mutable_forward_messages()->set_caption(caption);
    client_api::Response response = ana_.request(std::move(request));
    world_.advance(5000);
    return response;
  };
  for (const std::string caption : {"our boat", ""})
    EXPECT_EQ(shown(testing::message(cleo_, with({id}, caption).forward_messages().ids(0))), caption);
  EXPECT_EQ(with({id}, std::string(10'000, 'x')).failure().code(), Failure::kTooLarge);
  EXPECT_EQ(with({text}, "goodbye").failure().code(), Failure::kInvalidArgument);
  EXPECT_EQ(with({id, text}, "both").failure().code(), Failure::kInvalidArgument);
}

// FORWARD-2
TEST_F(ForwardingTest, AFileThatIsNotHereIsFetchedFirst) {
  const std::string id = send_file(ana_, open_chat(ana_, kBen), "minutes", Media::kDocument);
  ASSERT_EQ(state(ben_, id), Media::kThere) << "documents come when somebody wants them";
  const std::string on = must_forward(ben_, {id}, {open_chat(ben_, kCleo)}).at(0);
  EXPECT_EQ(state(ben_, id), Media::kHere);
  EXPECT_THAT(texts_with(cleo_, kBen), ElementsAre("minutes"));

  // The server has it no more: it is sent again.
  server().files.stored.clear();
  must_erase(ben_, on, false);
  const std::string again = must_forward(ben_, {id}, {open_chat(ben_, kCleo)}).at(0);
  EXPECT_EQ(server().files.stored.size(), 1u);
  client_api::Request fetch;
  fetch.mutable_fetch_media()->set_id(again);
  ASSERT_FALSE(cleo_.request(std::move(fetch)).has_failure());
  world_.advance(5000);
  EXPECT_EQ(read(cleo_, again), Bytes(5000, 'x'));
}

// FORWARD-2
TEST_F(ForwardingTest, OneWhoseFileDoesNotComeIsNotSentAndSaysWhy) {
  const std::string id = send_file(ana_, open_chat(ana_, kBen), "minutes", Media::kDocument);
  server().files.stored.clear();
  const std::string on = must_forward(ben_, {id}, {open_chat(ben_, kCleo)}).at(0);
  EXPECT_EQ(testing::message(ben_, on).tick(), Message::kFailed);
  EXPECT_EQ(testing::message(ben_, on).failure(), client_api::kFileMissing);
  EXPECT_EQ(refused(ben_, {id}, {open_chat(ben_, kCleo)}), Failure::kFileGone);
  EXPECT_THAT(texts_with(cleo_, kBen), IsEmpty());
}

// FORWARD-2
TEST_F(ForwardingTest, WhileItsFileComesItCanBeGivenUp) {
  const std::string id = send_file(ana_, open_chat(ana_, kBen), "minutes", Media::kDocument);
  ben_.files.is_full = true;
  const std::string on = must_forward(ben_, {id}, {open_chat(ben_, kCleo)}).at(0);
  ASSERT_EQ(testing::message(ben_, on).tick(), Message::kPending);
  client_api::Request give_up;
  give_up.mutable_fetch_media()->set_cancel(true);
  give_up.mutable_fetch_media()->set_id(id);
  ASSERT_FALSE(ben_.request(give_up).has_failure());
  EXPECT_EQ(state(ben_, id), Media::kFetching) << "the other one needs it";
  give_up.mutable_fetch_media()->set_id(on);
  ASSERT_FALSE(ben_.request(give_up).has_failure());
  EXPECT_EQ(testing::message(ben_, on).failure(), client_api::kCancelled);
  EXPECT_EQ(state(ben_, id), Media::kThere);
}

// FORWARD-1
TEST_F(ForwardingTest, WhatStoodTogetherStandsTogetherThere) {
  const std::string album(32, 'a');
  const std::string chat = open_chat(ana_, kBen);
  Strings ids;
  for (int i = 0; i < 2; ++i) {
    client_api::Request request;
    client_api::SendMessageRequest& send = *request.mutable_send_message();
    send.set_conversation(chat);
    *send.mutable_attachment()->mutable_file() = seal_file(ana_.files, Bytes(100, 'y'), 100 + i);
    send.mutable_attachment()->mutable_about()->set_kind(Media::kPhoto);
    send.mutable_attachment()->mutable_about()->set_mime_type("image/jpeg");
    send.mutable_attachment()->mutable_about()->set_album(album);
    ids.push_back(ana_.request(std::move(request)).send_message().message().id());
    world_.advance(3000);
  }
  const Strings made = must_forward(ana_, ids, {open_chat(ana_, kCleo), chat});
  ASSERT_EQ(made.size(), 4u);
  const auto album_of = [this](const std::string& id) { return testing::message(ana_, id).media().album(); };
  EXPECT_EQ(album_of(made.at(0)), album_of(made.at(1)));
  EXPECT_EQ(album_of(made.at(2)), album_of(made.at(3)));
  EXPECT_NE(album_of(made.at(0)), album_of(made.at(2)));
  EXPECT_NE(album_of(made.at(0)), album);
}

}  // namespace
}  // namespace kith::core
