// SPDX-License-Identifier: AGPL-3.0-or-later

// How far each conversation has been delivered and read: watermarks of server time (RECEIPT-1). They only rise.
//
//   receipts     conversation BLOB(16) PRIMARY KEY, read_by_peer_us INTEGER: own messages up to here were read,
//                read_by_me_us INTEGER: the peer's messages up to here were read,
//                receipt_due_us INTEGER: a read receipt up to here is still to be put into the outbox; 0: none
//   deliveries   conversation BLOB(16), sender_device INTEGER: of the own account, delivered_us INTEGER; key
//                (conversation, sender_device)
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <vector>

#include "core/store/conversation_id.h"
#include "core/store/database.h"

namespace kith::core {

struct ReceiptsRow {
  ConversationId conversation;
  UnixMicros read_by_peer;
  UnixMicros read_by_me;
  UnixMicros receipt_due;
};

class ReceiptsTable {
 public:
  explicit ReceiptsTable(Database& database) : database_(database) {}

  // All zero when nothing is known.
  ReceiptsRow find(const ConversationId& conversation);
  UnixMicros delivered(const ConversationId& conversation, DeviceId sender_device);

  // True when the watermark rose.
  bool note_delivered(const ConversationId& conversation, DeviceId sender_device, UnixMicros up_to);
  bool note_read_by_peer(const ConversationId& conversation, UnixMicros up_to);
  // With `receipt`, a read receipt becomes due as well: also below the watermark, for a server whose clock was set back
  // gives new messages such times. False when it is the watermark.
  bool note_read_by_me(const ConversationId& conversation, UnixMicros up_to, bool receipt);

  // Conversations with a read receipt to send, at most `limit`.
  std::vector<ReceiptsRow> due(int64_t limit);
  // The receipt up to `up_to` is in the outbox. One that became due later stays due.
  void clear_due(const ConversationId& conversation, UnixMicros up_to);
  // Read receipts were turned off.
  void clear_all_due();

 private:
  Database& database_;
};

}  // namespace kith::core
