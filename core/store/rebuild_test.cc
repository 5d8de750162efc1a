// SPDX-License-Identifier: AGPL-3.0-or-later

// Damaged databases of real clients: rebuilt, or refused; and then two people talk as before.
#include "core/store/rebuild.h"

#include <algorithm>

#include "core/testing/damaged_device.h"
#include "crypto/account_key.h"

namespace kith::core::testing {
namespace {

using client_api::Message;
using client_api::State;

using RebuildTest = DamagedDevice;

TEST_F(RebuildTest, ADeviceGoesOnWithWhatCanBeRead) {
  fill();
  const State before = state(ana_);
  const std::vector<std::string> all = texts(ana_, chat_);
  damage_table("messages_order");
  ASSERT_EQ(ana_.try_reopen(), std::nullopt);
  meet_damage();
  open_rebuilt();
  const State after = state(ana_);
  EXPECT_EQ(after.account_id(), before.account_id());
  EXPECT_EQ(after.device_id(), before.device_id());
  EXPECT_EQ(after.rebuilt().messages_kept(), all.size()) << "an index is no loss";
  EXPECT_EQ(after.rebuilt().messages_missing(), 0u);
  EXPECT_EQ(after.rebuilt().keys_lost(), 0u);
  EXPECT_EQ(texts(ana_, chat_), all);
  EXPECT_EQ(found("number170").size(), 1u);
  EXPECT_TRUE(has_file("kith.db.damaged"));
  EXPECT_FALSE(has_file("kith.db.rebuilt"));
  expect_sound();
  expect_that_they_talk("after");
  ana_.close();
  ana_.reopen();
  EXPECT_FALSE(state(ana_).has_rebuilt()) << "told once";
}

TEST_F(RebuildTest, MessagesAroundDamagedPagesAreKept) {
  fill();
  const std::vector<std::string> all = texts(ana_, chat_);
  std::vector<size_t> leaves;
  {
    auto row = ana_.database().prepare(
        "SELECT pageno FROM dbstat WHERE name = 'messages' AND pagetype = 'leaf' ORDER BY path");
    while (row.step()) leaves.push_back(static_cast<size_t>(row.integer(0) - 1) * kPage);
  }
  ASSERT_GT(leaves.size(), 8u);
  ana_.close();
  damage(leaves[3], kPage);
  damage(leaves[5], kPage);
  ASSERT_EQ(ana_.try_reopen(), std::nullopt);
  meet_damage();
  open_rebuilt();
  const std::vector<std::string> kept = texts(ana_, chat_);
  EXPECT_EQ(state(ana_).rebuilt().messages_kept(), kept.size());
  EXPECT_EQ(state(ana_).rebuilt().messages_missing(), all.size() - kept.size());
  EXPECT_EQ(kept.front(), all.front());
  EXPECT_EQ(kept.back(), all.back());
  // One run of messages is missing for each page, and those between are there.
  int runs = 0;
  for (size_t i = 0, at = 0; i < kept.size(); ++i, ++at) {
    runs += all[at] == kept[i] ? 0 : 1;
    while (at + 1 < all.size() && all[at] != kept[i]) ++at;
  }
  EXPECT_EQ(runs, 2);
  expect_sound();
  expect_that_they_talk("after");
}

// What hangs below it in the tree is found without the tree.
TEST_F(RebuildTest, ADestroyedInnerPageCostsNoMessage) {
  fill();
  const std::vector<std::string> all = texts(ana_, chat_);
  for (const int overflow_pages : {0, 1}) {
    const size_t overflow = page_of("messages", "overflow");
    ASSERT_GT(page_of("messages", "leaf"), 0u) << "more than one page";
    damage_table("messages");
    if (overflow_pages == 1) damage(overflow, kPage);
    open_damaged();
    EXPECT_EQ(texts(ana_, chat_).size(), all.size() - static_cast<size_t>(overflow_pages));
    EXPECT_EQ(state(ana_).rebuilt().messages_missing(), static_cast<uint64_t>(overflow_pages))
        << "the one that went on there";
    EXPECT_EQ(found("number170").size(), 1u);
    expect_sound();
  }
  expect_that_they_talk("after");
}

TEST_F(RebuildTest, ADestroyedInnerPageCostsFewContactsAndKeys) {
  fill(20);
  client_api::Request contacts;
  for (int i = 1000; i < 2000; ++i) {
    contacts.mutable_import_contacts()->mutable_vcard()->append("BEGIN:VCARD\nVERSION:3.0\nFN:Person\nTEL:+49170000" +
                                                                std::to_string(i) + "\nEND:VCARD\n");
  }
  EXPECT_FALSE(ana_.request(contacts).has_failure());
  crypto::SeededRandom random(1);
  for (int i = 0; i < 100; ++i) {
    const crypto::AccountKeyPair key = crypto::make_account_key(random);
    const Bytes account = random.bytes(AccountId::kBytes);
    wire::DeviceList list;
    list.set_account_id(account);
    list.set_revision(1);
    list.add_devices()->set_device_id(1);
    const Bytes bytes = list.SerializeAsString();
    const Bytes signature = crypto::sign_device_list(key, bytes);
    auto row = ana_.database().prepare(
        "INSERT INTO device_lists (account, revision, account_key, device_list, signature, newest_revision) VALUES (?, "
        "1, ?, ?, ?, 1)");
    row.bind_blob(account);
    row.bind_blob(key.public_key);
    row.bind_blob(bytes);
    row.bind_blob(signature);
    row.run();
  }
  const int64_t all_contacts = count("SELECT count(*) FROM contacts");
  const int64_t all_lists = count("SELECT count(*) FROM device_lists");
  ASSERT_GT(page_of("contacts", "leaf") * page_of("device_lists", "leaf"), 0u) << "each has more than one page";
  const size_t lists_at = root_of("device_lists");
  damage_table("contacts");
  damage(lists_at, kPage);
  open_damaged();
  EXPECT_GT(count("SELECT count(*) FROM contacts"), all_contacts * 9 / 10) << "without those on the page itself";
  EXPECT_GT(count("SELECT count(*) FROM device_lists"), all_lists * 8 / 10);
  EXPECT_GT(count("SELECT count(*) FROM devices"), all_lists * 8 / 10);
  expect_that_they_talk("after");
}

TEST_F(RebuildTest, RowsThatCanNotBeAreLeftOut) {
  fill(30);
  const size_t all = texts(ana_, chat_).size();
  execute(ana_, "UPDATE messages SET id = x'0102' WHERE sequence = 3");
  execute(ana_, "UPDATE messages SET conversation = 'text' WHERE sequence = 4");
  execute(ana_, "UPDATE messages SET text = CAST(x'FF41' AS TEXT) WHERE sequence = 5");
  execute(ana_, "UPDATE contacts SET name = x'00' WHERE handle = '+491700000100'");
  const int64_t contacts = count("SELECT count(*) FROM contacts");
  execute(ana_, kMark);
  ana_.close();
  open_rebuilt();
  EXPECT_EQ(texts(ana_, chat_).size(), all - 3);
  EXPECT_EQ(count("SELECT count(*) FROM contacts"), contacts) << "its register brings one back";
  EXPECT_EQ(count("SELECT name = 'Person 100' FROM contacts WHERE handle = '+491700000100'"), 1);
}

TEST_F(RebuildTest, AnAccountHasOneConversationWhateverIsDamaged) {
  fill(20);
  const std::vector<std::string> all = texts(ana_, chat_);
  // The row is there twice under two ids, as when the index on peer was lost.
  execute(ana_, "INSERT INTO conversations (id, kind, peer, made_us) VALUES (randomblob(16), 1, randomblob(16), 0)");
  execute(ana_, "DELETE FROM conversations WHERE peer = (SELECT max(from_account) FROM messages WHERE outgoing = 0)");
  execute(ana_, "UPDATE conversations SET peer = (SELECT max(from_account) FROM messages WHERE outgoing = 0)");
  execute(ana_, kMark);
  ana_.close();
  open_rebuilt();
  EXPECT_EQ(count("SELECT count(*) FROM conversations"), 1);
  chat_ = open_chat(ana_, kBen);
  EXPECT_EQ(texts(ana_, chat_), all);
  expect_that_they_talk("after");
}

TEST_F(RebuildTest, NothingWasHeardOfANumberThatIsGivenOutAgain) {  // TICK-1
  fill(30);
  ASSERT_GT(count("SELECT max(last) FROM receipts"), 10);
  execute(ana_, "DELETE FROM sent WHERE number > 10");
  execute(ana_, kMark);
  ana_.close();
  open_rebuilt();
  EXPECT_EQ(count("SELECT max(last) FROM receipts"), 10);
  expect_that_they_talk("after");
}

TEST_F(RebuildTest, AListWithoutItsDevicesIsDamageAndNoReasonToSendToNobody) {
  fill(10);
  execute(ana_, "DELETE FROM devices");
  client_api::Request request;
  request.mutable_send_message()->set_conversation(chat_);
  request.mutable_send_message()->set_text("to whom?");
  ana_.post(request);
  world_.advance(1000);
  ASSERT_TRUE(ana_.client().damaged());
  ana_.close();
  open_rebuilt();
  expect_that_they_talk("after");
}

TEST_F(RebuildTest, TheFirstPageIsMended) {
  fill(60);
  const std::vector<std::string> all = texts(ana_, chat_);
  for (const size_t size : {size_t{16}, size_t{100}, kPage}) {
    ana_.close();
    damage(0, size);
    open_rebuilt();
    EXPECT_EQ(texts(ana_, chat_), all) << size;
    EXPECT_EQ(state(ana_).rebuilt().messages_missing(), 0u);
    expect_sound();
  }
  expect_that_they_talk("after");
}

TEST_F(RebuildTest, WithoutItsRegistrationItIsRefusedAndStaysAsItWas) {
  fill(30);
  const size_t at = root_of("registration");
  ana_.close();
  damage(at, kPage);
  damage(0, 100);
  const std::string before = file();
  EXPECT_EQ(ana_.try_reopen(), OpenError::kCorrupt);
  EXPECT_EQ(file(), before);
  EXPECT_FALSE(has_file("kith.db.rebuilt"));
  EXPECT_EQ(ana_.try_reopen(), OpenError::kCorrupt) << "and again";
}

TEST_F(RebuildTest, SessionsAreDroppedAndWhatWasEncryptedWithThem) {
  fill(30);
  ana_.set_silent(true);
  const std::string sealed = say(ana_, chat_, "was encrypted");
  EXPECT_EQ(count("SELECT count(*) FROM outbox WHERE envelopes IS NOT NULL"), 1);
  ana_.set_silent(false);
  execute(ana_, "INSERT INTO group_own (group_id, chain, ready_for) VALUES (randomblob(16), 1, x'')");
  execute(ana_,
          "INSERT INTO group_holders (group_id, account, device, keys, from_number) SELECT group_id, randomblob(16), "
          "1, randomblob(32), 1 FROM group_own");
  damage_table("messages_order");
  ana_.try_reopen();
  meet_damage();
  open_rebuilt();
  EXPECT_EQ(count("SELECT count(*) FROM sessions"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM group_own"), 0) << "nothing is encrypted with it any more [GROUP-6]";
  EXPECT_EQ(count("SELECT count(*) FROM group_holders WHERE until_number = 1"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM outbox WHERE envelopes IS NOT NULL"), 0);
  EXPECT_GT(count("SELECT count(*) FROM prekeys"), 0);
  expect_that_they_talk("after");
  EXPECT_EQ(message(ana_, sealed).tick(), Message::kDelivered);
  const std::vector<std::string> bens = texts(ben_, bens_chat());
  EXPECT_EQ(std::count(bens.begin(), bens.end(), "was encrypted"), 1);
}

TEST_F(RebuildTest, WhatWasSentIsFoundByItsMessageAgain) {
  fill(30);
  execute(ana_, "UPDATE sent SET shown = NULL");
  execute(ana_, "UPDATE sealed_for SET message = 1 + (SELECT max(sequence) FROM messages)");
  ana_.close();
  open_damaged();
  EXPECT_GT(count("SELECT count(*) FROM sent JOIN messages m ON m.sequence = shown AND m.id = shows"), 0);
  EXPECT_GT(count("SELECT count(*) FROM sealed_for JOIN messages m ON m.sequence = message AND m.id = message_id"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM sent WHERE shown IS NULL AND shows IN (SELECT id FROM messages)"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM sealed_for WHERE message NOT IN (SELECT sequence FROM messages)"), 0);
}

TEST_F(RebuildTest, WhateverIsLostWithATableTheyStillTalk) {
  fill(40);
  for (const char* table : {"progress", "sessions",      "prekeys",           "signed_prekeys", "device_lists",
                            "devices",  "conversations", "messages_fts_data", "sent",           "read_due",
                            "withheld", "outbox",        "repairs",           "asked",          "contacts",
                            "blocked",  "profiles",      "handles",           "settings",       "sqlite_sequence"}) {
    SCOPED_TRACE(table);
    const size_t kept = texts(ana_, chat_).size();
    damage_table(table);
    open_damaged();
    EXPECT_EQ(texts(ana_, chat_).size(), kept);
    expect_sound();
    expect_that_they_talk(table);
    EXPECT_GT(count("SELECT count(*) FROM signed_prekeys"), 0)
        << "made at once: others are given the old one until then";
    if (HasFailure()) return;
  }
}

TEST_F(RebuildTest, AKeyThatIsLostIsToldAndOneThatIsNotIsStillPinned) {  // [DEVICE-2]
  fill(30);
  damage_table("device_lists");
  open_damaged();
  EXPECT_EQ(state(ana_).rebuilt().keys_lost(), 1u);
  expect_that_they_talk("after");
  const int64_t devices = count("SELECT count(*) FROM devices");
  EXPECT_GE(devices, 1);
  damage_table("devices");
  open_damaged();
  EXPECT_EQ(state(ana_).rebuilt().keys_lost(), 0u) << "what a list names is in the list";
  EXPECT_EQ(count("SELECT count(*) FROM devices"), devices);
}

TEST_F(RebuildTest, AFullTextIndexOfAnUnknownFormatIsMadeAnew) {
  fill(20);
  const size_t at = root_of("messages_fts_config");
  ana_.close();
  file()[file().find("version\x04", at) + 7] = 5;
  ana_.disk().sync("kith.db");
  ASSERT_EQ(ana_.try_reopen(), std::nullopt);
  client_api::Request request;
  request.mutable_search()->set_query("number17");
  ana_.post(request);
  world_.run();
  ASSERT_TRUE(ana_.client().damaged());
  ana_.close();
  open_rebuilt();
  EXPECT_EQ(found("number17").size(), 1u);
}

TEST_F(RebuildTest, AContactThatHasLostItsAccountIsLookedUpAgainAtOnce) {
  fill(10);
  client_api::Request contact;
  contact.mutable_set_contact()->set_handle(kBen);
  contact.mutable_set_contact()->set_name("Ben");
  EXPECT_FALSE(ana_.request(contact).has_failure());
  const std::string account = ana_.request(contact).set_contact().account_id();
  ASSERT_NE(account, "");
  execute(ana_, "UPDATE contacts SET account = NULL");
  execute(ana_, kMark);
  ana_.close();
  open_rebuilt();
  EXPECT_EQ(open_chat(ana_, kBen), chat_);
  client_api::Request request;
  request.mutable_connect();
  ana_.post(request);
  world_.advance(5000);
  EXPECT_EQ(count("SELECT count(*) FROM contacts WHERE account IS NOT NULL AND looked_up_us > 0"), 1);
  EXPECT_EQ(ana_.request(contact).set_contact().account_id(), account);
}

// As a disk gives it out that has lost the end of a row.
TEST_F(RebuildTest, AHandleThatIsNoneIsDamageAndDoesNotHideWhoHasIt) {
  fill(10);
  for (const char* lost : {"UPDATE handles SET handle = '+4917' || char(0, 0, 0) WHERE handle = '+491700000002'",
                           "UPDATE conversations SET peer = zeroblob(16) WHERE kind = 1"}) {
    SCOPED_TRACE(lost);
    execute(ana_, lost);
    client_api::Request request;
    request.mutable_open_conversation()->set_handle(kBen);
    const client_api::Response response = ana_.request(request);
    if (response.has_failure()) {
      EXPECT_EQ(response.failure().code(), client_api::Failure::kStorage) << response.failure().detail();
      EXPECT_TRUE(ana_.client().damaged());
    } else {
      execute(ana_, kMark);
    }
    ana_.close();
    open_rebuilt();
    expect_sound();
    client_api::Request connect;
    connect.mutable_connect();
    ana_.post(connect);
    world_.advance(1000);
    chat_ = open_chat(ana_, kBen);
    EXPECT_GE(texts(ana_, chat_).size(), 12u);
    expect_that_they_talk(lost);
  }
}

TEST_F(RebuildTest, AContactThatItsKeyDoesNotFindIsNotLookedUpForEver) {
  fill(10);
  const size_t at = root_of("contacts");
  ana_.close();
  file().replace(file().find("+491700000130", at), 4, "+999");  // no longer in the order of the others
  ana_.disk().sync("kith.db");
  world_.clock.unix_us += uint64_t{30} * 24 * 3600 * 1'000'000;
  ASSERT_EQ(ana_.try_reopen(), std::nullopt);
  client_api::Request request;
  request.mutable_connect();
  ana_.post(request);
  world_.advance(1000);
  ASSERT_TRUE(ana_.client().damaged());
  ana_.close();
  open_rebuilt();
  EXPECT_EQ(count("SELECT count(*) FROM contacts"), 61) << "the row, and the contact that its register brings back";
  expect_that_they_talk("after");
}

TEST_F(RebuildTest, NoMessageIsTakenAsAnEventTwiceAndNewOnesAre) {
  fill(60);
  const auto take = [&] {
    client_api::Request request;
    request.mutable_take_events()->set_limit(500);
    std::vector<std::string> texts;
    const client_api::Response response = ana_.request(request);
    for (const Message& each : response.take_events().messages()) texts.push_back(each.text().text());
    return texts;
  };
  EXPECT_GT(take().size(), 10u);
  for (const char* table : {"progress", "messages"}) {
    damage_table(table);
    open_damaged();
    EXPECT_EQ(take(), std::vector<std::string>()) << table;
    connect(ana_);
    say(ben_, bens_chat(), "new");
    world_.advance(30'000);
    EXPECT_EQ(take(), std::vector<std::string>{"new"}) << table;
  }
}

TEST_F(RebuildTest, ReadReceiptsAreNotTurnedOnByDamage) {
  fill(10);
  damage_table("settings");
  open_damaged();
  client_api::Request request;
  request.mutable_get_settings();
  EXPECT_FALSE(ana_.request(request).get_settings().read_receipts());
}
class DamageAnywhereTest : public DamagedDevice {
 protected:
  bool open_and_read_everything();
};

// Opens after damage, and reads everything, as often as it takes: a program that meets damage ends and starts again.
// False: it is refused.
bool DamageAnywhereTest::open_and_read_everything() {
  for (int starts = 0; starts < 3; ++starts) {
    if (const auto error = ana_.try_reopen()) {
      EXPECT_EQ(*error, OpenError::kCorrupt);
      return false;
    }
    std::vector<client_api::Request> requests(9);
    requests[0].mutable_connect();
    requests[1].mutable_list_conversations();
    requests[2].mutable_list_contacts();
    requests[3].mutable_get_settings();
    requests[4].mutable_list_messages()->set_conversation(chat_);
    requests[4].mutable_list_messages()->set_limit(500);
    requests[5].mutable_search()->set_query("number1");
    requests[6].mutable_send_message()->set_conversation(chat_);
    requests[6].mutable_send_message()->set_text("reading");
    requests[7].mutable_open_conversation()->set_handle(kBen);
    requests[8].mutable_mark_read()->set_conversation(chat_);
    // What is looked at only when somebody asks for it.
    count("SELECT sum(length(keys)) FROM sealed_for");
    if (ana_.database().damaged()) ana_.database().mark_damaged();
    for (client_api::Request& request : requests) ana_.post(std::move(request));
    say(ben_, bens_chat(), "reading");
    world_.advance(120'000);
    if (!ana_.client().damaged()) return true;
    ana_.close();
  }
  ADD_FAILURE() << "damaged again and again";
  return false;
}

// KITH_SEED=N KITH_SEEDS=COUNT in the environment: other seeds than those of every run.
uint64_t from_environment(const char* name, uint64_t absent) {
  const char* text = std::getenv(name);
  return text == nullptr ? absent : std::strtoull(text, nullptr, 10);
}

TEST_F(DamageAnywhereTest, DamageAnywhereIsSurvivedOrRefused) {
  fill(250);
  const State before = state(ana_);
  const size_t registration = root_of("registration") / kPage;
  const uint64_t first = from_environment("KITH_SEED", 1);
  int rebuilt = 0;
  const uint64_t seeds = from_environment("KITH_SEEDS", 40);
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    SCOPED_TRACE("KITH_SEED=" + std::to_string(seed) + " KITH_SEEDS=1");
    crypto::SeededRandom dice(seed);
    dice.below(2) == 0 ? ana_.close() : ana_.crash();
    const bool has_log = has_file("kith.db-wal") && file("kith.db-wal").size() > kPage;
    const std::string name = has_log && dice.below(3) == 0 ? "kith.db-wal" : "kith.db";
    const std::string undamaged = file(), log = has_log ? file("kith.db-wal") : "";
    std::string& bytes = file(name);
    bool registration_hit = name == "kith.db-wal";  // it may be in there
    if (dice.below(8) == 0) {
      bytes.resize(dice.below(bytes.size()));
      registration_hit = true;
    } else {
      for (uint64_t spots = 1 + dice.below(4); spots > 0; --spots) {
        const size_t size = std::min<size_t>(bytes.size(), size_t{512} << dice.below(6));  // up to four pages
        const size_t at = dice.below(bytes.size() - size + 1) / 512 * 512;
        const Bytes noise = dice.below(2) == 0 ? Bytes(size, '\0') : dice.bytes(size);
        std::copy(noise.begin(), noise.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
        registration_hit = registration_hit || (at / kPage <= registration && (at + size) / kPage >= registration);
      }
    }
    ana_.disk().sync(name);
    if (!open_and_read_everything()) {
      EXPECT_TRUE(registration_hit) << "all that a device can't do without";
      if (HasFailure()) return;
      put("kith.db", undamaged);
      put("kith.db-wal", log);
      ana_.reopen();
      client_api::Request connect;
      connect.mutable_connect();
      ana_.post(connect);
      continue;
    }
    rebuilt += state(ana_).has_rebuilt() ? 1 : 0;
    EXPECT_EQ(state(ana_).account_id(), before.account_id());
    EXPECT_EQ(state(ana_).device_id(), before.device_id());
    // Another one when its row was lost.
    chat_ = check(
        "SELECT lower(hex(id)) FROM conversations WHERE peer = (SELECT max(from_account) FROM messages WHERE "
        "outgoing = 0)");
    expect_that_they_talk("after " + std::to_string(seed));
    if (!state(ana_).has_rebuilt()) continue;
    expect_sound();
    if (HasFailure()) return;
  }
  if (seeds >= 40) {  // a few may all be refused
    EXPECT_GT(rebuilt, 5);
  }
}

}  // namespace
}  // namespace kith::core::testing
