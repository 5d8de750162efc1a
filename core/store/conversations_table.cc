// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/conversations_table.h"

namespace kith::core {
namespace {

// The statements have it as 3.
static_assert(static_cast<int>(ConversationKind::kGroup) == 3);

#define KITH_CONVERSATION_COLUMNS \
  "id, kind, peer, unread, draft, made_us, draft_quote, archived, pinned_us, muted_until_us, marked_unread, gone"

Target read_peer(const Statement& row, ConversationKind kind) {
  return kind == ConversationKind::kGroup ? Target(row.id<GroupId>(2)) : Target(row.id<AccountId>(2));
}

ConversationRow read(const Statement& row) {
  const auto kind = static_cast<ConversationKind>(row.integer(1));
  return {row.id<ConversationId>(0),
          kind,
          read_peer(row, kind),
          static_cast<uint32_t>(row.integer(3)),
          row.text(4),
          UnixMicros{static_cast<uint64_t>(row.integer(5))},
          MessageId::from_bytes(row.blob(6)),
          row.integer(7) != 0,
          UnixMicros{static_cast<uint64_t>(row.integer(8))},
          UnixMicros{static_cast<uint64_t>(row.integer(9))},
          row.integer(10) != 0,
          row.integer(11) != 0};
}

}  // namespace

void ConversationsTable::add(const ConversationRow& row) {
  {
    // That with() has not found it may be because the index is damaged, and a second one would hide the first.
    auto there = database_.prepare("SELECT 1 FROM conversations NOT INDEXED WHERE peer = ? AND (kind = 3) = ?");
    there.bind_id(row.peer.id).bind(int64_t{row.peer.is_group()});
    if (there.step()) return database_.found_damage();
  }
  database_.prepare("INSERT INTO conversations (id, kind, peer, draft, made_us) VALUES (?, ?, ?, ?, ?)")
      .bind_id(row.id)
      .bind(static_cast<int64_t>(row.kind))
      .bind_id(row.peer.id)
      .bind_text(row.draft)
      .bind(static_cast<int64_t>(row.made.value))
      .run();
}

std::optional<ConversationId> ConversationsTable::with(const Target& peer) {
  auto row = database_.prepare("SELECT id FROM conversations WHERE peer = ? AND (kind = 3) = ?");
  row.bind_id(peer.id).bind(int64_t{peer.is_group()});
  return row.step() ? std::optional(row.id<ConversationId>(0)) : std::nullopt;
}

std::optional<AccountId> ConversationsTable::direct_peer(const ConversationId& id) {
  const auto row = find(id);
  return row ? row->direct_peer() : std::nullopt;
}

std::optional<ConversationRow> ConversationsTable::find(const ConversationId& id) {
  auto row = database_.prepare("SELECT " KITH_CONVERSATION_COLUMNS " FROM conversations WHERE id = ?");
  row.bind_id(id);
  return row.step() ? std::optional(read(row)) : std::nullopt;
}

std::vector<ConversationRow> ConversationsTable::list() {
  std::vector<ConversationRow> rows;
  auto row = database_.prepare("SELECT " KITH_CONVERSATION_COLUMNS
                               " FROM conversations c WHERE gone = 0 OR draft <> '' ORDER BY coalesce((SELECT "
                               "max(order_us) FROM messages m WHERE "
                               "m.conversation = c.id), made_us) DESC, id");
  while (row.step()) rows.push_back(read(row));
  return rows;
}

bool ConversationsTable::set_draft(const ConversationId& id, std::string_view text,
                                   const std::optional<MessageId>& quote) {
  auto statement = database_.prepare("UPDATE conversations SET draft = ?, draft_quote = ? WHERE id = ? RETURNING 1");
  statement.bind_text(text);
  quote ? statement.bind_id(*quote) : statement.bind_null();
  statement.bind_id(id);
  return statement.step();
}

void ConversationsTable::set_archived(const ConversationId& id, bool archived) {
  database_.prepare("UPDATE conversations SET archived = ? WHERE id = ?").bind(int64_t{archived}).bind_id(id).run();
}

void ConversationsTable::set_pinned(const ConversationId& id, UnixMicros at) {
  database_.prepare("UPDATE conversations SET pinned_us = ? WHERE id = ?")
      .bind(static_cast<int64_t>(at.value))
      .bind_id(id)
      .run();
}

void ConversationsTable::set_muted(const ConversationId& id, UnixMicros until) {
  database_.prepare("UPDATE conversations SET muted_until_us = ? WHERE id = ?")
      .bind(static_cast<int64_t>(until.value))
      .bind_id(id)
      .run();
}

void ConversationsTable::set_marked_unread(const ConversationId& id, bool marked) {
  database_.prepare("UPDATE conversations SET marked_unread = ? WHERE id = ?").bind(marked ? 1 : 0).bind_id(id).run();
}

void ConversationsTable::set_gone(const ConversationId& id, bool gone) {
  database_.prepare("UPDATE conversations SET gone = ? WHERE id = ?").bind(int64_t{gone}).bind_id(id).run();
}

void ConversationsTable::set_cleared(const ConversationId& id, UnixMicros up_to) {
  database_.prepare("UPDATE conversations SET made_us = max(made_us, ?) WHERE id = ?")
      .bind(static_cast<int64_t>(up_to.value))
      .bind_id(id)
      .run();
}

std::vector<ConversationId> ConversationsTable::pinned() {
  std::vector<ConversationId> ids;
  auto row = database_.prepare("SELECT id FROM conversations WHERE pinned_us > 0 ORDER BY pinned_us DESC, peer");
  while (ids.size() < kPinnedMax && row.step()) ids.push_back(row.id<ConversationId>(0));
  return ids;
}

}  // namespace kith::core
