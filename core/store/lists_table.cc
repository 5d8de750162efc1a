// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/lists_table.h"

namespace kith::core {

namespace {

ListRow read(const Statement& row) {
  return {row.id<ListId>(0), row.text(1), UnixMicros{static_cast<uint64_t>(row.integer(2))}, row.integer(3)};
}

}  // namespace

void ListsTable::set(const ListId& id, const std::string& name, UnixMicros made) {
  database_.prepare("INSERT OR REPLACE INTO lists (id, name, made_us) VALUES (?, ?, ?)")
      .bind_id(id)
      .bind_text(name)
      .bind(static_cast<int64_t>(made.value))
      .run();
}

void ListsTable::remove(const ListId& id) { database_.prepare("DELETE FROM lists WHERE id = ?").bind_id(id).run(); }

std::optional<ListRow> ListsTable::find(const ListId& id) {
  auto row = database_.prepare(
      "SELECT id, name, made_us, (SELECT count(*) FROM listed WHERE list = lists.id) FROM lists WHERE id = ?");
  row.bind_id(id);
  return row.step() ? std::optional(read(row)) : std::nullopt;
}

std::vector<ListRow> ListsTable::all() {
  auto row = database_.prepare(
      "SELECT id, name, made_us, (SELECT count(*) FROM listed WHERE list = lists.id) FROM lists ORDER BY made_us, id");
  std::vector<ListRow> found;
  while (row.step()) found.push_back(read(row));
  return found;
}

bool ListsTable::set_listed(const ListId& list, const ConversationId& conversation, bool listed) {
  auto statement = listed ? database_.prepare("INSERT OR IGNORE INTO listed (list, conversation) VALUES (?, ?)")
                          : database_.prepare("DELETE FROM listed WHERE list = ? AND conversation = ?");
  statement.bind_id(list).bind_id(conversation).run();
  return !database_.failed() && database_.changed_rows() == 1;
}

std::vector<ListId> ListsTable::of(const ConversationId& conversation) {
  auto row = database_.prepare(
      "SELECT l.id FROM listed JOIN lists l ON l.id = listed.list WHERE conversation = ? ORDER BY l.made_us, l.id");
  row.bind_id(conversation);
  std::vector<ListId> found;
  while (row.step()) found.push_back(row.id<ListId>(0));
  return found;
}

std::vector<ConversationId> ListsTable::conversations(const ListId& list) {
  auto row = database_.prepare("SELECT conversation FROM listed WHERE list = ?");
  row.bind_id(list);
  std::vector<ConversationId> found;
  while (row.step()) found.push_back(row.id<ConversationId>(0));
  return found;
}

void ListsTable::remove_all() {
  database_.prepare("DELETE FROM lists").run();
  database_.prepare("DELETE FROM listed").run();
}

}  // namespace kith::core
