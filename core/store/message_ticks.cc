// SPDX-License-Identifier: AGPL-3.0-or-later

// MessagesTable: from the outbox to the blue ticks.
//
// Rows are changed one by one: an UPDATE of many rows, or one with RETURNING, is a savepoint to FTS5, which then writes
// out the index of the messages that came in the same transaction.
#include "core/store/message_row.h"

namespace kith::core {

Tick tick_of(SentState state) {
  switch (state) {
    case SentState::kSent: return Tick::kSent;
    case SentState::kDelivered: return Tick::kDelivered;
    case SentState::kRead: return Tick::kRead;
  }
  return Tick::kSent;
}

Tick MessagesTable::tick_by_receipts(const MessageId& id) { return tick_of(SentTable(database_).state_of(id)); }

std::optional<AcceptedMessage> MessagesTable::accept(const MessageId& id, UnixMicros server_time) {
  AcceptedMessage accepted;
  int64_t sequence = 0;
  {
    auto row = database_.prepare(
        "SELECT sequence, conversation FROM messages WHERE id = ? AND outgoing = 1 AND tick IN (1, 5)");
    row.bind_id(id);
    if (!row.step()) return std::nullopt;
    sequence = row.integer(0);
    accepted.conversation = row.id<ConversationId>(1);
  }
  // The receipt may have come first: when the answer to the first send was lost, or by another way round in the server.
  accepted.tick = tick_by_receipts(id);
  database_.prepare("UPDATE messages SET order_us = ?, tick = ?, failure = 0 WHERE sequence = ?")
      .bind(static_cast<int64_t>(server_time.value))
      .bind(static_cast<int64_t>(accepted.tick))
      .bind(sequence)
      .run();
  return accepted;
}

bool MessagesTable::fail(const MessageId& id, FailureReason why) {
  auto statement = database_.prepare("UPDATE messages SET tick = 5, failure = ? WHERE id = ? AND tick = 1 RETURNING 1");
  statement.bind(static_cast<int64_t>(why)).bind_id(id);
  return statement.step();
}

bool MessagesTable::retry(const MessageId& id) {
  auto statement = database_.prepare(
      "UPDATE messages SET tick = 1, failure = 0 WHERE id = ? AND outgoing = 1 AND tick = 5 RETURNING 1");
  statement.bind_id(id);
  return statement.step();
}

bool MessagesTable::raise(const MessageId& id, SentState state) {
  database_.prepare("UPDATE messages SET tick = ?1 WHERE id = ?2 AND outgoing = 1 AND tick IN (2, 3) AND tick < ?1")
      .bind(static_cast<int64_t>(tick_of(state)))
      .bind_id(id)
      .run();
  return !database_.failed() && database_.changed_rows() == 1;
}

}  // namespace kith::core
