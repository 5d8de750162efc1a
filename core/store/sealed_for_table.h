// SPDX-License-Identifier: AGPL-3.0-or-later

// What each message that was sent has been encrypted for: who may be sent its content again, and nobody else
// (IDENTITY-5).
//
//   sealed_for   sequence INTEGER PRIMARY KEY: of several rows the last one counts; message_id BLOB(16); account
//                BLOB(16), device INTEGER: the addressee; keys BLOB(32): DeviceListRow::keys_of at that time, carries
//                BLOB(16) or null: the message whose content it had, in an answer to a ResendRequest, sealed_us
//                INTEGER: this device's clock, message INTEGER or null: its sequence in `messages`, by which it is
//                found; null: it is not there
//   indices      sealed_for_message (message), and sealed_for_alone (message_id) of those that have none: see
//                SentTable; sealed_for_age (sealed_us)
//
// Of silent messages (receipts) as well: an id that has no row here was never sent to that device.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>

#include "base/ids.h"
#include "core/store/database.h"

namespace kith::core {

struct SealedForRow {
  Bytes keys;
  std::optional<MessageId> carries;
  UnixMicros sealed;
};

class SealedForTable {
 public:
  explicit SealedForTable(Database& database) : database_(database) {}

  // Instead of what is known of the message and the device.
  void note(const MessageId& message, const DeviceAddress& device, const SealedForRow& row);
  std::optional<SealedForRow> find(const MessageId& message, const DeviceAddress& device);
  // Forgets those that are older.
  void prune(UnixMicros sealed_before);

 private:
  Database& database_;
};

}  // namespace kith::core
