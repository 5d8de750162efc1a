// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/migrations.h"

#include <string>
#include <vector>

namespace kith::core {
namespace {

// Meaning and units of every column: the headers of the tables.
constexpr const char* kFirst = R"sql(
CREATE TABLE registration (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  server TEXT NOT NULL, handle TEXT NOT NULL, account BLOB NOT NULL, device INTEGER NOT NULL, token BLOB NOT NULL,
  account_public BLOB NOT NULL, account_private BLOB NOT NULL, identity_public BLOB NOT NULL, identity_private BLOB NOT NULL,
  registration_id INTEGER NOT NULL, device_name TEXT NOT NULL, server_id BLOB NOT NULL);
CREATE TABLE progress (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  confirmed_position INTEGER NOT NULL DEFAULT 0, undecryptable INTEGER NOT NULL DEFAULT 0,
  next_prekey_id INTEGER NOT NULL DEFAULT 1, next_signed_prekey_id INTEGER NOT NULL DEFAULT 1,
  signed_prekey_made_us INTEGER NOT NULL DEFAULT 0, keys_published INTEGER NOT NULL DEFAULT 0,
  device_list_revision INTEGER NOT NULL DEFAULT 0, standing INTEGER NOT NULL DEFAULT 0, taken_sequence INTEGER NOT NULL DEFAULT 0,
  indexed_sequence INTEGER NOT NULL DEFAULT 0, registration_request BLOB NOT NULL DEFAULT x'');
INSERT INTO progress (id) VALUES (1);

CREATE TABLE sessions (account BLOB NOT NULL, device INTEGER NOT NULL, record BLOB NOT NULL, UNIQUE (account, device));
CREATE TABLE prekeys (ordinal INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, record BLOB NOT NULL);
CREATE TABLE signed_prekeys (id INTEGER PRIMARY KEY, record BLOB NOT NULL);

CREATE TABLE device_lists (
  account BLOB PRIMARY KEY NOT NULL, revision INTEGER NOT NULL DEFAULT 0, account_key BLOB NOT NULL DEFAULT x'',
  device_list BLOB NOT NULL DEFAULT x'', signature BLOB NOT NULL DEFAULT x'', verified INTEGER NOT NULL DEFAULT 0,
  newest_revision INTEGER NOT NULL, must_agree INTEGER NOT NULL DEFAULT 0, removals INTEGER NOT NULL DEFAULT 0,
  settled_revision INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX device_lists_stale ON device_lists (account) WHERE newest_revision > revision;
CREATE INDEX device_lists_removals ON device_lists (removals) WHERE removals > 0;
CREATE TABLE devices (
  account BLOB NOT NULL, device INTEGER NOT NULL, identity_key BLOB NOT NULL, name TEXT NOT NULL, PRIMARY KEY (account, device)) WITHOUT ROWID;
CREATE TABLE own_devices (
  device INTEGER PRIMARY KEY, last_active_us INTEGER NOT NULL DEFAULT 0, warned_us INTEGER NOT NULL DEFAULT 0);
CREATE TABLE device_notices (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, device INTEGER NOT NULL, name TEXT NOT NULL, time_us INTEGER NOT NULL,
  UNIQUE (kind, device));

CREATE TABLE conversations (
  id BLOB PRIMARY KEY NOT NULL, kind INTEGER NOT NULL, peer BLOB NOT NULL, unread INTEGER NOT NULL DEFAULT 0,
  draft TEXT NOT NULL DEFAULT '', draft_quote BLOB, made_us INTEGER NOT NULL, archived INTEGER NOT NULL DEFAULT 0,
  pinned_us INTEGER NOT NULL DEFAULT 0, muted_until_us INTEGER NOT NULL DEFAULT 0,
  marked_unread INTEGER NOT NULL DEFAULT 0, read_elsewhere_us INTEGER NOT NULL DEFAULT 0,
  read_elsewhere_id BLOB NOT NULL DEFAULT x'', gone INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE UNIQUE INDEX conversations_peer ON conversations (peer, kind = 3);
CREATE TABLE clearings (
  peer BLOB NOT NULL, is_group INTEGER NOT NULL, device INTEGER NOT NULL, received_us INTEGER NOT NULL,
  received BLOB NOT NULL, sent_us INTEGER NOT NULL, sent BLOB NOT NULL, kept BLOB NOT NULL, deleted INTEGER NOT NULL, PRIMARY KEY (peer, is_group, device)) WITHOUT ROWID;
CREATE TABLE lists (id BLOB PRIMARY KEY NOT NULL, name TEXT NOT NULL, made_us INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE listed (
  conversation BLOB NOT NULL, list BLOB NOT NULL, PRIMARY KEY (conversation, list)) WITHOUT ROWID;
CREATE INDEX listed_list ON listed (list);

CREATE TABLE messages (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, conversation BLOB NOT NULL, from_account BLOB NOT NULL,
  from_device INTEGER NOT NULL, outgoing INTEGER NOT NULL, kind INTEGER NOT NULL, text TEXT NOT NULL, quote_message BLOB, quote_author BLOB,
  quote_excerpt TEXT, sent_at INTEGER NOT NULL, order_us INTEGER NOT NULL, tick INTEGER NOT NULL, failure INTEGER NOT NULL, raw BLOB,
  unread INTEGER NOT NULL, receipt_number INTEGER NOT NULL, came_us INTEGER NOT NULL, group_revision INTEGER NOT NULL DEFAULT 0,
  file BLOB, edited_us INTEGER NOT NULL DEFAULT 0, starred INTEGER NOT NULL DEFAULT 0);
CREATE INDEX messages_order ON messages (conversation, order_us, id);
CREATE INDEX messages_unread ON messages (conversation, order_us) WHERE unread = 1;
CREATE INDEX messages_unsupported ON messages (kind) WHERE kind = 4;
CREATE INDEX messages_file ON messages (file) WHERE file IS NOT NULL;
CREATE INDEX messages_media ON messages (conversation, order_us, id) WHERE file IS NOT NULL;
CREATE INDEX messages_starred ON messages (order_us, id) WHERE starred = 1;
CREATE INDEX messages_quote ON messages (quote_message) WHERE quote_message IS NOT NULL;
CREATE TABLE files (
  sequence INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, file_id BLOB NOT NULL, key BLOB NOT NULL, size INTEGER NOT NULL,
  digest BLOB NOT NULL, state INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0, server_until_us INTEGER NOT NULL DEFAULT 0,
  used_us INTEGER NOT NULL DEFAULT 0, trouble INTEGER NOT NULL DEFAULT 0);
CREATE INDEX files_moving ON files (state, sequence) WHERE state IN (1, 4, 7);
CREATE INDEX files_used ON files (used_us) WHERE state = 2;
CREATE TABLE openings (
  sequence INTEGER PRIMARY KEY, message BLOB NOT NULL, account BLOB NOT NULL, at_us INTEGER NOT NULL, waits INTEGER NOT NULL,
  UNIQUE (message, account));
CREATE INDEX openings_waiting ON openings (waits, sequence) WHERE waits > 0;
CREATE TABLE remarks (
  sequence INTEGER PRIMARY KEY, message BLOB NOT NULL, account BLOB NOT NULL, kind INTEGER NOT NULL, value TEXT NOT NULL,
  at_us INTEGER NOT NULL, device INTEGER NOT NULL, item BLOB, before TEXT NOT NULL, conversation BLOB,
  waits INTEGER NOT NULL, UNIQUE (message, account, kind));
CREATE INDEX remarks_waiting ON remarks (waits, sequence) WHERE waits > 0;
CREATE INDEX remarks_item ON remarks (item) WHERE item IS NOT NULL;
CREATE INDEX remarks_pins ON remarks (message) WHERE kind = 2 AND waits = 0;
CREATE TABLE corrections (
  sequence INTEGER PRIMARY KEY, message BLOB NOT NULL, account BLOB NOT NULL, at_us INTEGER NOT NULL, device INTEGER NOT NULL,
  text TEXT, rest BLOB NOT NULL, item BLOB, conversation BLOB, group_revision INTEGER NOT NULL, waits INTEGER NOT NULL,
  UNIQUE (message, account, at_us, device));
CREATE INDEX corrections_waiting ON corrections (waits, sequence) WHERE waits > 0;
CREATE INDEX corrections_item ON corrections (item) WHERE item IS NOT NULL;

CREATE VIRTUAL TABLE messages_fts USING fts5 (
  text, content = 'messages', content_rowid = 'sequence', tokenize = 'kith', detail = none, columnsize = 0);
CREATE TRIGGER messages_fts_delete AFTER DELETE ON messages
  WHEN old.text <> '' AND old.sequence <= (SELECT indexed_sequence FROM progress) BEGIN
  INSERT INTO messages_fts (messages_fts, rowid, text) VALUES ('delete', old.sequence, old.text);
END;
CREATE TRIGGER messages_fts_update AFTER UPDATE OF sequence, text ON messages BEGIN
  INSERT INTO messages_fts (messages_fts, rowid, text) SELECT 'delete', old.sequence, old.text
    WHERE old.text <> '' AND old.sequence <= (SELECT indexed_sequence FROM progress);
  INSERT INTO messages_fts (rowid, text) SELECT new.sequence, new.text
    WHERE new.text <> '' AND new.sequence <= (SELECT indexed_sequence FROM progress);
END;

CREATE TABLE sent (
  target_kind INTEGER NOT NULL, target BLOB NOT NULL, device INTEGER NOT NULL, number INTEGER NOT NULL, message_id BLOB NOT NULL,
  shows BLOB NOT NULL, shown INTEGER, closed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (target_kind, target, device, number)) WITHOUT ROWID;
CREATE INDEX sent_shown ON sent (shown) WHERE shown IS NOT NULL;
CREATE INDEX sent_alone ON sent (shows) WHERE shown IS NULL;
CREATE TABLE receipts (
  target_kind INTEGER NOT NULL, target BLOB NOT NULL, device INTEGER NOT NULL, member BLOB NOT NULL, state INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (target_kind, target, device, member, state, first)) WITHOUT ROWID;
CREATE TABLE early_receipts (
  sequence INTEGER PRIMARY KEY, target_kind INTEGER NOT NULL, target BLOB NOT NULL, device INTEGER NOT NULL, member BLOB NOT NULL, state INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, marks BLOB NOT NULL,
  UNIQUE (target_kind, target, device, member, state, first, last));
CREATE TABLE read_due (
  conversation BLOB NOT NULL, member BLOB NOT NULL, device INTEGER NOT NULL, number INTEGER NOT NULL, message_id BLOB NOT NULL,
  PRIMARY KEY (conversation, member, device, number)) WITHOUT ROWID;
CREATE TABLE withheld (position INTEGER PRIMARY KEY);

CREATE TABLE outbox (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, message_id BLOB NOT NULL, target_kind INTEGER NOT NULL, target BLOB NOT NULL,
  kind INTEGER NOT NULL, content BLOB NOT NULL, envelopes BLOB, revision INTEGER NOT NULL,
  only_device INTEGER NOT NULL, carries BLOB, held INTEGER NOT NULL DEFAULT 0,
  receipt_number INTEGER NOT NULL, lists_digest BLOB NOT NULL DEFAULT x'', UNIQUE (message_id, target_kind, target));
CREATE INDEX outbox_held ON outbox (target_kind, target) WHERE held = 1;
CREATE INDEX outbox_numbers ON outbox (target, receipt_number) WHERE target_kind = 2;

CREATE TABLE sealed_for (
  sequence INTEGER PRIMARY KEY, message_id BLOB NOT NULL, account BLOB NOT NULL, device INTEGER NOT NULL, keys BLOB NOT NULL, carries BLOB,
  sealed_us INTEGER NOT NULL, message INTEGER);
CREATE INDEX sealed_for_message ON sealed_for (message) WHERE message IS NOT NULL;
CREATE INDEX sealed_for_alone ON sealed_for (message_id) WHERE message IS NULL;
CREATE INDEX sealed_for_age ON sealed_for (sealed_us);
CREATE TABLE taken (
  sequence INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, message_id BLOB NOT NULL, withheld INTEGER NOT NULL);

CREATE TABLE answers (sequence INTEGER PRIMARY KEY AUTOINCREMENT, change BLOB NOT NULL UNIQUE, response BLOB NOT NULL);

CREATE TABLE repairs (
  message_id BLOB PRIMARY KEY NOT NULL, account BLOB NOT NULL, device INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
  unanswered INTEGER NOT NULL DEFAULT 0, asked_us INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX repairs_sender ON repairs (account, device, asked_us, message_id);
CREATE TABLE asked (answer_id BLOB PRIMARY KEY NOT NULL, message_id BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX asked_message ON asked (message_id);

CREATE TABLE contacts (
  handle TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, sort_name TEXT NOT NULL, by_hand INTEGER NOT NULL DEFAULT 0, account BLOB,
  looked_up_us INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX contacts_account ON contacts (account) WHERE account IS NOT NULL;
CREATE TABLE blocked (account BLOB PRIMARY KEY NOT NULL) WITHOUT ROWID;

CREATE TABLE profiles (
  account BLOB PRIMARY KEY NOT NULL, name TEXT NOT NULL DEFAULT '', about TEXT NOT NULL DEFAULT '',
  fetched_us INTEGER NOT NULL DEFAULT 0, photo BLOB NOT NULL DEFAULT x'', profile_keys BLOB NOT NULL DEFAULT x'',
  photo_file BLOB) WITHOUT ROWID;
CREATE INDEX profiles_photo ON profiles (photo_file) WHERE photo_file IS NOT NULL;

CREATE TABLE handles (
  sequence INTEGER PRIMARY KEY, handle TEXT NOT NULL UNIQUE, account BLOB NOT NULL, provisional INTEGER NOT NULL DEFAULT 0);
CREATE INDEX handles_account ON handles (account);
CREATE TABLE handle_claims (handle TEXT PRIMARY KEY NOT NULL, account BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX handle_claims_account ON handle_claims (account);

CREATE TABLE history_given (
  device INTEGER PRIMARY KEY, history BLOB NOT NULL, since_us INTEGER NOT NULL, promised_us INTEGER NOT NULL, stage INTEGER NOT NULL,
  number INTEGER NOT NULL, taken INTEGER NOT NULL, last INTEGER NOT NULL, total INTEGER NOT NULL, held INTEGER NOT NULL,
  restarts INTEGER NOT NULL);
CREATE TABLE history_conversations (
  device INTEGER NOT NULL, place INTEGER NOT NULL, conversation BLOB NOT NULL, begun INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0, repeats INTEGER NOT NULL DEFAULT 0, given INTEGER NOT NULL DEFAULT 0, newest_us INTEGER NOT NULL DEFAULT 0,
  newest_id BLOB, oldest_us INTEGER NOT NULL DEFAULT 0, oldest_id BLOB, PRIMARY KEY (device, place)) WITHOUT ROWID;
CREATE INDEX history_conversations_open ON history_conversations (device, begun, place) WHERE done = 0;
CREATE TABLE history_batches (
  sequence INTEGER PRIMARY KEY, device INTEGER NOT NULL, number INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (device, number));
CREATE TABLE history_taken (
  id INTEGER PRIMARY KEY CHECK (id = 1), giver INTEGER NOT NULL, history BLOB NOT NULL, stage INTEGER NOT NULL, number INTEGER NOT NULL,
  total INTEGER NOT NULL, held INTEGER NOT NULL);
CREATE TABLE history_counts (
  account BLOB PRIMARY KEY NOT NULL, given INTEGER NOT NULL, held INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE registers (
  key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL, stamp_us INTEGER NOT NULL, stamp_counter INTEGER NOT NULL,
  stamp_device INTEGER NOT NULL, due INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX registers_due ON registers (due, key) WHERE due > 0;
CREATE INDEX registers_removed ON registers (stamp_us) WHERE value = x'';
CREATE TABLE register_tellings (device INTEGER PRIMARY KEY, after_key BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE groups (
  group_id BLOB PRIMARY KEY NOT NULL, revision INTEGER NOT NULL DEFAULT 0, newest_revision INTEGER NOT NULL DEFAULT 0,
  change_digest BLOB NOT NULL DEFAULT x'', info_key BLOB NOT NULL DEFAULT x'', present INTEGER NOT NULL DEFAULT 0,
  members_send INTEGER NOT NULL DEFAULT 0, gone_us INTEGER NOT NULL DEFAULT 0, title TEXT NOT NULL DEFAULT '', description TEXT NOT NULL DEFAULT '',
  shown BLOB NOT NULL DEFAULT x'', photo_file BLOB, state BLOB NOT NULL DEFAULT x'') WITHOUT ROWID;
CREATE INDEX groups_photo ON groups (photo_file) WHERE photo_file IS NOT NULL;
CREATE TABLE group_told (
  group_id BLOB NOT NULL, teller BLOB NOT NULL, change_digest BLOB NOT NULL, revision INTEGER NOT NULL,
  info_key BLOB NOT NULL, until_us INTEGER NOT NULL, PRIMARY KEY (group_id, teller, change_digest)) WITHOUT ROWID;
CREATE INDEX group_told_teller ON group_told (teller);
CREATE INDEX groups_stale ON groups (group_id) WHERE newest_revision > revision;
CREATE TABLE group_members (
  group_id BLOB NOT NULL, account BLOB NOT NULL, role INTEGER NOT NULL, joined INTEGER NOT NULL, left INTEGER NOT NULL,
  came INTEGER NOT NULL, admin_from INTEGER NOT NULL, admin_until INTEGER NOT NULL,
  PRIMARY KEY (group_id, account)) WITHOUT ROWID;
CREATE INDEX group_members_account ON group_members (account);
CREATE TABLE group_chains (
  group_id BLOB NOT NULL, account BLOB NOT NULL, device INTEGER NOT NULL, chain INTEGER NOT NULL, place INTEGER NOT NULL,
  record BLOB NOT NULL, PRIMARY KEY (group_id, account, device, chain)) WITHOUT ROWID;
CREATE TABLE group_own (
  group_id BLOB PRIMARY KEY NOT NULL, chain INTEGER NOT NULL, ready_for BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE group_holders (
  group_id BLOB NOT NULL, account BLOB NOT NULL, device INTEGER NOT NULL, keys BLOB NOT NULL, from_number INTEGER NOT NULL,
  until_number INTEGER, PRIMARY KEY (group_id, account, device, from_number)) WITHOUT ROWID;

CREATE TABLE settings (name TEXT PRIMARY KEY NOT NULL, value NOT NULL) WITHOUT ROWID;
)sql";

constexpr Migration kMigrations[] = {{1, kFirst}};

MigrateError error_of(StoreError error) {
  switch (error) {
    case StoreError::kFull: return MigrateError::kFull;
    case StoreError::kCorrupt: return MigrateError::kCorrupt;
    case StoreError::kFailed:
    case StoreError::kBusy: break;
  }
  return MigrateError::kStorage;
}

Result<int64_t, MigrateError> read_number(Database& database, const char* sql) {
  int64_t number = 0;
  {
    auto statement = database.prepare(sql);
    if (statement.step()) number = statement.integer(0);
  }
  if (const auto error = database.take_error()) return Fail(error_of(*error));
  return number;
}

Result<void, MigrateError> apply(Database& database, const Migration& migration) {
  Transaction transaction(database);
  // A failure is sticky: commit() answers for all of them.
  if (database.execute(migration.sql).has_value()) {
    const std::string version = "PRAGMA user_version = " + std::to_string(migration.version);
    const std::string application = "PRAGMA application_id = " + std::to_string(kApplicationId);
    if (database.execute(version.c_str()).has_value()) (void)database.execute(application.c_str()).has_value();
  }
  if (const auto committed = transaction.commit(); !committed) return Fail(error_of(committed.error()));
  return {};
}

// Everything in the schema, sorted, with its text as the migrations have it; of the tables that hold the full-text
// index the names only, for their text is SQLite's, and another version may have another.
std::vector<std::string> schema_of(Database& database) {
  std::vector<std::string> names;
  auto statement = database.prepare(
      "SELECT type || ' ' || name || ' ' || iif(type = 'table' AND name GLOB 'messages_fts_*', '', sql) FROM "
      "sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1");
  while (statement.step()) names.push_back(statement.text(0));
  return names;
}

// The schema that the list makes of an empty file.
Result<std::vector<std::string>, MigrateError> schema_after(std::span<const Migration> list) {
  const auto fresh = Database::open(":memory:");
  if (!fresh) return Fail(MigrateError::kStorage);
  for (const Migration& migration : list) {
    if (const auto applied = apply(**fresh, migration); !applied) return Fail(applied.error());
  }
  return schema_of(**fresh);
}

// A statement on a table or a column that is missing would be taken for a bug of the program: so the file is compared
// with an empty one.
Result<void, MigrateError> check_schema(Database& database,
                                        const Result<std::vector<std::string>, MigrateError>& expected) {
  if (!expected) return Fail(expected.error());
  const auto found = schema_of(database);
  if (const auto error = database.take_error()) return Fail(error_of(*error));
  if (*expected != found) return Fail(MigrateError::kCorrupt);
  return {};
}

// Those that the file has not seen.
Result<void, MigrateError> apply_new(Database& database, std::span<const Migration> list) {
  const auto version = read_number(database, "PRAGMA user_version");
  if (!version) return Fail(version.error());
  const auto application = read_number(database, "PRAGMA application_id");
  if (!application) return Fail(application.error());
  const auto objects = read_number(database, "SELECT count(*) FROM sqlite_schema");
  if (!objects) return Fail(objects.error());

  const bool empty = *version == 0 && *application == 0 && *objects == 0;
  if (!empty && (*application != kApplicationId || *version <= 0)) return Fail(MigrateError::kCorrupt);
  if (!list.empty() && *version > list.back().version) return Fail(MigrateError::kNewer);

  for (const Migration& migration : list) {
    if (migration.version <= *version) continue;
    if (const auto applied = apply(database, migration); !applied) return applied;
  }
  return {};
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

Result<void, MigrateError> migrate(Database& database) {
  // Kept: the simulator opens thousands of databases.
  static const auto expected = schema_after(migrations());
  if (const auto applied = apply_new(database, migrations()); !applied) return applied;
  return check_schema(database, expected);
}

Result<void, MigrateError> migrate(Database& database, std::span<const Migration> list) {
  if (const auto applied = apply_new(database, list); !applied) return applied;
  return check_schema(database, schema_after(list));
}

}  // namespace kith::core
