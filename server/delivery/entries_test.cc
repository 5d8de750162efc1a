// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/entries.h"

#include <gtest/gtest.h>

#include "server/delivery/testing/virtual_time.h"
#include "wire/frames.pb.h"

namespace kith::testing {
namespace {

TEST(Entries, AreWhatProtobufWouldWrite) {
  SeededRandom random(7);
  for (const size_t size : {size_t{1}, size_t{127}, size_t{128}, size_t{20'000}}) {
    for (const uint64_t number : {uint64_t{1}, uint64_t{300}, uint64_t{1} << 40, UINT64_MAX}) {
      const IncomingMessage message{random.id<MessageId>(),
                                    {random.id<AccountId>(), {static_cast<uint32_t>(number) | 1}},
                                    {number},
                                    random.bytes(size),
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
  const DeviceAddress from{random.id<AccountId>(), {3}};
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

TEST(Entries, WhatHasExpiredIsWhatProtobufWouldWrite) {
  wire::Entry entry;
  entry.mutable_expired();
  EXPECT_EQ(*expired_body(), entry.SerializeAsString());
}

TEST(Entries, OnlyMessagesHaveAnOrigin) {
  SeededRandom random(8);
  EXPECT_FALSE(message_origin(encode_receipt_body({random.id<AccountId>(), {1}}, {1}, {1, 1, 1})));
  EXPECT_FALSE(message_origin("no entry at all"));
}

}  // namespace
}  // namespace kith::testing
