// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/profiles_table.h"

namespace kith::core {

std::optional<ProfileRow> ProfilesTable::find(const AccountId& account) {
  auto row = database_.prepare(
      "SELECT name, about, fetched_us, photo, profile_keys, photo_file FROM profiles WHERE account = ?");
  row.bind_id(account);
  if (!row.step()) return std::nullopt;
  ProfileRow profile{account, row.text(0), row.text(1), UnixMicros{static_cast<uint64_t>(row.integer(2))}};
  profile.photo = row.blob(3);
  profile.keys = row.blob(4);
  if (!row.is_null(5)) profile.photo_file = row.id<FileName>(5);
  return profile;
}

void ProfilesTable::set(const ProfileRow& profile) {
  database_
      .prepare(
          "INSERT INTO profiles (account, name, about, fetched_us, photo, profile_keys, photo_file) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6, nullif(?7, x'')) ON CONFLICT (account) DO UPDATE SET "
          "name = ?2, about = ?3, fetched_us = ?4, photo = ?5, profile_keys = ?6, photo_file = nullif(?7, x'')")
      .bind_id(profile.account)
      .bind_text(profile.name)
      .bind_text(profile.about)
      .bind(static_cast<int64_t>(profile.fetched.value))
      .bind_blob(profile.photo)
      .bind_blob(profile.keys)
      .bind_blob(profile.photo_file.is_none() ? BytesView() : profile.photo_file.view())
      .run();
}

std::vector<AccountId> ProfilesTable::with_photo(const FileName& file) {
  auto row = database_.prepare("SELECT account FROM profiles WHERE photo_file = ?");
  row.bind_id(file);
  std::vector<AccountId> accounts;
  while (row.step()) accounts.push_back(row.id<AccountId>(0));
  return accounts;
}

std::optional<FileName> ProfilesTable::shown_photo(const AccountId& account) {
  auto row = database_.prepare(
      "SELECT p.photo_file FROM profiles p JOIN files f ON f.name = p.photo_file "
      "WHERE p.account = ? AND f.state IN (1, 2)");
  row.bind_id(account);
  return row.step() ? std::optional(row.id<FileName>(0)) : std::nullopt;
}

void ProfilesTable::mark_changed(const AccountId& account) {
  database_.prepare("UPDATE profiles SET fetched_us = 0 WHERE account = ?").bind_id(account).run();
}

void ProfilesTable::want(const AccountId& account) {
  database_.prepare("INSERT OR IGNORE INTO profiles (account) VALUES (?)").bind_id(account).run();
}

std::vector<AccountId> ProfilesTable::to_fetch(UnixMicros before, int64_t limit) {
  std::vector<AccountId> accounts;
  auto row = database_.prepare(
      "SELECT w.account FROM (SELECT c.peer AS account, (SELECT max(order_us) FROM messages m WHERE m.conversation = "
      "c.id) AS active FROM conversations c WHERE c.kind <> 3 UNION SELECT g.account, 0 FROM group_members g LEFT JOIN "
      "profiles q ON q.account = g.account WHERE g.role > 0 AND coalesce(q.fetched_us, 0) = 0 UNION SELECT q.account, "
      "0 "
      "FROM profiles q WHERE q.fetched_us = 0) w LEFT JOIN profiles p ON p.account = w.account "
      "WHERE coalesce(p.fetched_us, 0) < ? "
      "AND NOT EXISTS (SELECT 1 FROM handles h WHERE h.account = w.account AND h.provisional = 1) "
      "GROUP BY w.account ORDER BY coalesce(p.fetched_us, 0), max(w.active) DESC LIMIT ?");
  row.bind(static_cast<int64_t>(before.value)).bind(limit);
  while (row.step()) accounts.push_back(row.id<AccountId>(0));
  return accounts;
}

}  // namespace kith::core
