// SPDX-License-Identifier: AGPL-3.0-or-later

// Entries of an inbox as bytes: what the server writes of them, and what it needs to read back.
#pragma once

#include <optional>

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
};

// Serialized wire.Entry. Written by hand so that the payload is copied once and nothing else is allocated.
Bytes encode_message_entry(Position position, const IncomingMessage& message);
// A position with nothing at it.
Bytes encode_empty_entry(Position position);
// `from` is the device that confirmed; `sender` the device of the inbox's account that had sent (TICK-1).
Bytes encode_receipt_entry(Position position, const DeviceAddress& from, DeviceId sender, const wire::ReceiptRun& run);
Bytes encode_account_changed_entry(Position position, const AccountId& account, Revision revision);

// Bytes that an entry needs beyond its payload, at most: for bounds before a position is known.
constexpr size_t kEntryOverheadMax = 112;

// Who sent the message in an entry, when, and what its receipt would say; absent when it is no message.
struct MessageOrigin {
  MessageId id;
  DeviceAddress from;
  UnixMicros server_time;
  wire::ReceiptRun run;
};
std::optional<MessageOrigin> message_origin(BytesView entry);

}  // namespace kith
