// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/profiles_table.h"

#include "core/store/conversations_table.h"

namespace kith::core {

std::optional<ProfileRow> ProfilesTable::find(const AccountId& account) {
  auto row = database_.prepare("SELECT name, about, phone, fetched_us FROM profiles WHERE account = ?");
  row.bind_id(account);
  if (!row.step()) return std::nullopt;
  return ProfileRow{account, row.text(0), row.text(1), row.text(2), UnixMicros{static_cast<uint64_t>(row.integer(3))}};
}

void ProfilesTable::set(const ProfileRow& profile) {
  if (!profile.phone.empty()) set_phone(profile.account, profile.phone);
  database_
      .prepare(
          "INSERT INTO profiles (account, name, about, fetched_us) VALUES (?1, ?2, ?3, ?4) "
          "ON CONFLICT (account) DO UPDATE SET name = ?2, about = ?3, fetched_us = ?4")
      .bind_id(profile.account)
      .bind_text(profile.name)
      .bind_text(profile.about)
      .bind(static_cast<int64_t>(profile.fetched.value))
      .run();
}

void ProfilesTable::set_phone(const AccountId& account, std::string_view phone) {
  database_.prepare("UPDATE profiles SET phone = '' WHERE phone = ?1 AND phone <> '' AND account <> ?2")
      .bind_text(phone)
      .bind_id(account)
      .run();
  database_
      .prepare(
          "INSERT INTO profiles (account, phone) VALUES (?1, ?2) ON CONFLICT (account) DO UPDATE SET phone = ?2 WHERE "
          "phone <> ?2")
      .bind_id(account)
      .bind_text(phone)
      .run();
}

std::string ProfilesTable::phone_of(const AccountId& account) {
  auto row = database_.prepare(
      "SELECT phone FROM profiles WHERE account = ?1 AND phone <> '' UNION ALL SELECT phone FROM contacts WHERE "
      "account = ?1 LIMIT 1");
  row.bind_id(account);
  return row.step() ? row.text(0) : std::string();
}

std::optional<AccountId> ProfilesTable::account_of(std::string_view phone) {
  auto row = database_.prepare(
      "SELECT account FROM profiles WHERE phone = ?1 AND phone <> '' "
      "UNION ALL SELECT account FROM contacts WHERE phone = ?1 AND account IS NOT NULL LIMIT 1");
  row.bind_text(phone);
  return row.step() ? std::optional(row.id<AccountId>(0)) : std::nullopt;
}

void ProfilesTable::set_claim(std::string_view phone, const AccountId& account) {
  database_.prepare("INSERT OR REPLACE INTO number_claims (phone, account) VALUES (?, ?)")
      .bind_text(phone)
      .bind_id(account)
      .run();
}

void ProfilesTable::remove_claim(std::string_view phone) {
  database_.prepare("DELETE FROM number_claims WHERE phone = ?").bind_text(phone).run();
}

std::optional<AccountId> ProfilesTable::claim_on(std::string_view phone) {
  auto row = database_.prepare("SELECT account FROM number_claims WHERE phone = ?");
  row.bind_text(phone);
  return row.step() ? std::optional(row.id<AccountId>(0)) : std::nullopt;
}

std::string ProfilesTable::claimed_by(const AccountId& account) {
  auto row = database_.prepare("SELECT phone FROM number_claims WHERE account = ? LIMIT 1");
  row.bind_id(account);
  return row.step() ? row.text(0) : std::string();
}

void ProfilesTable::add_provisional(const AccountId& account, std::string_view phone) {
  database_.prepare("INSERT INTO profiles (account, phone, provisional) VALUES (?, ?, 1)")
      .bind_id(account)
      .bind_text(phone)
      .run();
}

bool ProfilesTable::provisional(const AccountId& account) {
  auto row = database_.prepare("SELECT 1 FROM profiles WHERE account = ? AND provisional = 1");
  row.bind_id(account);
  return row.step();
}

std::vector<std::string> ProfilesTable::phones_waiting(int64_t limit) {
  std::vector<std::string> phones;
  auto row = database_.prepare(
      "SELECT DISTINCT p.phone FROM outbox o JOIN profiles p ON p.account = o.target WHERE o.target_kind = 1 AND "
      "p.provisional = 1 ORDER BY "
      "o.sequence LIMIT ?");
  row.bind(limit);
  while (row.step()) phones.push_back(row.text(0));
  return phones;
}

bool ProfilesTable::adopt(const AccountId& provisional, const AccountId& real) {
  const auto move = [&](const char* sql) { database_.prepare(sql).bind_id(provisional).bind_id(real).run(); };
  ConversationsTable conversations(database_);
  const bool merges = conversations.with(real).has_value();
  if (merges) {
    move(
        "UPDATE conversations SET activity_us = max(conversations.activity_us, p.activity_us), "
        "draft = iif(conversations.draft = '', p.draft, conversations.draft), "
        "draft_quote = iif(conversations.draft = '', p.draft_quote, conversations.draft_quote) "
        "FROM (SELECT activity_us, draft, draft_quote FROM conversations WHERE peer = ?1) p WHERE peer = ?2");
    move(
        "UPDATE messages SET conversation = (SELECT id FROM conversations WHERE peer = ?2) "
        "WHERE conversation = (SELECT id FROM conversations WHERE peer = ?1)");
    database_.prepare("DELETE FROM conversations WHERE peer = ?").bind_id(provisional).run();
  } else {
    move("UPDATE conversations SET peer = ?2 WHERE peer = ?1");
  }
  move("UPDATE outbox SET target = ?2 WHERE target_kind = 1 AND target = ?1");
  move("INSERT OR IGNORE INTO blocked (account) SELECT ?2 FROM blocked WHERE account = ?1");
  for (const char* sql : {"DELETE FROM blocked WHERE account = ?", "DELETE FROM profiles WHERE account = ?"})
    database_.prepare(sql).bind_id(provisional).run();
  return merges;
}

void ProfilesTable::mark_changed(const AccountId& account) {
  database_.prepare("UPDATE profiles SET fetched_us = 0 WHERE account = ?").bind_id(account).run();
}

std::vector<AccountId> ProfilesTable::to_fetch(UnixMicros before, int64_t limit) {
  std::vector<AccountId> accounts;
  auto row = database_.prepare(
      "SELECT c.peer FROM conversations c LEFT JOIN profiles p ON p.account = c.peer WHERE coalesce(p.fetched_us, 0) < "
      "? "
      "AND coalesce(p.provisional, 0) = 0 "
      "ORDER BY coalesce(p.fetched_us, 0), c.activity_us DESC LIMIT ?");
  row.bind(static_cast<int64_t>(before.value)).bind(limit);
  while (row.step()) accounts.push_back(row.id<AccountId>(0));
  return accounts;
}

}  // namespace kith::core
