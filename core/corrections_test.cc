// SPDX-License-Identifier: AGPL-3.0-or-later

// What becomes of messages after they were sent: edited (EDIT-1), deleted for everybody (EDIT-2) or from the own
// devices (EDIT-3), and starred; of two people, of devices, of groups.
#include "core/corrections.h"

#include <gmock/gmock.h>

#include "core/contents.h"
#include "core/store/store.h"
#include "core/testing/group_people.h"
#include "core/testing/loopback_files.h"

namespace kith::core {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Host;
using ::testing::IsEmpty;
using ::testing::Not;
using Strings = std::vector<std::string>;
using client_api::Message;

constexpr uint64_t kMinuteMs = 60'000;
constexpr uint64_t kDayMs = 24 * 60 * kMinuteMs;

class CorrectionsTest : public testing::GroupPeople {
 protected:
  client_api::Response edit(Host& host, const std::string& id, const std::string& text) {
    client_api::Request request;
    request.mutable_edit_message()->set_id(id);
    request.mutable_edit_message()->set_text(text);
    client_api::Response response = host.request(std::move(request));
    world_.advance(3000);
    return response;
  }
  void must_edit(Host& host, const std::string& id, const std::string& text) {
    const client_api::Response response = edit(host, id, text);
    ASSERT_FALSE(response.has_failure()) << response.failure().detail();
  }
  client_api::Response erase(Host& host, const Strings& ids, bool for_everyone) {
    client_api::Request request;
    for (const std::string& id : ids) request.mutable_delete_messages()->add_ids(id);
    request.mutable_delete_messages()->set_for_everyone(for_everyone);
    client_api::Response response = host.request(std::move(request));
    world_.advance(3000);
    return response;
  }
  void must_erase(Host& host, const std::string& id, bool for_everyone = true) {
    const client_api::Response response = erase(host, {id}, for_everyone);
    ASSERT_FALSE(response.has_failure()) << response.failure().detail();
  }
  client_api::Response star(Host& host, const std::string& id, bool starred = true) {
    client_api::Request request;
    request.mutable_star_messages()->add_ids(id);
    request.mutable_star_messages()->set_starred(starred);
    client_api::Response response = host.request(std::move(request));
    world_.advance(3000);
    return response;
  }
  static Strings starred(Host& host, const std::string& chat = "") {
    client_api::Request request;
    request.mutable_list_starred()->set_conversation(chat);
    const client_api::Response response = host.request(std::move(request));
    Strings found;
    for (const Message& each : response.list_starred().messages()) found.push_back(shown(each));
    return found;
  }
  // "hello", "hello*" of one that was edited, "-Ana" of one that Ana has deleted, "?" of what can't be read.
  static std::string shown(const Message& message) {
    if (message.has_deleted()) return "-" + message.deleted().by().name();
    if (message.has_undecryptable() || message.has_unsupported()) return "?";
    const std::string& text = message.has_media() ? message.media().caption().text() : message.text().text();
    return text + (message.edited_us() != 0 ? "*" : "");
  }
  static Strings texts(Host& host, const std::string& chat) {
    Strings found;
    for (const Message& each : testing::history(host, chat)) {
      if (!each.has_group_event() && !each.has_identity_changed()) found.push_back(shown(each));
    }
    return found;
  }
  static Strings texts_with(Host& host, const char* handle) { return texts(host, testing::open_chat(host, handle)); }
  static Strings texts_of_group(Host& host) { return texts(host, group_at(host).id()); }
  // The newest first.
  static Strings versions(Host& host, const std::string& id) {
    client_api::Request request;
    request.mutable_list_versions()->set_id(id);
    const client_api::Response response = host.request(std::move(request));
    EXPECT_FALSE(response.has_failure()) << response.failure().detail();
    Strings found;
    for (const auto& each : response.list_versions().versions()) found.push_back(each.text().text());
    return found;
  }
  static client_api::Conversation conversation_of(Host& host, const std::string& id) {
    client_api::Request request;
    request.mutable_open_conversation()->set_conversation(id);
    return host.request(std::move(request)).open_conversation();
  }
  static int found(Host& host, const std::string& words) {
    client_api::Request request;
    request.mutable_search()->set_query(words);
    return host.request(std::move(request)).search().messages_size();
  }
  std::string say(Host& host, const std::string& chat, const std::string& text) {
    std::string id = testing::say(host, chat, text);
    world_.advance(2000);
    return id;
  }
  std::string send_file(Host& host, const std::string& chat, const std::string& caption, client_api::Media::Kind kind,
                        bool view_once = false) {
    client_api::Request request;
    client_api::SendMessageRequest& send = *request.mutable_send_message();
    send.set_conversation(chat);
    send.set_text(caption);
    *send.mutable_attachment()->mutable_file() = testing::seal_file(host.files, Bytes(5000, 'x'), ++files_);
    send.mutable_attachment()->mutable_about()->set_kind(kind);
    send.mutable_attachment()->mutable_about()->set_mime_type("image/jpeg");
    send.mutable_attachment()->mutable_about()->set_view_once(view_once);
    const client_api::Response sent = host.request(std::move(request));
    EXPECT_FALSE(sent.has_failure()) << sent.failure().detail();
    world_.advance(5000);
    return sent.send_message().message().id();
  }
  void link_with_history(Host& first, Host& added) {
    const std::string link = testing::start_linking(added, "Tablet");
    ASSERT_FALSE(testing::open_link(first, link).has_failure());
    client_api::Request confirm;
    confirm.mutable_confirm_link()->set_history(client_api::kHistoryAll);
    ASSERT_FALSE(first.await(first.post(std::move(confirm)), 90'000).has_failure());
    testing::connect(added);
    world_.advance(120'000);
  }
  // A device is made to say so, whatever its core thinks of it.
  void forge(Host& host, const Target& to, const CorrectionRow& row) {
    {
      Store store(host.database());
      Transaction transaction(host.database());
      OutboxRow item;
      item.message_id = world_.random.id<MessageId>();
      item.target = to;
      item.kind = OutboxKind::kCorrection;
      item.content = contents::correction(world_.clock.now(), {row});
      EXPECT_NE(store.outbox.add(item), 0);
      ASSERT_TRUE(transaction.commit().has_value());
    }
    host.close();
    host.reopen();
    testing::connect(host);
    world_.advance(5000);
    EXPECT_EQ(Store(host.database()).outbox.count(), 0) << "it has come";
  }
  static CorrectionRow edit_of(const std::string& id, const std::string& text, uint64_t at = 1) {
    return {*MessageId::from_hex(id), {}, {at}, {}, text};
  }
  static CorrectionRow deletion_of(const std::string& id) {
    return {*MessageId::from_hex(id), {}, {}, {}, std::nullopt};
  }
  // What the database has anywhere of these words.
  static int64_t kept(Host& host, const std::string& words) {
    int64_t count = 0;
    for (const char* table : {"messages", "corrections"}) {
      auto row = host.database().prepare(std::string_view(table) == "messages"
                                             ? "SELECT count(*) FROM messages WHERE text = ?"
                                             : "SELECT count(*) FROM corrections WHERE text = ?");
      row.bind_text(words);
      if (row.step()) count += row.integer(0);
    }
    return count;
  }
  static void execute(Host& host, const char* sql) { ASSERT_TRUE(host.database().execute(sql).has_value()); }

 private:
  uint8_t files_ = 0;
};

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
  EXPECT_EQ(edit(ben_, id, "x").failure().code(), Failure::kInvalidArgument) << "somebody else's";
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
  EXPECT_EQ(erase(ana_, {ids[2], bens}, true).failure().code(), Failure::kNotAllowed);
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

// ---------------------------------------------------------------- from the own devices

// EDIT-3
TEST_F(CorrectionsTest, WhatIsDeletedForOneselfIsOnNoOwnDeviceAndStaysWithOthers) {
  Host& tablet = world_.add("ana's tablet");
  testing::link(world_, ana_, tablet, "Tablet");
  const std::string chat = testing::open_chat(ana_, kBen);
  const std::string own = say(ana_, chat, "mine");
  const std::string bens = send_file(ben_, testing::open_chat(ben_, kAna), "his", client_api::Media::kPhoto);
  EXPECT_EQ(conversation_of(ana_, chat).unread(), 1u);
  EXPECT_FALSE(erase(tablet, {own, bens}, false).has_failure());
  for (Host* const host : {&ana_, &tablet}) {
    EXPECT_THAT(texts_with(*host, kBen), IsEmpty()) << host->name();
    EXPECT_EQ(kept(*host, "mine"), 0) << host->name();
    EXPECT_EQ(host->files.whole.size(), 0u) << host->name();
  }
  EXPECT_EQ(conversation_of(ana_, chat).unread(), 0u);
  EXPECT_THAT(texts_with(ben_, kAna), ElementsAre("mine", "his"));
  EXPECT_EQ(server().files.stored.size(), 1u);

  // A device that was away when it came and went, and what comes again.
  tablet.set_network(false);
  const std::string later = say(ben_, testing::open_chat(ben_, kAna), "later");
  must_erase(ana_, later, false);
  tablet.set_network(true);
  world_.advance(kMinuteMs);
  EXPECT_THAT(texts_with(tablet, kBen), IsEmpty());
  forge(ben_, account_of(kAna), edit_of(later, "once more"));
  EXPECT_THAT(texts_with(ana_, kBen), IsEmpty());
}

// EDIT-3
TEST_F(CorrectionsTest, ItDoesNotComeBackWhenItIsAskedForOrGivenWithAHistory) {
  const std::string chat = testing::open_chat(ben_, kAna);
  (void)say(ben_, chat, "first");
  execute(ana_, "DELETE FROM sessions");
  ana_.set_network(false);
  const std::string id = say(ben_, chat, "second");
  ben_.set_network(false);
  ana_.set_network(true);
  world_.advance(kMinuteMs);
  ASSERT_EQ(shown(testing::message(ana_, id)), "?");
  must_erase(ana_, id, false);
  ben_.set_network(true);
  world_.advance(120'000);
  EXPECT_THAT(texts_with(ana_, kBen), ElementsAre("first"));
  Host& tablet = world_.add("ana's tablet");
  link_with_history(ana_, tablet);
  EXPECT_THAT(texts_with(tablet, kBen), ElementsAre("first"));
}

// EDIT-3
TEST_F(CorrectionsTest, StarsAreTheSameOnAllOwnDevicesAndNobodyElses) {
  Host& tablet = world_.add("ana's tablet");
  testing::link(world_, ana_, tablet, "Tablet");
  const std::string chat = testing::open_chat(ana_, kBen);
  const std::string first = say(ana_, chat, "one");
  const std::string second = say(ben_, testing::open_chat(ben_, kAna), "two");
  const std::string third = say(ana_, testing::open_chat(ana_, kCleo), "three");
  for (const std::string& id : {first, second, third}) ASSERT_FALSE(star(ana_, id).has_failure());
  for (Host* const host : {&ana_, &tablet}) {
    EXPECT_THAT(starred(*host), ElementsAre("three", "two", "one")) << host->name();
    EXPECT_THAT(starred(*host, testing::open_chat(*host, kBen)), ElementsAre("two", "one")) << host->name();
  }
  EXPECT_THAT(starred(ben_), IsEmpty());
  ASSERT_FALSE(star(tablet, second, false).has_failure());
  must_erase(ana_, first);
  for (Host* const host : {&ana_, &tablet}) EXPECT_THAT(starred(*host), ElementsAre("three")) << host->name();
  EXPECT_EQ(star(ana_, first).failure().code(), Failure::kInvalidArgument) << "there is nothing to it any more";
  Host& laptop = world_.add("ana's laptop");
  link_with_history(ana_, laptop);
  EXPECT_THAT(starred(laptop), ElementsAre("three")) << "that comes after the star";
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
  link_with_history(ana_, tablet);
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

// LIMIT-1
TEST_F(CorrectionsTest, OfManyTextsTheFirstAndTheNewestAreKeptAndWhatWaitsIsBounded) {
  Store store(ana_.database());
  Transaction transaction(ana_.database());
  using Waits = CorrectionsTable::Waits;
  const auto of = [this](const MessageId& message, const char* whose, uint64_t at) {
    return CorrectionRow{message, account_of(whose), {at}, {at == 0 ? 0u : 1u}, std::to_string(at)};
  };
  const auto edited = world_.random.id<MessageId>();
  // In the order of the server's choice.
  for (uint64_t at = 0; at < 100; ++at) EXPECT_TRUE(store.corrections.add(of(edited, kAna, at * 37 % 100)));
  const auto versions = store.corrections.versions(edited);
  ASSERT_EQ(versions.size(), static_cast<size_t>(CorrectionsTable::kVersionsMax));
  EXPECT_EQ(versions.front().text, "99");
  EXPECT_EQ(versions[30].text, "69");
  EXPECT_EQ(versions.back().text, "0");
  EXPECT_EQ(store.corrections.original(edited)->text, "0");

  const auto own = world_.random.id<MessageId>();
  const auto first = world_.random.id<MessageId>();
  EXPECT_TRUE(store.corrections.add(of(own, kAna, 1), Waits::kOwn));
  EXPECT_TRUE(store.corrections.add(of(first, kBen, 1), Waits::kOfOthers));
  for (int64_t i = 0; i < CorrectionsTable::kWaitingMax; ++i)
    EXPECT_TRUE(store.corrections.add(of(world_.random.id<MessageId>(), kBen, 1), Waits::kOfOthers));
  EXPECT_TRUE(store.corrections.take_waiting(first).empty());
  EXPECT_EQ(store.corrections.take_waiting(own).size(), 1u);
}

}  // namespace
}  // namespace kith::core
