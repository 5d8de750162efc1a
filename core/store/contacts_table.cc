// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/contacts_table.h"

#include "base/unicode.h"
#include "core/store/handles_table.h"

namespace kith::core {
namespace {

ContactRow read(Database& database, const Statement& row) {
  return {read_handle_column(database, row, 0), row.text(1), row.is_null(2) ? AccountId{} : row.id<AccountId>(2),
          UnixMicros{static_cast<uint64_t>(row.integer(3))}, row.integer(4) != 0};
}

}  // namespace

bool ContactsTable::set(const Handle& handle, std::string_view name) { return write(handle, name, true); }

bool ContactsTable::import(const Handle& handle, std::string_view name) { return write(handle, name, false); }

bool ContactsTable::write(const Handle& handle, std::string_view name, bool by_hand) {
  const bool known = find(handle).has_value();
  const std::string sorted = sort_key(name);
  database_
      .prepare(
          "INSERT INTO contacts (handle, name, sort_name, by_hand) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (handle) DO "
          "UPDATE SET name = ?2, sort_name = ?3, by_hand = ?4 WHERE ?4 OR NOT by_hand")
      .bind_text(handle.text())
      .bind_text(name)
      .bind_text(sorted)
      .bind(int64_t{by_hand})
      .run();
  return !known;
}

void ContactsTable::put(const Handle& handle, std::string_view name, bool by_hand) {
  const std::string sorted = sort_key(name);
  database_
      .prepare(
          "INSERT INTO contacts (handle, name, sort_name, by_hand) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (handle) DO "
          "UPDATE SET name = ?2, sort_name = ?3, by_hand = ?4")
      .bind_text(handle.text())
      .bind_text(name)
      .bind_text(sorted)
      .bind(int64_t{by_hand})
      .run();
}

bool ContactsTable::remove(const Handle& handle) {
  auto statement = database_.prepare("DELETE FROM contacts WHERE handle = ? RETURNING 1");
  statement.bind_text(handle.text());
  return statement.step();
}

std::optional<ContactRow> ContactsTable::find(const Handle& handle) {
  auto row = database_.prepare("SELECT handle, name, account, looked_up_us, by_hand FROM contacts WHERE handle = ?");
  row.bind_text(handle.text());
  return row.step() ? std::optional(read(database_, row)) : std::nullopt;
}

std::optional<ContactRow> ContactsTable::find(const AccountId& account) {
  {
    // Most have one at most, which need not be ordered: it is asked for with each message that is shown.
    auto row = database_.prepare(
        "SELECT handle, name, account, looked_up_us, by_hand FROM contacts WHERE account = ? LIMIT 2");
    row.bind_id(account);
    if (!row.step()) return std::nullopt;
    ContactRow first = read(database_, row);
    if (!row.step()) return first;
  }
  auto row = database_.prepare(
      "SELECT c.handle, c.name, c.account, c.looked_up_us, c.by_hand FROM contacts c LEFT JOIN handles h ON h.handle = "
      "c.handle "
      "WHERE c.account = ? ORDER BY h.sequence IS NULL, h.sequence, c.handle LIMIT 1");
  row.bind_id(account);
  return row.step() ? std::optional(read(database_, row)) : std::nullopt;
}

std::vector<ContactRow> ContactsTable::list() {
  std::vector<ContactRow> rows;
  auto row =
      database_.prepare("SELECT handle, name, account, looked_up_us, by_hand FROM contacts ORDER BY sort_name, handle");
  while (row.step()) rows.push_back(read(database_, row));
  return rows;
}

int64_t ContactsTable::count() {
  auto row = database_.prepare("SELECT count(*) FROM contacts");
  return row.step() ? row.integer(0) : 0;
}

void ContactsTable::set_account(const Handle& handle, const AccountId& account, UnixMicros looked_up) {
  auto statement = database_.prepare("UPDATE contacts SET account = ?, looked_up_us = ? WHERE handle = ?");
  if (account.is_none()) {
    statement.bind_null();
  } else {
    statement.bind_id(account);
  }
  statement.bind(static_cast<int64_t>(looked_up.value)).bind_text(handle.text()).run();
}

std::vector<ContactRow> ContactsTable::to_look_up(UnixMicros before, int64_t limit) {
  std::vector<ContactRow> rows;
  auto row = database_.prepare(
      "SELECT handle, name, account, looked_up_us, by_hand FROM contacts WHERE looked_up_us < ? ORDER BY looked_up_us, "
      "handle "
      "LIMIT ?");
  row.bind(static_cast<int64_t>(before.value)).bind(limit);
  while (row.step()) rows.push_back(read(database_, row));
  return rows;
}

std::vector<AccountId> ContactsTable::accounts() {
  std::vector<AccountId> accounts;
  auto row = database_.prepare("SELECT DISTINCT account FROM contacts WHERE account IS NOT NULL ORDER BY account");
  while (row.step()) accounts.push_back(row.id<AccountId>(0));
  return accounts;
}

void ContactsTable::set_blocked(const AccountId& account, bool blocked) {
  if (blocked) {
    database_.prepare("INSERT OR IGNORE INTO blocked (account) VALUES (?)").bind_id(account).run();
  } else {
    database_.prepare("DELETE FROM blocked WHERE account = ?").bind_id(account).run();
  }
}

bool ContactsTable::blocked(const AccountId& account) {
  auto row = database_.prepare("SELECT 1 FROM blocked WHERE account = ?");
  row.bind_id(account);
  return row.step();
}

std::vector<AccountId> ContactsTable::blocked_accounts() {
  std::vector<AccountId> accounts;
  auto row = database_.prepare("SELECT account FROM blocked ORDER BY account");
  while (row.step()) accounts.push_back(row.id<AccountId>(0));
  return accounts;
}

void ContactsTable::replace_blocked(const std::vector<AccountId>& accounts) {
  database_.prepare("DELETE FROM blocked").run();
  for (const AccountId& account : accounts) set_blocked(account, true);
}

}  // namespace kith::core
