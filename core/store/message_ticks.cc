// SPDX-License-Identifier: AGPL-3.0-or-later

// MessagesTable: from the outbox to the blue ticks.
#include "core/store/message_row.h"
#include "core/store/receipts_table.h"

namespace kith::core {
namespace {

struct Found {
  int64_t sequence = 0;
  MessageId id;
};

// Rows are found first and changed one by one: an UPDATE of many rows, or one with RETURNING, is a savepoint to FTS5,
// which then writes out the index of the messages that came in the same transaction.
void collect(Statement& statement, std::vector<Found>& found) {
  while (statement.step()) found.push_back({statement.integer(0), statement.id<MessageId>(1)});
}

std::vector<MessageId> set_tick(Database& database, const std::vector<Found>& found, Tick tick) {
  std::vector<MessageId> ids;
  for (const Found& message : found) {
    database.prepare("UPDATE messages SET tick = ? WHERE sequence = ?")
        .bind(static_cast<int64_t>(tick))
        .bind(message.sequence)
        .run();
    ids.push_back(message.id);
  }
  return ids;
}

}  // namespace

Tick MessagesTable::tick_by_watermarks(const ConversationId& conversation, DeviceId sender_device, UnixMicros order) {
  ReceiptsTable receipts(database_);
  if (receipts.find(conversation).read_by_peer >= order) return Tick::kRead;
  if (receipts.delivered(conversation, sender_device) >= order) return Tick::kDelivered;
  return Tick::kSent;
}

std::optional<Tick> MessagesTable::accept(const MessageId& id, UnixMicros server_time) {
  const auto message = find(id);
  if (!message || !message->outgoing || (message->tick != Tick::kPending && message->tick != Tick::kFailed))
    return std::nullopt;
  // The receipt may have come first: when the answer to the first send was lost, or by another way round in the server.
  const Tick tick = tick_by_watermarks(message->conversation, message->from_device, server_time);
  database_.prepare("UPDATE messages SET order_us = ?, tick = ?, failure = 0 WHERE id = ?")
      .bind(static_cast<int64_t>(server_time.value))
      .bind(static_cast<int64_t>(tick))
      .bind_id(id)
      .run();
  database_
      .prepare(
          "UPDATE conversations SET activity_us = (SELECT max(order_us) FROM messages WHERE conversation = ?1) WHERE "
          "id = ?1")
      .bind_id(message->conversation)
      .run();
  return tick;
}

bool MessagesTable::fail(const MessageId& id, FailureReason why) {
  auto statement = database_.prepare("UPDATE messages SET tick = 5, failure = ? WHERE id = ? AND tick = 1 RETURNING 1");
  statement.bind(static_cast<int64_t>(why)).bind_id(id);
  return statement.step();
}

bool MessagesTable::retry(const MessageId& id) {
  auto statement = database_.prepare("UPDATE messages SET tick = 1, failure = 0 WHERE id = ? AND tick = 5 RETURNING 1");
  statement.bind_id(id);
  return statement.step();
}

std::vector<MessageId> MessagesTable::raise_delivered(const ConversationId& conversation, DeviceId sender_device,
                                                      UnixMicros up_to) {
  std::vector<Found> found;
  {
    auto row = database_.prepare(
        "SELECT sequence, id FROM messages WHERE conversation = ? AND tick = 2 AND order_us <= ? AND from_device = ?");
    row.bind_id(conversation).bind(static_cast<int64_t>(up_to.value)).bind(sender_device.value);
    collect(row, found);
  }
  return set_tick(database_, found, Tick::kDelivered);
}

std::vector<MessageId> MessagesTable::raise_read(const ConversationId& conversation, UnixMicros up_to) {
  std::vector<Found> found;
  {
    // Two searches of one index; the literal numbers are what makes it usable.
    auto row = database_.prepare(
        "SELECT sequence, id FROM messages WHERE conversation = ?1 AND tick = 2 AND order_us <= ?2 UNION ALL "
        "SELECT sequence, id FROM messages WHERE conversation = ?1 AND tick = 3 AND order_us <= ?2");
    row.bind_id(conversation).bind(static_cast<int64_t>(up_to.value));
    collect(row, found);
  }
  return set_tick(database_, found, Tick::kRead);
}

}  // namespace kith::core
