// SPDX-License-Identifier: AGPL-3.0-or-later

// What this device has still to say about messages that came: which were read, and which made no delivery receipt
// (TICK-1). What others say about its own is in SentTable.
//
//   read_due   conversation BLOB(16), member BLOB(16): who wrote the message, device INTEGER: of that account, number
//              INTEGER: the receipt number under which its text came, message_id BLOB(16): under which it is shown; key
//              (conversation, member, device, number). A read receipt is still to be put into the outbox
//   withheld   position INTEGER PRIMARY KEY: of an entry that wants a receipt and gets none, the last kWithheldMax of
//              them; Hello says them again, for the Confirm that named them may have been lost
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <vector>

#include "core/store/conversation_id.h"
#include "core/store/database.h"

namespace kith::core {

struct ReadDueRow {
  ConversationId conversation;
  AccountId member;
  DeviceId device;
  uint64_t number = 0;
  MessageId message;
};

class ReceiptsTable {
 public:
  explicit ReceiptsTable(Database& database) : database_(database) {}

  // Read receipts to send, in the order of the key, at most `limit`. MessagesTable::mark_read() makes them due.
  std::vector<ReadDueRow> due(int64_t limit);
  // It is in the outbox.
  void clear_due(const ReadDueRow& row);
  // Read receipts were turned off.
  void clear_all_due();

  void withhold(Position position);
  std::vector<Position> withheld();
  // For a new registration.
  void clear_withheld();

 private:
  Database& database_;
};

}  // namespace kith::core
