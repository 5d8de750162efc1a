// SPDX-License-Identifier: AGPL-3.0-or-later

#include "wire/entry_body.h"

#include <gtest/gtest.h>

#include "wire/frames.pb.h"

namespace kith {
namespace {

// The same in every run, and different each time.
template <class Id>
Id next_id() {
  static uint8_t count = 0;
  Id id;
  for (uint8_t& byte : id.value) byte = static_cast<uint8_t>(0x80 | ++count);
  return id;
}

TEST(EntryBody, AreWhatProtobufWouldWrite) {
  for (const size_t size : {size_t{1}, size_t{127}, size_t{128}, size_t{20'000}}) {
    for (const uint64_t number : {uint64_t{1}, uint64_t{300}, uint64_t{1} << 40, UINT64_MAX}) {
      const IncomingMessage message{next_id<MessageId>(),
                                    {next_id<AccountId>(), {static_cast<uint32_t>(number) | 1}},
                                    {number},
                                    Bytes(size, '\xa5'),
                                    size == 1 ? 0 : number};
      wire::Entry entry;
      entry.mutable_message()->set_message_id(message.id.bytes());
      entry.mutable_message()->set_from_account(message.from.account.bytes());
      entry.mutable_message()->set_from_device(message.from.device.value);
      entry.mutable_message()->set_server_time_us(number);
      entry.mutable_message()->set_payload(message.payload);
      entry.mutable_message()->set_receipt_number(message.receipt_number);
      const Bytes written = encode_message_body(message);
      EXPECT_TRUE(written == entry.SerializeAsString()) << size << " " << number;
      EXPECT_LE(written.size(), size + kEntryOverheadMax);
      const auto origin = message_origin(written);
      ASSERT_TRUE(origin);
      EXPECT_EQ(origin->id, message.id);
      EXPECT_EQ(origin->from, message.from);
      EXPECT_EQ(origin->server_time, message.server_time);
      EXPECT_EQ(origin->run, wire::ReceiptRun::of(message.receipt_number, message.id));
    }
  }
  IncomingMessage to_group{next_id<MessageId>(), {next_id<AccountId>(), {9}}, {77}, "sealed", 5};
  to_group.group = next_id<GroupId>();
  to_group.group_revision = {300};
  wire::Entry of_group;
  of_group.mutable_message()->set_message_id(to_group.id.bytes());
  of_group.mutable_message()->set_from_account(to_group.from.account.bytes());
  of_group.mutable_message()->set_from_device(9);
  of_group.mutable_message()->set_server_time_us(77);
  of_group.mutable_message()->set_payload("sealed");
  of_group.mutable_message()->set_receipt_number(5);
  of_group.mutable_message()->set_group_id(to_group.group.bytes());
  of_group.mutable_message()->set_group_revision(300);
  EXPECT_EQ(encode_message_body(to_group), of_group.SerializeAsString());
  EXPECT_EQ(message_origin(encode_message_body(to_group))->group, to_group.group);
  const DeviceAddress from{next_id<AccountId>(), {3}};
  wire::Entry receipt;
  receipt.mutable_delivery_receipt()->set_from_account(from.account.bytes());
  receipt.mutable_delivery_receipt()->set_from_device(3);
  receipt.mutable_delivery_receipt()->set_sender_device(400);
  receipt.mutable_delivery_receipt()->set_first_number(7);
  receipt.mutable_delivery_receipt()->set_last_number(1000);
  receipt.mutable_delivery_receipt()->set_marks(0x8102030405060708);
  EXPECT_EQ(encode_receipt_body(from, {400}, {7, 1000, 0x8102030405060708}), receipt.SerializeAsString());
  receipt.mutable_delivery_receipt()->set_marks(0);
  EXPECT_EQ(encode_receipt_body(from, {400}, {7, 1000, 0}), receipt.SerializeAsString());
  wire::Entry changed;
  changed.mutable_account_changed()->set_account_id(from.account.bytes());
  changed.mutable_account_changed()->set_device_list_revision(5);
  EXPECT_EQ(encode_account_changed_body(from.account, {5}), changed.SerializeAsString());
}

TEST(EntryBody, WhatIsSaidOfGroupsIsWhatProtobufWouldWrite) {
  const auto group = next_id<GroupId>();
  wire::Entry changed;
  changed.mutable_group_changed()->set_group_id(group.bytes());
  changed.mutable_group_changed()->set_revision(1000);
  EXPECT_EQ(encode_group_changed_body(group, {1000}), changed.SerializeAsString());
  const std::vector<GroupReceiptRun> runs = {
      {{1, 300, 0x8102030405060708}, false, {next_id<AccountId>(), next_id<AccountId>()}},
      {{7, 7, 0}, true, std::vector<AccountId>(20, next_id<AccountId>())}};
  wire::Entry entry;
  wire::GroupReceipt& receipt = *entry.mutable_group_receipt();
  receipt.set_group_id(group.bytes());
  receipt.set_sender_device(400);
  for (const GroupReceiptRun& each : runs) {
    wire::GroupReceipt::Run& run = *receipt.add_runs();
    run.set_first_number(each.run.first);
    run.set_last_number(each.run.last);
    run.set_marks(each.run.marks);
    run.set_read(each.read);
    for (const AccountId& account : each.accounts) run.mutable_accounts()->append(account.view());
  }
  EXPECT_EQ(encode_group_receipt_body(group, {400}, runs), entry.SerializeAsString());
  EXPECT_FALSE(message_origin(encode_group_receipt_body(group, {400}, runs)));
}

TEST(EntryBody, WhatHasExpiredIsWhatProtobufWouldWrite) {
  wire::Entry entry;
  entry.mutable_expired();
  EXPECT_EQ(encode_expired_body(), entry.SerializeAsString());
}

TEST(EntryBody, OnlyMessagesHaveAnOrigin) {
  EXPECT_FALSE(message_origin(encode_receipt_body({next_id<AccountId>(), {1}}, {1}, {1, 1, 1})));
  EXPECT_FALSE(message_origin("no entry at all"));
}

}  // namespace
}  // namespace kith
