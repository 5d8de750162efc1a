// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/handles_table.h"

#include "base/limits.h"
#include "core/store/conversations_table.h"

namespace kith::core {

Handle read_handle_column(Database& database, const Statement& row, int column) {
  if (auto handle = Handle::from_text(row.text(column))) return std::move(*handle);
  database.found_damage();
  return {};
}

void HandlesTable::set(const Handle& handle, const AccountId& account) {
  database_
      .prepare(
          "INSERT INTO handles (handle, account) VALUES (?1, ?2) ON CONFLICT (handle) DO UPDATE SET account = ?2, "
          "provisional = 0, sequence = (SELECT max(sequence) + 1 FROM handles) WHERE account <> ?2")
      .bind_text(handle.text())
      .bind_id(account)
      .run();
}

std::vector<Handle> HandlesTable::of(const AccountId& account) {
  std::vector<Handle> handles;
  // Both are in their order by index.
  for (const char* sql : {"SELECT handle FROM handles WHERE account = ? ORDER BY sequence",
                          "SELECT handle FROM contacts c WHERE account = ? AND NOT EXISTS (SELECT 1 FROM handles h "
                          "WHERE h.handle = c.handle) ORDER BY handle"}) {
    auto row = database_.prepare(sql);
    row.bind_id(account);
    while (handles.size() < kHandlesMax && row.step()) {
      Handle handle = read_handle_column(database_, row, 0);
      if (!handle.is_none()) handles.push_back(std::move(handle));
    }
  }
  return handles;
}

std::optional<AccountId> HandlesTable::account_of(const Handle& handle) {
  auto row = database_.prepare(
      "SELECT account FROM handles WHERE handle = ?1 "
      "UNION ALL SELECT account FROM contacts WHERE handle = ?1 AND account IS NOT NULL LIMIT 1");
  row.bind_text(handle.text());
  return row.step() ? std::optional(row.id<AccountId>(0)) : std::nullopt;
}

std::optional<AccountId> HandlesTable::known_account_of(const Handle& handle) {
  auto row = database_.prepare(
      "SELECT account FROM (SELECT account FROM handles WHERE handle = ?1 "
      "UNION ALL SELECT account FROM contacts WHERE handle = ?1 AND account IS NOT NULL LIMIT 1) AS found "
      "WHERE NOT EXISTS (SELECT 1 FROM handles h WHERE h.account = found.account AND h.provisional = 1)");
  row.bind_text(handle.text());
  return row.step() ? std::optional(row.id<AccountId>(0)) : std::nullopt;
}

void HandlesTable::set_claim(const Handle& handle, const AccountId& account) {
  database_.prepare("INSERT OR REPLACE INTO handle_claims (handle, account) VALUES (?, ?)")
      .bind_text(handle.text())
      .bind_id(account)
      .run();
}

void HandlesTable::remove_claim(const Handle& handle) {
  database_.prepare("DELETE FROM handle_claims WHERE handle = ?").bind_text(handle.text()).run();
}

std::optional<AccountId> HandlesTable::claim_on(const Handle& handle) {
  auto row = database_.prepare("SELECT account FROM handle_claims WHERE handle = ?");
  row.bind_text(handle.text());
  return row.step() ? std::optional(row.id<AccountId>(0)) : std::nullopt;
}

std::optional<AccountId> HandlesTable::claim_on_any_of(const AccountId& account) {
  for (const Handle& handle : of(account)) {
    if (const auto claim = claim_on(handle)) return claim;
  }
  return std::nullopt;
}

Handle HandlesTable::claimed_by(const AccountId& account) {
  auto row = database_.prepare("SELECT handle FROM handle_claims WHERE account = ? LIMIT 1");
  row.bind_id(account);
  return row.step() ? read_handle_column(database_, row, 0) : Handle();
}

void HandlesTable::add_provisional(const AccountId& account, const Handle& handle) {
  database_.prepare("INSERT INTO handles (handle, account, provisional) VALUES (?, ?, 1)")
      .bind_text(handle.text())
      .bind_id(account)
      .run();
}

bool HandlesTable::provisional(const AccountId& account) {
  auto row = database_.prepare("SELECT 1 FROM handles WHERE account = ? AND provisional = 1");
  row.bind_id(account);
  return row.step();
}

std::vector<Handle> HandlesTable::waiting(int64_t limit) {
  std::vector<Handle> handles;
  auto row = database_.prepare(
      "SELECT DISTINCT h.handle FROM outbox o JOIN handles h ON h.account = o.target WHERE o.target_kind = 1 AND "
      "h.provisional = 1 ORDER BY o.sequence LIMIT ?");
  row.bind(limit);
  while (row.step()) {
    Handle handle = read_handle_column(database_, row, 0);
    if (!handle.is_none()) handles.push_back(std::move(handle));
  }
  return handles;
}

bool HandlesTable::adopt(const AccountId& provisional, const AccountId& real) {
  const auto move = [&](const char* sql) { database_.prepare(sql).bind_id(provisional).bind_id(real).run(); };
  ConversationsTable conversations(database_);
  const bool merges = conversations.with(real).has_value();
  if (merges) {
    move(
        "UPDATE conversations SET made_us = max(conversations.made_us, p.made_us), "
        "draft = iif(conversations.draft = '', p.draft, conversations.draft), "
        "draft_quote = iif(conversations.draft = '', p.draft_quote, conversations.draft_quote) "
        "FROM (SELECT made_us, draft, draft_quote FROM conversations WHERE peer = ?1 AND kind <> 3) p WHERE peer = ?2 "
        "AND "
        "kind <> 3");
    move(
        "UPDATE messages SET conversation = (SELECT id FROM conversations WHERE peer = ?2 AND kind <> 3) "
        "WHERE conversation = (SELECT id FROM conversations WHERE peer = ?1 AND kind <> 3)");
    move(
        "UPDATE OR REPLACE listed SET conversation = (SELECT id FROM conversations WHERE peer = ?2 AND kind <> 3) "
        "WHERE conversation = (SELECT id FROM conversations WHERE peer = ?1 AND kind <> 3)");
    database_.prepare("DELETE FROM conversations WHERE peer = ? AND kind <> 3").bind_id(provisional).run();
  } else {
    move("UPDATE conversations SET peer = ?2 WHERE peer = ?1 AND kind <> 3");
  }
  move("UPDATE outbox SET target = ?2 WHERE target_kind = 1 AND target = ?1");
  move("INSERT OR IGNORE INTO blocked (account) SELECT ?2 FROM blocked WHERE account = ?1");
  for (const char* sql : {"DELETE FROM blocked WHERE account = ?", "DELETE FROM handles WHERE account = ?",
                          "DELETE FROM profiles WHERE account = ?"})
    database_.prepare(sql).bind_id(provisional).run();
  return merges;
}

}  // namespace kith::core
