// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/conversations_table.h"

namespace kith::core {
namespace {

ConversationRow read(const Statement& row) {
  return {row.id<ConversationId>(0), static_cast<uint32_t>(row.integer(1)), row.text(2),
          UnixMicros{static_cast<uint64_t>(row.integer(3))}};
}

}  // namespace

bool ConversationsTable::ensure(const ConversationId& id, UnixMicros now) {
  auto statement =
      database_.prepare("INSERT INTO conversations (id, activity_us) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1");
  statement.bind_id(id).bind(static_cast<int64_t>(now.value));
  return statement.step();
}

std::optional<ConversationRow> ConversationsTable::find(const ConversationId& id) {
  auto row = database_.prepare("SELECT id, unread, draft, activity_us FROM conversations WHERE id = ?");
  row.bind_id(id);
  return row.step() ? std::optional(read(row)) : std::nullopt;
}

std::vector<ConversationRow> ConversationsTable::list() {
  std::vector<ConversationRow> rows;
  auto row =
      database_.prepare("SELECT id, unread, draft, activity_us FROM conversations ORDER BY activity_us DESC, id");
  while (row.step()) rows.push_back(read(row));
  return rows;
}

bool ConversationsTable::set_draft(const ConversationId& id, std::string_view text) {
  auto statement = database_.prepare("UPDATE conversations SET draft = ? WHERE id = ? RETURNING 1");
  statement.bind_text(text).bind_id(id);
  return statement.step();
}

}  // namespace kith::core
