// SPDX-License-Identifier: AGPL-3.0-or-later

// For tests of the tables: a store in memory, and short ways to make ids and rows.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/store/migrations.h"
#include "core/store/store.h"

namespace kith::core::testing {

template <class Id>
Id make_id(uint32_t number) {
  Id id;
  id.value[0] = static_cast<uint8_t>(number >> 24);
  id.value[1] = static_cast<uint8_t>(number >> 16);
  id.value[2] = static_cast<uint8_t>(number >> 8);
  id.value[3] = static_cast<uint8_t>(number);
  id.value[15] = 7;
  return id;
}
inline AccountId account_id(uint32_t number) { return make_id<AccountId>(number); }
inline MessageId message_id(uint32_t number) { return make_id<MessageId>(number); }

// Of a canonical text.
inline Handle handle(std::string_view text) { return Handle::from_text(text).value(); }

inline const AccountId kSelf = account_id(1);
inline const AccountId kPeer = account_id(2);
// The conversation with an account, which is there once a test has opened it (StoreTest::open).
inline ConversationId conversation_with(const AccountId& account) {
  ConversationId id{account.value};
  id.value[15] = 8;
  return id;
}
inline const ConversationId kChat = conversation_with(kPeer);

inline MessageRow incoming(uint32_t id, uint64_t order, std::string text = "hello", const AccountId& from = kPeer) {
  MessageRow message;
  message.id = message_id(id);
  message.conversation = conversation_with(from);
  message.from = from;
  message.from_device = DeviceId{1};
  message.text = std::move(text);
  message.sent_at = message.order = UnixMicros{order};
  message.receipt_number = id;
  message.came = UnixMicros{1};
  return message;
}

inline MessageRow outgoing(uint32_t id, uint64_t order, Tick tick = Tick::kPending, std::string text = "hello",
                           const AccountId& to = kPeer) {
  MessageRow message = incoming(id, order, std::move(text), to);
  message.from = kSelf;
  message.outgoing = true;
  message.receipt_number = 0;
  message.came = {};
  message.tick = tick;
  return message;
}

inline Registration registration() {
  Registration registration;
  registration.server = "http://localhost:8080";
  registration.server_id.value.fill(9);
  registration.handle = handle("+491700000001");
  registration.account = kSelf;
  registration.device = DeviceId{3};
  registration.token = Bytes(52, 't');
  registration.account_key = {Bytes(32, 'A'), Bytes(64, 'a')};
  registration.identity = {Bytes(33, 'I'), Bytes(32, 'i')};
  registration.registration_id = 4711;
  registration.device_name = "Terminal";
  return registration;
}

// One transaction over the whole test: the tables do not care.
class StoreTest : public ::testing::Test {
 protected:
  static std::unique_ptr<Database> open_migrated() {
    auto database = Database::open(":memory:");
    EXPECT_TRUE(database.has_value());
    EXPECT_TRUE(migrate(**database).has_value());
    return std::move(*database);
  }
  void open(const AccountId& account, UnixMicros now = {}) {
    store_.conversations.add({conversation_with(account), ConversationKind::kDirect, account, 0, "", now});
  }
  // What orders kChat among the others, when it has messages.
  UnixMicros activity() { return store_.messages.last(kChat).value_or(MessageRow{}).order; }
  void TearDown() override { EXPECT_FALSE(database_->failed()); }

  std::unique_ptr<Database> database_ = open_migrated();
  Transaction transaction_{*database_};
  Store store_{*database_};
};

}  // namespace kith::core::testing
