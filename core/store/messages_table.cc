// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/messages_table.h"

#include <algorithm>

#include "core/store/message_row.h"
#include "core/store/registers_table.h"

namespace kith::core {

namespace {
// One row more than `limit` was asked for.
MessagePage read_page(Statement& rows, int64_t limit) {
  MessagePage page;
  while (rows.step()) {
    if (static_cast<int64_t>(page.messages.size()) == limit) {
      page.more = true;
      break;
    }
    page.messages.push_back(read_message(rows));
  }
  return page;
}

}  // namespace

// What the account's devices have cleared: `m` is a row, of a conversation `c`. Ids are random, so that none is found
// between two that are kept.
#define KITH_CLEARED(conversation, outgoing, order_us, id)                                                         \
  "EXISTS (SELECT 1 FROM clearings k JOIN conversations c ON c.peer = k.peer AND (c.kind = 3) = k.is_group WHERE " \
  "c.id = " conversation " AND ((" outgoing " = 0 AND (" order_us ", " id                                          \
  ") <= (k.received_us, k.received)) OR (" outgoing " = 1 AND (" order_us ", " id                                  \
  ") <= (k.sent_us, k.sent))) AND instr(k.kept, " id ") = 0)"

// Of a message of the conversation ?1.
#define KITH_GOES \
  "NOT (outgoing = 1 AND tick IN (1, 5)) AND " KITH_CLEARED("?1", "outgoing", "messages.order_us", "messages.id")

bool MessagesTable::insert(const MessageRow& message, Tick tick, bool unread, Comes comes) {
  auto statement = database_.prepare(
      "INSERT INTO messages (id, conversation, from_account, from_device, outgoing, kind, text, quote_message, "
      "quote_author, quote_excerpt, sent_at, order_us, tick, failure, raw, unread, receipt_number, came_us, "
      "group_revision, file, edited_us, starred) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?6 IN (1, 7) AND EXISTS (SELECT 1 FROM registers WHERE key = ? AND value <> x'') WHERE NOT EXISTS (SELECT 1 "
      "FROM registers WHERE key = ? AND value <> x'') AND NOT (? AND " KITH_CLEARED(
          "?2", "?5", "?12", "?1") ") ON CONFLICT (id) DO NOTHING");
  statement.bind_id(message.id)
      .bind_id(message.conversation)
      .bind_id(message.from)
      .bind(message.from_device.value)
      .bind(message.outgoing ? 1 : 0)
      .bind(static_cast<int64_t>(message.kind))
      .bind_text(message.text);
  if (message.quote) {
    statement.bind_id(message.quote->message).bind_id(message.quote->author).bind_text(message.quote->excerpt);
  } else {
    statement.bind_null().bind_null().bind_null();
  }
  statement.bind(static_cast<int64_t>(message.sent_at.value))
      .bind(static_cast<int64_t>(message.order.value))
      .bind(static_cast<int64_t>(tick))
      .bind(static_cast<int64_t>(message.failure));
  if (message.raw.empty()) {
    statement.bind_null();
  } else {
    statement.bind_blob(message.raw);
  }
  statement.bind(unread ? 1 : 0)
      .bind(static_cast<int64_t>(message.receipt_number))
      .bind(static_cast<int64_t>(message.came.value))
      .bind(static_cast<int64_t>(message.group_revision.value));
  if (message.file.is_none()) {
    statement.bind_null();
  } else {
    statement.bind_id(message.file);
  }
  const Bytes starred = RegisterRow::key_of(kStarredRegister, message.id.view());
  const Bytes removed = RegisterRow::key_of(kRemovedRegister, message.id.view());
  statement.bind(static_cast<int64_t>(message.edited.value)).bind_blob(starred).bind_blob(removed);
  statement.bind(static_cast<int64_t>(comes)).run();
  if (database_.failed() || database_.changed_rows() != 1) return false;
  const int64_t sequence = database_.inserted_row();
  if (sequence % kIndexedAtOnce == 0 && sequence - indexed_sequence() > kUnindexedMax) (void)index(kIndexedAtOnce);
  return true;
}

bool MessagesTable::add(const MessageRow& message, Comes comes, std::optional<bool> unread) {
  const bool notice = message.kind == MessageKind::kIdentityChanged || message.kind == MessageKind::kHandleMoved ||
                      message.kind == MessageKind::kGroupEvent;
  const bool is_unread = unread.value_or(!message.outgoing && !notice && !was_read_elsewhere(message));
  Tick tick = message.tick;
  if (message.outgoing && (tick == Tick::kSent || tick == Tick::kDelivered))
    tick = std::max(tick, tick_by_receipts(message.id));
  if (!insert(message, tick, is_unread, comes)) return false;
  database_.prepare("UPDATE conversations SET unread = unread + ?2, gone = 0 WHERE id = ?1 AND (?2 OR gone)")
      .bind_id(message.conversation)
      .bind(int64_t{is_unread})
      .run();
  return true;
}

int64_t MessagesTable::mark_read_elsewhere(const ConversationId& conversation, const MessageCursor& cursor,
                                           UnixMicros now) {
  database_
      .prepare(
          "UPDATE conversations SET read_elsewhere_us = ?2, read_elsewhere_id = ?3 WHERE id = ?1 AND (?2, ?3) > "
          "(read_elsewhere_us, read_elsewhere_id)")
      .bind_id(conversation)
      .bind(static_cast<int64_t>(std::min(cursor.order, now).value))
      .bind_id(cursor.id)
      .run();
  return mark_read(conversation, cursor, false);
}

bool MessagesTable::was_read_elsewhere(const MessageRow& message) {
  auto row = database_.prepare(
      "SELECT 1 FROM conversations WHERE id = ?1 AND (?2, ?3) <= (read_elsewhere_us, read_elsewhere_id)");
  row.bind_id(message.conversation).bind(static_cast<int64_t>(message.order.value)).bind_id(message.id);
  return row.step();
}

bool MessagesTable::repair(const MessageRow& message) { return replace(MessageKind::kUndecryptable, message); }
bool MessagesTable::remake(const MessageRow& message) { return replace(MessageKind::kUnsupported, message); }

bool MessagesTable::replace(MessageKind kind, const MessageRow& message) {
  const auto known = find(message.id);
  if (!known || known->kind != kind || known->from != message.from || known->conversation != message.conversation) {
    return false;
  }
  const bool unread = !known->outgoing && !was_read_elsewhere(*known);
  database_
      .prepare(
          "UPDATE conversations SET unread = unread + (SELECT ?3 - unread FROM messages WHERE id = ?1) WHERE id = ?2")
      .bind_id(message.id)
      .bind_id(message.conversation)
      .bind(unread ? 1 : 0)
      .run();
  // A new row gets a new sequence: so take() sees it as new.
  database_.prepare("DELETE FROM messages WHERE id = ?").bind_id(message.id).run();
  MessageRow repaired = message;
  repaired.order = known->order;
  repaired.outgoing = known->outgoing;
  return insert(repaired, known->tick, unread, Comes::kAnew);
}

std::optional<ConversationId> MessagesTable::reorder(const MessageId& id, const AccountId& from, UnixMicros order,
                                                     UnixMicros now) {
  ConversationId conversation;
  {
    auto row = database_.prepare(
        "SELECT conversation FROM messages WHERE id = ?1 AND from_account = ?2 AND outgoing = 0 AND "
        "order_us <> ?3 AND unread = 1 AND abs(came_us - ?4) <= ?5");
    row.bind_id(id).bind_id(from).bind(static_cast<int64_t>(order.value)).bind(static_cast<int64_t>(now.value));
    row.bind(kReorderedWithinUs);
    if (!row.step()) return std::nullopt;
    conversation = row.id<ConversationId>(0);
  }
  database_.prepare("UPDATE messages SET order_us = ? WHERE id = ?")
      .bind(static_cast<int64_t>(order.value))
      .bind_id(id)
      .run();
  return conversation;
}

std::vector<StoredMessage> MessagesTable::unsupported(int64_t after, int64_t limit) {
  std::vector<StoredMessage> found;
  auto row = database_.prepare("SELECT " KITH_MESSAGE_COLUMNS
                               ", sequence FROM messages WHERE kind = 4 AND sequence > ? ORDER BY sequence LIMIT ?");
  row.bind(after).bind(limit);
  while (row.step()) found.push_back({row.integer(kMessageColumns), read_message(row)});
  return found;
}

bool MessagesTable::remove_undecryptable(const MessageId& id, const AccountId& from) {
  return remove_kind(MessageKind::kUndecryptable, id, from);
}

bool MessagesTable::remove_unsupported(const MessageId& id, const AccountId& from) {
  return remove_kind(MessageKind::kUnsupported, id, from);
}

bool MessagesTable::remove_kind(MessageKind kind, const MessageId& id, const AccountId& from) {
  const auto known = find(id);
  if (!known || known->kind != kind || known->from != from) return false;
  remove(*known);
  return true;
}

void MessagesTable::no_longer_unread(const MessageRow& message) {
  database_
      .prepare(
          "UPDATE conversations SET unread = max(unread - (SELECT unread FROM messages WHERE id = ?1), 0) WHERE id = "
          "?2")
      .bind_id(message.id)
      .bind_id(message.conversation)
      .run();
}

void MessagesTable::remove(const MessageRow& message) {
  no_longer_unread(message);
  database_.prepare("DELETE FROM messages WHERE id = ?").bind_id(message.id).run();
}

MessagePage MessagesTable::cleared(const ConversationId& conversation, const MessageCursor& cursor, int64_t limit) {
  auto row = database_.prepare("SELECT " KITH_MESSAGE_COLUMNS
                               " FROM messages WHERE conversation = ?1 AND (order_us, id) > (?2, ?3) AND " KITH_GOES
                               " ORDER BY order_us, id LIMIT ?4");
  row.bind_id(conversation).bind(static_cast<int64_t>(cursor.order.value)).bind_id(cursor.id).bind(limit + 1);
  return read_page(row, limit);
}

void MessagesTable::remove_cleared(const ConversationId& conversation) {
  database_
      .prepare(
          "UPDATE conversations SET unread = max(unread - (SELECT count(*) FROM messages WHERE conversation = ?1 AND "
          "unread = 1 AND " KITH_GOES "), 0) WHERE id = ?1")
      .bind_id(conversation)
      .run();
  database_.prepare("DELETE FROM messages WHERE conversation = ?1 AND " KITH_GOES).bind_id(conversation).run();
}

std::vector<MessageRow> MessagesTable::unsent(const ConversationId& conversation) {
  auto row = database_.prepare("SELECT " KITH_MESSAGE_COLUMNS
                               " FROM messages WHERE conversation = ? AND outgoing = 1 AND tick IN (1, 5)");
  row.bind_id(conversation);
  std::vector<MessageRow> found;
  while (row.step()) found.push_back(read_message(row));
  return found;
}

std::vector<MessageRow> MessagesTable::own_notices(const ConversationId& conversation) {
  auto row =
      database_.prepare("SELECT " KITH_MESSAGE_COLUMNS " FROM messages WHERE conversation = ? AND kind IN (2, 5)");
  row.bind_id(conversation);
  std::vector<MessageRow> found;
  while (row.step()) found.push_back(read_message(row));
  return found;
}

std::optional<MessageCursor> MessagesTable::last_settled(const ConversationId& conversation, bool outgoing) {
  auto row = database_.prepare(
      "SELECT order_us, id FROM messages WHERE conversation = ? AND outgoing = ? AND NOT (outgoing = 1 AND tick IN (1, "
      "5)) AND kind NOT IN (2, 5) ORDER BY order_us DESC, id DESC LIMIT 1");
  row.bind_id(conversation).bind(int64_t{outgoing});
  if (!row.step()) return std::nullopt;
  return MessageCursor{{static_cast<uint64_t>(row.integer(0))}, row.id<MessageId>(1)};
}

void MessagesTable::set_text(const MessageRow& message) {
  auto statement = database_.prepare("UPDATE messages SET text = ?, raw = ?, edited_us = ? WHERE id = ?");
  statement.bind_text(message.text);
  message.raw.empty() ? statement.bind_null() : statement.bind_blob(message.raw);
  statement.bind(static_cast<int64_t>(message.edited.value)).bind_id(message.id).run();
}

void MessagesTable::set_deleted(const MessageRow& message, const AccountId& by) {
  no_longer_unread(message);
  database_
      .prepare(
          "UPDATE messages SET kind = 8, text = '', quote_message = NULL, quote_author = NULL, quote_excerpt = NULL, "
          "raw "
          "= ?, unread = 0, file = NULL, edited_us = 0, starred = 0 WHERE id = ?")
      .bind_id(by)
      .bind_id(message.id)
      .run();
}

void MessagesTable::set_starred(const MessageId& id, bool starred) {
  database_.prepare("UPDATE messages SET starred = ? WHERE id = ?").bind(starred ? 1 : 0).bind_id(id).run();
}

MessagePage MessagesTable::starred(const std::optional<ConversationId>& conversation,
                                   const std::optional<MessageCursor>& cursor, int64_t limit) {
  const MessageCursor from = cursor.value_or(MessageCursor{UnixMicros{INT64_MAX}, {}});
  auto row = database_.prepare(
      "SELECT " KITH_MESSAGE_COLUMNS
      " FROM messages WHERE starred = 1 AND (order_us, id) < (?1, ?2) AND (?3 IS NULL OR conversation = ?3) ORDER BY "
      "order_us DESC, id DESC LIMIT ?4");
  row.bind(static_cast<int64_t>(from.order.value)).bind_id(from.id);
  conversation ? row.bind_id(*conversation) : row.bind_null();
  row.bind(limit + 1);
  return read_page(row, limit);
}

std::optional<MessageRow> MessagesTable::find(const MessageId& id) {
  auto row = database_.prepare("SELECT " KITH_MESSAGE_COLUMNS " FROM messages WHERE id = ?");
  row.bind_id(id);
  return row.step() ? std::optional(read_message(row)) : std::nullopt;
}

std::optional<MessageRow> MessagesTable::last(const ConversationId& conversation) {
  auto row = database_.prepare("SELECT " KITH_MESSAGE_COLUMNS
                               " FROM messages WHERE conversation = ? ORDER BY order_us DESC, id DESC LIMIT 1");
  row.bind_id(conversation);
  return row.step() ? std::optional(read_message(row)) : std::nullopt;
}

std::optional<MessageCursor> MessagesTable::last_read(const ConversationId& conversation) {
  auto row = database_.prepare(
      "SELECT order_us, id FROM messages WHERE conversation = ? AND outgoing = 0 AND unread = 0 AND kind NOT IN (2, 5, "
      "6) "
      "ORDER BY order_us DESC, id DESC LIMIT 1");
  row.bind_id(conversation);
  if (!row.step()) return std::nullopt;
  return MessageCursor{{static_cast<uint64_t>(row.integer(0))}, row.id<MessageId>(1)};
}

MessagePage MessagesTable::before(const ConversationId& conversation, const std::optional<MessageCursor>& cursor,
                                  int64_t limit) {
  // Nothing has this order time: it stands for "after everything".
  const MessageCursor from = cursor.value_or(MessageCursor{UnixMicros{INT64_MAX}, {}});
  auto row = database_.prepare(
      "SELECT " KITH_MESSAGE_COLUMNS
      " FROM messages WHERE conversation = ? AND (order_us, id) < (?, ?) ORDER BY order_us DESC, id DESC LIMIT ?");
  row.bind_id(conversation).bind(static_cast<int64_t>(from.order.value)).bind_id(from.id).bind(limit + 1);
  MessagePage page = read_page(row, limit);
  std::ranges::reverse(page.messages);
  return page;
}

MessagePage MessagesTable::after(const ConversationId& conversation, const MessageCursor& cursor, int64_t limit) {
  auto row = database_.prepare(
      "SELECT " KITH_MESSAGE_COLUMNS
      " FROM messages WHERE conversation = ? AND (order_us, id) > (?, ?) ORDER BY order_us, id LIMIT ?");
  row.bind_id(conversation).bind(static_cast<int64_t>(cursor.order.value)).bind_id(cursor.id).bind(limit + 1);
  return read_page(row, limit);
}

void MessagesTable::strip_file(const MessageId& id, BytesView raw) {
  database_.prepare("UPDATE messages SET raw = ?, file = NULL WHERE id = ?").bind_blob(raw).bind_id(id).run();
}

bool MessagesTable::has_outgoing(const ConversationId& conversation) {
  auto row = database_.prepare(
      "SELECT 1 FROM messages WHERE conversation = ? AND outgoing = 1 ORDER BY order_us DESC, id DESC LIMIT 1");
  row.bind_id(conversation);
  return row.step();
}

std::vector<MessageRow> MessagesTable::quoting(const MessageId& id, int64_t limit) {
  auto row = database_.prepare("SELECT " KITH_MESSAGE_COLUMNS
                               " FROM messages WHERE quote_message = ? ORDER BY sequence DESC LIMIT ?");
  row.bind_id(id).bind(limit);
  return read_page(row, limit).messages;
}

std::vector<MessageRow> MessagesTable::with_file(const FileName& file) {
  auto row = database_.prepare("SELECT " KITH_MESSAGE_COLUMNS " FROM messages WHERE file = ? ORDER BY sequence");
  row.bind_id(file);
  std::vector<MessageRow> found;
  while (row.step()) found.push_back(read_message(row));
  return found;
}

MessagePage MessagesTable::with_files(const ConversationId& conversation, const std::optional<MessageCursor>& cursor,
                                      int64_t limit) {
  const MessageCursor from = cursor.value_or(MessageCursor{UnixMicros{INT64_MAX}, {}});
  auto row = database_.prepare("SELECT " KITH_MESSAGE_COLUMNS
                               " FROM messages WHERE conversation = ? AND file IS NOT NULL AND (order_us, id) < (?, ?) "
                               "ORDER BY order_us DESC, id DESC LIMIT ?");
  row.bind_id(conversation).bind(static_cast<int64_t>(from.order.value)).bind_id(from.id).bind(limit + 1);
  return read_page(row, limit);
}

UnixMicros MessagesTable::pending_order(const ConversationId& conversation, UnixMicros now) {
  auto row = database_.prepare("SELECT max(order_us) FROM messages WHERE conversation = ?");
  row.bind_id(conversation);
  const uint64_t last = row.step() ? static_cast<uint64_t>(row.integer(0)) : 0;
  return UnixMicros{std::max(now.value, last + 1)};
}

int64_t MessagesTable::mark_read(const ConversationId& conversation, const std::optional<MessageCursor>& cursor,
                                 bool receipts) {
  const MessageCursor up_to = cursor.value_or(MessageCursor{UnixMicros{INT64_MAX}, {}});
  if (receipts) {
    database_
        .prepare(
            "INSERT OR REPLACE INTO read_due (conversation, member, device, number, message_id) SELECT conversation, "
            "from_account, from_device, receipt_number, id FROM messages WHERE conversation = ? AND unread = 1 AND "
            "(order_us, id) <= (?, ?) AND receipt_number > 0")
        .bind_id(conversation)
        .bind(static_cast<int64_t>(up_to.order.value))
        .bind_id(up_to.id)
        .run();
  }
  database_
      .prepare(
          "UPDATE messages SET unread = 0, receipt_number = iif(?, receipt_number, 0) WHERE conversation = ? AND "
          "unread = 1 AND (order_us, id) <= (?, ?)")
      .bind(receipts ? 1 : 0)  // what was read without a receipt never has one
      .bind_id(conversation)
      .bind(static_cast<int64_t>(up_to.order.value))
      .bind_id(up_to.id)
      .run();
  const int64_t count = database_.failed() ? 0 : database_.changed_rows();
  if (count == 0) return 0;
  database_.prepare("UPDATE conversations SET unread = max(unread - ?, 0) WHERE id = ?")
      .bind(count)
      .bind_id(conversation)
      .run();
  return count;
}

MessagePage MessagesTable::take(int64_t limit) {
  MessagePage page;
  int64_t last = 0;
  {
    auto row = database_.prepare("SELECT " KITH_MESSAGE_COLUMNS
                                 ", sequence FROM messages WHERE sequence > (SELECT taken_sequence FROM progress) AND "
                                 "outgoing = 0 AND kind NOT IN (3, 8) AND came_us > 0 "
                                 "ORDER BY sequence LIMIT ?");
    row.bind(limit + 1);
    while (row.step()) {
      if (static_cast<int64_t>(page.messages.size()) == limit) {
        page.more = true;
        break;
      }
      page.messages.push_back(read_message(row));
      last = row.integer(kMessageColumns);
    }
  }
  if (page.more) {
    database_.prepare("UPDATE progress SET taken_sequence = ?").bind(last).run();
  } else {
    // What follows the last one is no event: it need not be looked at again.
    database_
        .prepare(
            "UPDATE progress SET taken_sequence = (SELECT max(sequence) FROM messages) "
            "WHERE taken_sequence < (SELECT max(sequence) FROM messages)")
        .run();
  }
  return page;
}

// ---------------------------------------------------------------- from the outbox to the blue ticks
// Rows are changed one by one: an UPDATE of many rows, or one with RETURNING, is a savepoint to FTS5, which then writes
// out the index of the messages that came in the same transaction.

Tick tick_of(SentState state) {
  switch (state) {
    case SentState::kSent: return Tick::kSent;
    case SentState::kDelivered: return Tick::kDelivered;
    case SentState::kRead: return Tick::kRead;
  }
  return Tick::kSent;
}

Tick MessagesTable::tick_by_receipts(const MessageId& id) {
  SentTable sent(database_);
  const auto in_group = sent.state_in_group(id);
  return tick_of(in_group ? *in_group : sent.state_of(id));
}

std::vector<MessageId> MessagesTable::not_read_by_all(const ConversationId& conversation, int64_t limit) {
  auto row = database_.prepare(
      "SELECT id FROM messages WHERE conversation = ? AND outgoing = 1 AND tick IN (2, 3) ORDER BY order_us DESC LIMIT "
      "?");
  row.bind_id(conversation).bind(limit);
  std::vector<MessageId> found;
  while (row.step()) found.push_back(row.id<MessageId>(0));
  return found;
}

void MessagesTable::set_group_revision(const MessageId& id, Revision revision) {
  database_.prepare("UPDATE messages SET group_revision = ? WHERE id = ?")
      .bind(static_cast<int64_t>(revision.value))
      .bind_id(id)
      .run();
}

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
  auto statement = database_.prepare(
      "UPDATE messages SET tick = 5, failure = ? WHERE id = ? AND tick = 1 AND kind <> 8 RETURNING 1");
  statement.bind(static_cast<int64_t>(why)).bind_id(id);
  return statement.step();
}

bool MessagesTable::retry(const MessageId& id) {
  auto statement = database_.prepare(
      "UPDATE messages SET tick = 1, failure = 0 WHERE id = ? AND outgoing = 1 AND tick = 5 RETURNING 1");
  statement.bind_id(id);
  return statement.step();
}

// RECEIPT-2: a tick only rises.
bool MessagesTable::raise(const MessageId& id, SentState state) {
  database_.prepare("UPDATE messages SET tick = ?1 WHERE id = ?2 AND outgoing = 1 AND tick IN (2, 3) AND tick < ?1")
      .bind(static_cast<int64_t>(tick_of(state)))
      .bind_id(id)
      .run();
  return !database_.failed() && database_.changed_rows() == 1;
}

bool MessagesTable::raise_in(const ConversationId& conversation, const MessageId& id, SentState state) {
  database_
      .prepare(
          "UPDATE messages SET tick = ?1 WHERE id = ?2 AND conversation = ?3 AND outgoing = 1 AND tick IN (2, 3) AND "
          "tick < ?1")
      .bind(static_cast<int64_t>(tick_of(state)))
      .bind_id(id)
      .bind_id(conversation)
      .run();
  return !database_.failed() && database_.changed_rows() == 1;
}

}  // namespace kith::core
