// SPDX-License-Identifier: AGPL-3.0-or-later

// What becomes of messages after they were sent: edited (EDIT-1), and deleted for everybody (EDIT-2); of two people, of
// devices, of groups.
#include "core/corrections.h"

#include <gmock/gmock.h>

#include "core/testing/corrected_messages.h"
#include "core/testing/much_history.h"

namespace kith::core {
namespace {

using client_api::Message;
using ::testing::ElementsAre;
using testing::Host;
using testing::kDayMs;
using testing::kMinuteMs;

class CorrectionsTest : public testing::CorrectedMessages {};

// ---------------------------------------------------------------- edited

// EDIT-1
TEST_F(CorrectionsTest, AllDevicesOfBothShowTheOtherTextAndWhatStoodBefore) {
  Host& anas_tablet = world_.add("ana's tablet");
  Host& bens_tablet = world_.add("ben's tablet");
  testing::link(world_, ana_, anas_tablet, "Tablet");
  testing::link(world_, ben_, bens_tablet, "Tablet");
  const std::string id = say(ana_, testing::open_chat(ana_, kBen), "at six");
  must_edit(ana_, id, "at seven");
  must_edit(anas_tablet, id, "at eight");
  for (Host* const host : {&ana_, &anas_tablet, &ben_, &bens_tablet}) {
    EXPECT_EQ(shown(testing::message(*host, id)), "at eight*") << host->name();
    EXPECT_THAT(versions(*host, id), ElementsAre("at eight", "at seven", "at six")) << host->name();
    EXPECT_EQ(found(*host, "eight"), 1) << host->name();
    EXPECT_EQ(found(*host, "six"), 0) << host->name();
  }
  server().sends.clear();
  must_edit(ana_, id, "at eight");
  EXPECT_TRUE(server().sends.empty()) << "it is what it says already";
  EXPECT_EQ(conversation_of(ben_, testing::open_chat(ben_, kAna)).unread(), 1u);
  EXPECT_EQ(testing::state(ana_).undecryptable() + testing::state(ben_).undecryptable(), 0u);
}

// EDIT-1
TEST_F(CorrectionsTest, TheLaterTextIsShownInWhateverOrderTheyCome) {
  Host& tablet = world_.add("ana's tablet");
  testing::link(world_, ana_, tablet, "Tablet");
  const std::string id = say(ana_, testing::open_chat(ana_, kBen), "one");
  ana_.set_network(false);
  tablet.set_network(false);
  must_edit(ana_, id, "two");
  must_edit(tablet, id, "three");
  tablet.set_network(true);
  world_.advance(kMinuteMs);
  EXPECT_EQ(shown(testing::message(ben_, id)), "three*");
  ana_.set_network(true);
  world_.advance(kMinuteMs);
  for (Host* const host : {&ana_, &tablet, &ben_})
    EXPECT_THAT(versions(*host, id), ElementsAre("three", "two", "one")) << host->name();

  // A clock that is behind changes nothing of what a person sees: what he says is later than what he knows.
  world_.clock.unix_us -= 3600'000'000;
  must_edit(ana_, id, "four");
  for (Host* const host : {&ana_, &tablet, &ben_})
    EXPECT_EQ(shown(testing::message(*host, id)), "four*") << host->name();
}

// EDIT-1
TEST_F(CorrectionsTest, InAGroupWithMentionsAndUnderAFile) {
  const std::string chat = create({kBen, kCleo});
  const std::string id = say(ana_, chat, "who rows?");
  client_api::Request request;
  client_api::EditMessageRequest& what = *request.mutable_edit_message();
  what.set_id(id);
  what.set_text("@Ben rows");
  client_api::MentionOf& mention = *what.add_mentions();
  mention.set_account_id(account_of(kBen).hex());
  mention.set_length(4);
  ASSERT_FALSE(ana_.request(std::move(request)).has_failure());
  world_.advance(3000);
  for (Host* const host : {&ana_, &ben_, &cleo_}) {
    const Message message = testing::message(*host, id);
    EXPECT_EQ(shown(message), "@Ben rows*") << host->name();
    ASSERT_EQ(message.text().mentions_size(), 1) << host->name();
    EXPECT_EQ(message.text().mentions(0).who().name(), "Ben");
  }
  const std::string photo = send_file(ana_, chat, "the bot", client_api::Media::kPhoto);
  must_edit(ana_, photo, "the boat");
  EXPECT_EQ(shown(testing::message(cleo_, photo)), "the boat*");
  EXPECT_EQ(testing::message(cleo_, photo).media().size(), 5000u) << "the file stays";
  must_edit(ana_, photo, "");
  EXPECT_THAT(versions(cleo_, photo), ElementsAre("", "the boat", "the bot"));
}

// EDIT-1
TEST_F(CorrectionsTest, WhatItQuotesStays) {
  const std::string chat = testing::open_chat(ana_, kBen);
  const std::string original = say(ben_, testing::open_chat(ben_, kAna), "shall we?");
  client_api::Request request;
  request.mutable_send_message()->set_conversation(chat);
  request.mutable_send_message()->set_text("yse");
  request.mutable_send_message()->set_quote_message_id(original);
  const std::string id = ana_.request(std::move(request)).send_message().message().id();
  world_.advance(2000);
  must_edit(ana_, id, "yes");
  for (Host* const host : {&ana_, &ben_})
    EXPECT_EQ(testing::message(*host, id).quote().excerpt(), "shall we?") << host->name();
}

// EDIT-1
TEST_F(CorrectionsTest, WhatCanNotBeEditedIsNamed) {
  const std::string chat = testing::open_chat(ana_, kBen);
  const std::string id = say(ana_, chat, "hello");
  EXPECT_EQ(edit(ben_, id, "x").failure().code(), Failure::kNotOwnMessage);
  EXPECT_EQ(edit(ana_, id, "").failure().code(), Failure::kBlank);
  EXPECT_EQ(edit(ana_, id, " \n").failure().code(), Failure::kBlank);
  EXPECT_EQ(edit(ana_, id, std::string(70'000, 'a')).failure().code(), Failure::kTooLarge);
  EXPECT_EQ(edit(ana_, "a", "x").failure().code(), Failure::kInvalidArgument);
  EXPECT_EQ(edit(ana_, std::string(32, 'a'), "x").failure().code(), Failure::kNoSuchMessage);
  const std::string voice = send_file(ana_, chat, "", client_api::Media::kVoice);
  EXPECT_EQ(edit(ana_, voice, "x").failure().code(), Failure::kInvalidArgument);
  const std::string once = send_file(ana_, chat, "", client_api::Media::kPhoto, true);
  EXPECT_EQ(edit(ana_, once, "x").failure().code(), Failure::kInvalidArgument);
  world_.advance(14 * kMinuteMs);
  must_edit(ana_, id, "hello Ben");
  world_.advance(kMinuteMs);
  EXPECT_EQ(edit(ana_, id, "too late").failure().code(), Failure::kTooLate);
  EXPECT_EQ(shown(testing::message(ben_, id)), "hello Ben*");
}

// EDIT-1
TEST_F(CorrectionsTest, WhatHasNotLeftYetLeavesWithTheOtherText) {
  const std::string chat = testing::open_chat(ana_, kBen);
  (void)say(ana_, chat, "first");
  ana_.set_network(false);
  const std::string id = say(ana_, chat, "secnd");
  world_.advance(20 * kMinuteMs);
  must_edit(ana_, id, "second");
  EXPECT_EQ(shown(testing::message(ana_, id)), "second");
  ana_.set_network(true);
  world_.advance(kMinuteMs);
  EXPECT_THAT(texts_with(ben_, kAna), ElementsAre("first", "second")) << "nobody has seen another one";
  EXPECT_EQ(kept(ana_, "secnd"), 0);
}

// EDIT-1
TEST_F(CorrectionsTest, OneThatComesBeforeItsMessageWaitsForIt) {
  Host& tablet = world_.add("ben's tablet");
  testing::link(world_, ben_, tablet, "Tablet");
  const std::string chat = create({kBen, kCleo});
  (void)say(ana_, chat, "first");
  execute(ben_, ("DELETE FROM group_chains WHERE account = x'" + account_of(kAna).hex() + "'").c_str());
  const std::string id = testing::say(ana_, chat, "secnd");
  world_.advance(300);
  must_edit(ana_, id, "second");
  world_.advance(120'000);
  for (Host* const host : {&ben_, &tablet, &cleo_}) {
    EXPECT_THAT(texts_of_group(*host), ElementsAre("first", "second*")) << host->name();
    EXPECT_THAT(versions(*host, id), ElementsAre("second", "secnd")) << host->name();
  }
}

// IDENTITY-5
TEST_F(CorrectionsTest, WhatCantBeReadIsAskedForAsItWasSentAndLeavesNoPlaceholder) {
  const std::string chat = create({kBen, kCleo});
  const std::string id = say(ana_, chat, "hello");
  execute(ben_, "DELETE FROM group_chains");
  must_edit(ana_, id, "good morning");
  world_.advance(kMinuteMs);
  EXPECT_EQ(testing::state(ben_).undecryptable(), 1u);
  EXPECT_THAT(texts_of_group(ben_), ElementsAre("good morning*"));

  // Between two, where message and edit both can't be read.
  const std::string direct = testing::open_chat(ana_, kBen);
  (void)say(ana_, direct, "first");
  ben_.set_network(false);
  execute(ben_, "DELETE FROM sessions");
  const std::string second = say(ana_, direct, "secnd");
  must_edit(ana_, second, "second");
  ben_.set_network(true);
  world_.advance(180'000);
  EXPECT_THAT(texts_with(ben_, kAna), ElementsAre("first", "second*"));
  EXPECT_THAT(versions(ben_, second), ElementsAre("second", "secnd"));
}

// EDIT-1
TEST_F(CorrectionsTest, OneThatNobodyOfTheGroupGetsIsTakenBack) {
  const std::string chat = create({kBen, kCleo});
  const std::string id = say(ben_, group_at(ben_).id(), "hello");
  must_edit(ben_, id, "hello all");
  ben_.set_network(false);
  must_edit(ben_, id, "never said");
  EXPECT_EQ(shown(testing::message(ben_, id)), "never said*");
  ASSERT_FALSE(remove(ana_, chat, kBen).has_failure());
  world_.advance(3000);
  ben_.set_network(true);
  world_.advance(kMinuteMs);
  for (Host* const host : {&ben_, &cleo_}) EXPECT_THAT(versions(*host, id), ElementsAre("hello all", "hello"));
}

// EDIT-1
TEST_F(CorrectionsTest, NobodyEditsWhatIsNotHis) {
  const std::string chat = create({kBen, kCleo});
  const std::string in_group = say(ana_, chat, "of the group");
  const std::string direct = say(ana_, testing::open_chat(ana_, kBen), "for two");
  const std::string bens = say(ben_, group_at(ben_).id(), "of Ben");
  (void)say(cleo_, testing::open_chat(cleo_, kBen), "hello");
  (void)say(cleo_, testing::open_chat(cleo_, kAna), "hello");
  (void)say(ben_, testing::open_chat(ben_, kAna), "hello");
  forge(ben_, account_of(kAna), edit_of(direct, "forged"));
  forge(cleo_, account_of(kBen), edit_of(direct, "forged"));
  forge(cleo_, Target(group_id()), edit_of(in_group, "forged"));
  EXPECT_EQ(shown(testing::message(ana_, direct)), "for two");
  EXPECT_EQ(shown(testing::message(ben_, direct)), "for two");
  for (Host* const host : {&ana_, &ben_}) EXPECT_EQ(shown(testing::message(*host, in_group)), "of the group");
  // To single members of the group, unasked.
  forge(ben_, account_of(kAna), edit_of(bens, "for Ana alone"));
  EXPECT_EQ(shown(testing::message(ana_, bens)), "of Ben");
  forge(ben_, account_of(kAna), deletion_of(bens));
  EXPECT_EQ(shown(testing::message(ana_, bens)), "of Ben");
  // What would come first of all, or is no text.
  forge(ben_, Target(group_id()), edit_of(bens, "before it was sent", 0));
  forge(ben_, Target(group_id()), edit_of(bens, "\xFF"));
  forge(ben_, Target(group_id()), edit_of(bens, ""));
  EXPECT_EQ(shown(testing::message(ana_, bens)), "of Ben");
  forge(ben_, Target(group_id()), edit_of(bens, "of Ben himself"));
  EXPECT_EQ(shown(testing::message(ana_, bens)), "of Ben himself*");

  const auto early = world_.random.id<MessageId>();
  forge(cleo_, account_of(kAna), edit_of(early.hex(), "forged"));
  forge(cleo_, account_of(kAna), deletion_of(early.hex()));
  client_api::Request request;
  request.mutable_send_message()->set_conversation(testing::open_chat(ana_, kBen));
  request.mutable_send_message()->set_text("later");
  request.mutable_send_message()->set_message_id(early.hex());
  ASSERT_FALSE(ana_.request(std::move(request)).has_failure());
  world_.advance(2000);
  EXPECT_EQ(shown(testing::message(ana_, early.hex())), "later");
}

// ---------------------------------------------------------------- deleted for everybody

// EDIT-2
TEST_F(CorrectionsTest, NothingOfItIsLeftButANote) {
  Host& anas_tablet = world_.add("ana's tablet");
  Host& bens_tablet = world_.add("ben's tablet");
  testing::link(world_, ana_, anas_tablet, "Tablet");
  testing::link(world_, ben_, bens_tablet, "Tablet");
  const std::string chat = testing::open_chat(ana_, kBen);
  const std::string id = say(ana_, chat, "walnut");
  must_edit(ana_, id, "beech");
  client_api::Request reply;
  reply.mutable_send_message()->set_conversation(testing::open_chat(ben_, kAna));
  reply.mutable_send_message()->set_text("which?");
  reply.mutable_send_message()->set_quote_message_id(id);
  const std::string answer = ben_.request(std::move(reply)).send_message().message().id();
  world_.advance(3000);
  EXPECT_EQ(testing::message(ana_, answer).quote().excerpt(), "beech");
  ben_.events.clear();
  must_erase(anas_tablet, id);
  EXPECT_TRUE(std::ranges::any_of(ben_.events, [&answer](const client_api::Event& each) {
    return each.message_changed().id() == answer && each.message_changed().quote().deleted();
  })) << "who shows a quote hears of it";
  for (Host* const host : {&ana_, &anas_tablet, &ben_, &bens_tablet}) {
    EXPECT_EQ(shown(testing::message(*host, id)), "-Ana") << host->name();
    EXPECT_EQ(kept(*host, "walnut") + kept(*host, "beech"), 0) << host->name();
    EXPECT_EQ(testing::message(*host, id).tick(), Message::kNone) << host->name();
    EXPECT_EQ(found(*host, "beech"), 0) << host->name();
    EXPECT_TRUE(testing::message(*host, answer).quote().deleted()) << host->name();
    EXPECT_EQ(testing::message(*host, answer).quote().excerpt(), "") << host->name();
  }
  EXPECT_EQ(conversation_of(ben_, testing::open_chat(ben_, kAna)).unread(), 0u) << "there is nothing to read";
  // It is over: nothing that is said of it later brings it back.
  forge(ana_, account_of(kBen), edit_of(id, "oak", 1ull << 50));
  EXPECT_EQ(shown(testing::message(ben_, id)), "-Ana");
  EXPECT_EQ(edit(ana_, id, "oak").failure().code(), Failure::kInvalidArgument);
  client_api::Request quote;
  quote.mutable_send_message()->set_conversation(chat);
  quote.mutable_send_message()->set_text("this");
  quote.mutable_send_message()->set_quote_message_id(id);
  EXPECT_EQ(ana_.request(std::move(quote)).failure().code(), Failure::kNoSuchMessage);
}

// EDIT-2
TEST_F(CorrectionsTest, ItsFileIsGoneFromAllDevicesAndFromTheServer) {
  const std::string chat = testing::open_chat(ana_, kBen);
  const std::string id = send_file(ana_, chat, "the boat", client_api::Media::kPhoto);
  world_.advance(5000);
  EXPECT_EQ(ben_.files.whole.size(), 1u);
  must_erase(ana_, id);
  world_.advance(5000);
  for (Host* const host : {&ana_, &ben_}) {
    EXPECT_EQ(host->files.whole.size(), 0u) << host->name();
    EXPECT_EQ(shown(testing::message(*host, id)), "-Ana") << host->name();
  }
  EXPECT_TRUE(server().files.stored.empty());
}

// EDIT-2
TEST_F(CorrectionsTest, AnAdminOfTheGroupDeletesAnybodysAndNobodyElseDoes) {
  const std::string chat = create({kBen, kCleo});
  const std::string id = say(ben_, group_at(ben_).id(), "rude");
  EXPECT_EQ(erase(cleo_, {id}, true).failure().code(), Failure::kNotAllowed);
  forge(cleo_, Target(group_id()), deletion_of(id));
  for (Host* const host : {&ana_, &ben_}) EXPECT_EQ(shown(testing::message(*host, id)), "rude") << host->name();
  must_erase(ana_, id);
  for (Host* const host : {&ana_, &ben_, &cleo_}) EXPECT_EQ(shown(testing::message(*host, id)), "-Ana") << host->name();

  // Who became one can, and who is none any more can't, also where he says that he still is.
  ASSERT_FALSE(set_admin(ana_, chat, kCleo, true).has_failure());
  world_.advance(3000);
  const std::string second = say(ben_, group_at(ben_).id(), "rude again");
  must_erase(cleo_, second);
  EXPECT_EQ(shown(testing::message(ben_, second)), "-Cleo");
  ASSERT_FALSE(set_admin(ana_, chat, kCleo, false).has_failure());
  world_.advance(3000);
  const std::string third = say(ben_, group_at(ben_).id(), "once more");
  EXPECT_EQ(erase(cleo_, {third}, true).failure().code(), Failure::kNotAllowed);
  forge(cleo_, Target(group_id()), deletion_of(third));
  EXPECT_EQ(shown(testing::message(ben_, third)), "once more");
  // Of both who did it all name the same one.
  must_erase(ben_, third);
  forge(ana_, Target(group_id()), deletion_of(third));
  for (Host* const host : {&ben_, &cleo_}) EXPECT_EQ(shown(testing::message(*host, third)), "-Ana") << host->name();
}

// EDIT-2
TEST_F(CorrectionsTest, WhatAnAdminHasSaidCountsForWhoAsksForItWhenHeIsNoneAnyMore) {
  const std::string chat = create({kBen, kCleo});
  ASSERT_FALSE(set_admin(ana_, chat, kCleo, true).has_failure());
  world_.advance(3000);
  const std::string id = say(ana_, chat, "rude");
  (void)say(cleo_, group_at(cleo_).id(), "now, now");
  ben_.set_network(false);
  execute(ben_, "DELETE FROM group_chains");
  must_erase(cleo_, id);
  ASSERT_FALSE(set_admin(ana_, chat, kCleo, false).has_failure());
  world_.advance(3000);
  ben_.set_network(true);  // he can't read that it is deleted, and asks
  world_.advance(180'000);
  EXPECT_EQ(testing::state(ben_).undecryptable(), 1u);
  EXPECT_EQ(shown(testing::message(ben_, id)), "-Cleo");
}

// EDIT-2
TEST_F(CorrectionsTest, WhoCantReadItHasTheNoteInItsPlace) {
  const std::string chat = create({kBen, kCleo});
  (void)say(ana_, chat, "first");
  const std::string direct = testing::open_chat(ana_, kBen);
  (void)say(ana_, direct, "first");
  ben_.set_network(false);
  execute(ben_, "DELETE FROM group_chains");
  execute(ben_, "DELETE FROM sessions");
  must_erase(ana_, say(ana_, chat, "second"));
  must_erase(ana_, say(ana_, direct, "second"));
  ben_.set_network(true);
  world_.advance(180'000);
  EXPECT_THAT(texts_of_group(ben_), ElementsAre("first", "-Ana"));
  EXPECT_THAT(texts_with(ben_, kAna), ElementsAre("first", "-Ana"));
  EXPECT_EQ(kept(ben_, "second"), 0);
}

// EDIT-2
TEST_F(CorrectionsTest, SeveralAtOnceForTwoDays) {
  const std::string chat = testing::open_chat(ana_, kBen);
  Strings ids;
  for (const char* text : {"one", "two", "three", "four"}) ids.push_back(say(ana_, chat, text));
  const std::string bens = say(ben_, testing::open_chat(ben_, kAna), "hello");
  server().sends.clear();
  EXPECT_FALSE(erase(ana_, {ids[0], ids[1], ids[0]}, true).has_failure());
  EXPECT_EQ(server().sends.size(), 1u);
  EXPECT_THAT(texts_with(ben_, kAna), ElementsAre("-Ana", "-Ana", "three", "four", "hello"));
  EXPECT_EQ(erase(ana_, {ids[2], bens}, true).failure().code(), Failure::kNotOwnMessage);
  EXPECT_EQ(erase(ana_, {ids[2], std::string(32, '0')}, true).failure().code(), Failure::kNoSuchMessage);
  const std::string cleos = say(ana_, testing::open_chat(ana_, kCleo), "hello");
  EXPECT_EQ(erase(ana_, {ids[2], cleos}, true).failure().code(), Failure::kInvalidArgument);
  EXPECT_EQ(erase(ana_, {}, true).failure().code(), Failure::kInvalidArgument);
  EXPECT_EQ(erase(ana_, Strings(101, ids[2]), true).failure().code(), Failure::kInvalidArgument);
  EXPECT_EQ(shown(testing::message(ana_, ids[2])), "three") << "all of them, or none";
  world_.advance(2 * kDayMs - kMinuteMs);
  must_erase(ana_, ids[2]);
  world_.advance(kMinuteMs);
  EXPECT_EQ(erase(ana_, {ids[3]}, true).failure().code(), Failure::kTooLate);
  EXPECT_EQ(shown(testing::message(ben_, ids[3])), "four");
}

// EDIT-2
TEST_F(CorrectionsTest, WhatHasNotLeftYetLeavesForNobody) {
  const std::string chat = testing::open_chat(ana_, kBen);
  (void)say(ana_, chat, "first");
  ana_.set_network(false);
  const std::string everyone = say(ana_, chat, "second");
  const std::string own = say(ana_, chat, "third");
  must_erase(ana_, everyone);
  must_erase(ana_, own, false);
  EXPECT_EQ(testing::state(ana_).unsent_messages(), 0u);
  ana_.set_network(true);
  world_.advance(kMinuteMs);
  EXPECT_THAT(texts_with(ana_, kBen), ElementsAre("first"));
  EXPECT_THAT(texts_with(ben_, kAna), ElementsAre("first"));
}

// EDIT-2
TEST_F(CorrectionsTest, WhatMayHaveLeftIsFollowedByItsDeletion) {
  Host& tablet = world_.add("ana's tablet");
  testing::link(world_, ana_, tablet, "Tablet");
  const std::string chat = testing::open_chat(ana_, kBen);
  (void)say(ana_, chat, "first");
  ana_.set_silent(true);  // what leaves is not answered
  const std::string id = testing::say(ana_, chat, "second");
  must_erase(ana_, id);
  ana_.set_silent(false);
  world_.advance(180'000);
  EXPECT_THAT(texts_with(ana_, kBen), ElementsAre("first", "-Ana"));
  EXPECT_THAT(texts_with(ben_, kAna), ElementsAre("first", "-Ana"));
  EXPECT_EQ(kept(tablet, "second"), 0);
}

// HISTORY-1
TEST_F(CorrectionsTest, ADeviceThatJoinsHasThemAsTheyAre) {
  const std::string chat = testing::open_chat(ana_, kBen);
  const std::string edited = say(ana_, chat, "one");
  must_edit(ana_, edited, "two");
  const std::string gone = say(ben_, testing::open_chat(ben_, kAna), "gone");
  must_erase(ben_, gone);
  const std::string in_group = say(ana_, create({kBen}), "of the group");
  must_edit(ana_, in_group, "of this group");
  const std::string large = say(ana_, chat, std::string(60'000, 'a'));
  must_edit(ana_, large, std::string(60'000, 'b'));
  Host& tablet = world_.add("ana's tablet");
  testing::let_in(ana_, tablet, client_api::kHistoryAll);
  world_.advance(120'000);
  EXPECT_EQ(shown(testing::message(tablet, edited)), "two*");
  EXPECT_THAT(versions(tablet, edited), ElementsAre("two", "one"));
  EXPECT_EQ(shown(testing::message(tablet, gone)), "-Ben");
  EXPECT_THAT(versions(tablet, in_group), ElementsAre("of this group", "of the group"));
  EXPECT_THAT(versions(tablet, large), ElementsAre(std::string(60'000, 'b')))
      << "there is no room for what stood there";
  must_edit(tablet, edited, "three");
  for (Host* const host : {&ana_, &tablet, &ben_})
    EXPECT_THAT(versions(*host, edited), ElementsAre("three", "two", "one")) << host->name();
}

}  // namespace
}  // namespace kith::core
