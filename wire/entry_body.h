// SPDX-License-Identifier: AGPL-3.0-or-later

// The body of an entry of an inbox: a serialized wire.Entry without its position, as the server writes it, keeps it and
// sends it. And what it needs to read back of one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/receipt_run.h"

namespace kith {

// A message on its way into inboxes.
struct IncomingMessage {
  MessageId id;
  DeviceAddress from;
  UnixMicros server_time;
  Bytes payload;                // a content.Sealed
  uint64_t receipt_number = 0;  // 0: no receipt is wanted
  uint32_t life_ms = 0;         // 0: as long as the inbox keeps entries
  GroupId group = {};           // to which it was sent; none: to the account
  Revision group_revision = {};
};

// Messages of one device to a group, and which members have them (GROUP-5).
struct GroupReceiptRun {
  wire::ReceiptRun run;
  bool read = false;  // by a person; else a device has confirmed them
  std::vector<AccountId> accounts;
};

// Written by hand so that the payload is copied once and nothing else is allocated.
Bytes encode_message_body(const IncomingMessage& message);
// `from` is the device that confirmed; `sender` the device of the inbox's account that had sent (TICK-1).
Bytes encode_receipt_body(const DeviceAddress& from, DeviceId sender, const wire::ReceiptRun& run);
Bytes encode_account_changed_body(const AccountId& account, Revision revision);
Bytes encode_group_changed_body(const GroupId& group, Revision revision);
// `sender`: the device of the inbox's account that had sent.
Bytes encode_group_receipt_body(const GroupId& group, DeviceId sender, std::span<const GroupReceiptRun> runs);
// Stands for what has expired before it, and for itself.
Bytes encode_expired_body();

// Bytes that an entry needs beyond its payload, at most: for bounds before a position is known.
constexpr size_t kEntryOverheadMax = 136;

// Who sent the message in an entry, when, and what its receipt would say; absent when it is no message.
struct MessageOrigin {
  MessageId id;
  DeviceAddress from;
  UnixMicros server_time;
  wire::ReceiptRun run;
  GroupId group;  // to which it was sent; none: to the account
};
std::optional<MessageOrigin> message_origin(BytesView body);

}  // namespace kith
