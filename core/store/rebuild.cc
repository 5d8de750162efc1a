// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/rebuild.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "base/handle.h"
#include "core/store/migrations.h"
#include "core/store/search_words.h"
#include "core/store/vfs_file.h"
#include "crypto/account_key.h"
#include "wire/api.pb.h"

namespace kith::core {
namespace {

using Query = std::unique_ptr<sqlite3_stmt, decltype([](sqlite3_stmt* statement) { sqlite3_finalize(statement); })>;
using Value = std::unique_ptr<sqlite3_value, decltype([](sqlite3_value* value) { sqlite3_value_free(value); })>;
using Handle = std::unique_ptr<sqlite3, decltype([](sqlite3* handle) { sqlite3_close(handle); })>;

// Numbers beyond the last message that is left; more is no number but damage
constexpr int64_t kSequencesLostMax = 1 << 20;

// Tables whose rows can be told from those of all others by what their columns hold (fits).
const std::set<std::string> kTellable = {"contacts", "conversations", "device_lists", "messages"};

std::string new_name(const std::string& path) { return path + ".rebuilt"; }

StoreError error_of(int code) { return (code & 0xFF) == SQLITE_FULL ? StoreError::kFull : StoreError::kFailed; }

BytesView bytes_of(sqlite3_stmt* row, int column) {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(row, column));
  return data == nullptr ? BytesView() : BytesView(data, static_cast<size_t>(sqlite3_column_bytes(row, column)));
}

struct Column {
  std::string name;
  std::string type;
  bool required = false;
  bool is_handle = false;  // that others may be looked for by
};

// What a column holds, in whatever row of our tables: SQLite itself would take anything.
bool fits(const Column& column, sqlite3_stmt* row, int at) {
  static const std::set<std::string> kIds = {"id",     "account", "conversation", "from_account", "message_id",
                                             "target", "shows",   "member",       "peer"};
  const int type = sqlite3_column_type(row, at);
  if (type == SQLITE_NULL) return !column.required;
  if (type == SQLITE_TEXT && !is_utf8(bytes_of(row, at))) return false;
  if (column.type == "INTEGER") return type == SQLITE_INTEGER;
  if (column.is_handle && !kith::Handle::from_text(bytes_of(row, at))) return false;
  if (column.type == "TEXT") return type == SQLITE_TEXT;
  if (column.type == "BLOB") {
    // A zero in place of an id is what a disk gives out that has lost it.
    const auto id = kIds.contains(column.name) ? AccountId::from_bytes(bytes_of(row, at)) : std::nullopt;
    return type == SQLITE_BLOB && (!kIds.contains(column.name) || (id && !id->is_none()));
  }
  return true;  // a setting's value
}

// SQLite without the Database's rule that nothing is done after an error: going on is what this is about.
class Connection {
 public:
  // Fails later when it can't be opened. Settings come before the file is touched (database.cc); with writable_schema
  // SQLite also reads a file that is shorter than it says, or a schema that makes no sense everywhere.
  Connection(const std::string& path, const char* vfs) {
    sqlite3* handle = nullptr;
    failed_ =
        sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE, vfs);
    handle_.reset(handle);
    must("PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY; PRAGMA writable_schema = ON");
    if (failed_ == SQLITE_OK && !register_tokenizer(handle)) failed_ = SQLITE_ERROR;
  }

  // Sticky: after a failure nothing more is done.
  void must(const std::string& sql) {
    if (failed_ == SQLITE_OK) failed_ = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  }
  void must_step(sqlite3_stmt* statement) {
    if (failed_ == SQLITE_OK && sqlite3_step(statement) != SQLITE_DONE)
      failed_ = sqlite3_extended_errcode(handle_.get());
    sqlite3_reset(statement);
  }
  void must(int code) {
    if (failed_ == SQLITE_OK) failed_ = code;
  }
  [[nodiscard]] int failed() const { return failed_; }
  [[nodiscard]] int changes() const { return sqlite3_changes(handle_.get()); }

  // Null when it does not compile.
  Query prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &statement, nullptr);
    return Query(statement);
  }
  // Gives the rows to `take` while it says true. Whether it had them all, and all could be read.
  template <class Take>
  bool each(const std::string& sql, const Take& take) {
    const Query rows = prepare(sql);
    if (rows == nullptr) return false;
    while (sqlite3_step(rows.get()) == SQLITE_ROW) {
      if (!take(rows.get())) return false;
    }
    return sqlite3_reset(rows.get()) == SQLITE_OK;
  }
  int64_t number(const std::string& sql) {
    int64_t found = 0;
    each(sql, [&](sqlite3_stmt* row) { return found = sqlite3_column_int64(row, 0), true; });
    return found;
  }
  std::set<std::string> names(const std::string& sql) {
    std::set<std::string> names;
    each(sql, [&](sqlite3_stmt* row) { return names.emplace(bytes_of(row, 0)), true; });
    return names;
  }

 private:
  Handle handle_;
  int failed_ = SQLITE_OK;
};

class Salvage {
 public:
  Salvage(const std::string& path, const char* vfs) : path_(path), vfs_(vfs) {}

  // Leaves a complete new file, or none.
  Result<void, StoreError> run() {
    const int removed = VfsFile::remove(vfs_, new_name(path_));
    if (removed != SQLITE_OK) return Fail(error_of(removed));
    make_new();
    const bool is_readable = new_->failed() == SQLITE_OK && (open_old() || (mend_schema() && open_old()));
    if (is_readable) copy_everything();
    const bool is_device = is_readable && is_registered();
    if (is_device) make_whole();
    old_.reset();
    if (is_device && new_->failed() == SQLITE_OK) {
      new_->must(VfsFile::copy(vfs_, path_, path_ + ".damaged"));
      new_->must("INSERT OR REPLACE INTO settings (name, value) VALUES ('rebuilt', '" + report_ + "')");
    }
    const int failed = new_->failed();
    new_.reset();
    if (is_device && failed == SQLITE_OK) return {};
    VfsFile target(vfs_, path_);
    for (const auto& [offset, page] : before_) target.write(page, offset);
    VfsFile::remove(vfs_, new_name(path_));
    return Fail(failed == SQLITE_OK ? StoreError::kCorrupt : error_of(failed));
  }

 private:
  // ---------------------------------------------------------------- the two files

  // No journal: what breaks off is thrown away.
  void make_new() {
    new_ = std::make_unique<Connection>(new_name(path_), vfs_);
    new_->must("PRAGMA page_size = " + std::to_string(kPageBytes) +
               "; PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL; BEGIN");
    for (const Migration& migration : migrations()) new_->must(migration.sql);
    new_->must("PRAGMA application_id = " + std::to_string(kApplicationId) +
               "; PRAGMA user_version = " + std::to_string(newest()) + "; COMMIT");
  }
  static int64_t newest() { return migrations().back().version; }

  // False when its schema can't be read as a whole.
  bool open_old() {
    old_.reset();
    old_ = std::make_unique<Connection>(path_, vfs_);
    if (!old_->each("SELECT sql FROM sqlite_schema", [](sqlite3_stmt*) { return true; })) return false;
    constexpr const char* kTables = "SELECT name FROM pragma_table_list WHERE schema = 'main'";
    return std::abs(old_->number("PRAGMA user_version")) < newest() || old_->names(kTables) == new_->names(kTables);
  }

  // Puts the pages of the new file's schema over those of the damaged one: the same migrations have given the tables
  // the same places.
  bool mend_schema() {
    old_.reset();
    VfsFile source(vfs_, new_name(path_));
    VfsFile target(vfs_, path_);
    int64_t size = 0;
    target.size(size);
    std::vector<uint32_t> pages = {1};
    for (size_t i = 0; i < pages.size(); ++i) {
      const int64_t offset = (int64_t{pages[i]} - 1) * kPageBytes;
      Bytes page;
      if (offset + kPageBytes > size || source.read(page, kPageBytes, offset) != SQLITE_OK) return false;
      const size_t header = i == 0 ? 100 : 0;
      const auto short_at = [&page](size_t at) { return static_cast<size_t>(read_u32(page.data() + at) >> 16); };
      if (page[header] == 5) {  // a page that points to others
        for (size_t cell = 0; cell < short_at(header + 3); ++cell)
          pages.push_back(read_u32(page.data() + short_at(header + 12 + 2 * cell)));
        pages.push_back(read_u32(page.data() + header + 8));
      }
      if (i == 0) {
        const auto put = [&page](size_t at, int64_t value) {
          Bytes four;
          append_u32(four, static_cast<uint32_t>(value));
          page.replace(at, 4, four);
        };
        page[18] = page[19] = 2;  // there may be a write-ahead log
        put(28, size / kPageBytes);
        put(60, -newest());  // it stays damaged
      }
      before_.emplace_back(offset, Bytes());
      if (target.read(before_.back().second, kPageBytes, offset) != SQLITE_OK ||
          target.write(page, offset) != SQLITE_OK)
        return false;
    }
    return true;
  }

  // ---------------------------------------------------------------- rows

  void copy_everything() {
    new_->must("BEGIN; DELETE FROM progress");
    std::vector<std::pair<std::string, bool>> tables;
    new_->each(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' "
        "AND name NOT IN "
        "('sessions', 'devices')",
        [&](sqlite3_stmt* row) {
          return tables.emplace_back(bytes_of(row, 0), sqlite3_column_int(row, 1) == 0), true;
        });
    for (const auto& [name, has_numbers] : tables) copy_table(name, has_numbers);
    copy_devices();
  }

  // has_numbers: its rows have numbers, which are its first column.
  void copy_table(const std::string& table, bool has_numbers) {
    const std::set<std::string> there = old_->names("SELECT name FROM pragma_table_info('" + table + "')");
    std::vector<Column> columns;
    std::string names, marks, keys, keys_back;
    new_->each("SELECT name, type, \"notnull\", pk FROM pragma_table_info('" + table + "')", [&](sqlite3_stmt* row) {
      const std::string name(bytes_of(row, 0));
      if (!there.contains(name)) return true;
      columns.push_back({name, std::string(bytes_of(row, 1)), sqlite3_column_int(row, 2) != 0,
                         name == "handle" && table != "registration"});
      names += (names.empty() ? "" : ", ") + name;
      marks += marks.empty() ? "?" : ", ?";
      if (sqlite3_column_int(row, 3) == 0) return true;  // no part of the key
      keys += (keys.empty() ? "" : ", ") + name;
      keys_back += (keys_back.empty() ? "" : ", ") + name + " DESC";
      return true;
    });
    const Query insert = new_->prepare("INSERT OR IGNORE INTO " + table + " (" + names + ") VALUES (" + marks + ")");
    // False when it is there already.
    const auto take = [&](sqlite3_stmt* row) {
      for (size_t i = 0; i < columns.size(); ++i) {
        if (!fits(columns[i], row, static_cast<int>(i))) return true;
        sqlite3_bind_value(insert.get(), static_cast<int>(i) + 1, sqlite3_column_value(row, static_cast<int>(i)));
      }
      new_->must_step(insert.get());
      return new_->changes() == 1;
    };
    int64_t low = 0;  // read from the front up to here, and from the back down to there
    int64_t high = INT64_MAX;
    const std::string select = "SELECT " + names + " FROM " + table;
    const bool is_whole = old_->each(select + " NOT INDEXED ORDER BY " + keys, [&](sqlite3_stmt* row) {
      const int64_t number = sqlite3_column_int64(row, 0);
      if (has_numbers && number <= low) return false;  // pages that point in circles
      low = number;
      return take(row);
    });
    if (is_whole) return;
    incomplete_.insert(table);
    old_->each(select + " NOT INDEXED ORDER BY " + keys_back, [&](sqlite3_stmt* row) {
      const int64_t number = sqlite3_column_int64(row, 0);
      if (has_numbers && (number <= low || number >= high)) return false;
      high = number;
      return take(row);
    });
    if (!kTellable.contains(table)) return;
    for (const uint32_t page : leaves(has_numbers)) {
      if (!make_root(table, page)) break;
      std::vector<Value> found;  // first the keys: a row may go on elsewhere, on a page that is damaged
      old_->each("SELECT " + keys + " FROM " + table + " NOT INDEXED", [&](sqlite3_stmt* row) {
        const int64_t number = sqlite3_column_int64(row, 0);
        if (!has_numbers || (number > low && number < high))
          found.emplace_back(sqlite3_value_dup(sqlite3_column_value(row, 0)));
        return true;
      });
      const Query one = old_->prepare(select + " NOT INDEXED WHERE " + keys + " = ?");
      for (const Value& key : found) {
        sqlite3_bind_value(one.get(), 1, key.get());
        if (sqlite3_step(one.get()) == SQLITE_ROW) take(one.get());
        sqlite3_reset(one.get());
      }
    }
    open_old();  // as it is
  }

  // The pages of the file that hold rows of tables with numbers, or of such without and of indices. Not in order.
  std::vector<uint32_t> leaves(bool has_numbers) {
    old_.reset();  // what its log has is in the file now
    std::vector<uint32_t> found;
    {
      VfsFile file(vfs_, path_);
      Bytes kind;
      int64_t size = 0;
      file.size(size);
      for (int64_t page = 1; page < size / kPageBytes; ++page) {  // counted from zero; the first is the schema's
        if (file.read(kind, 1, page * kPageBytes) == SQLITE_OK && kind[0] == (has_numbers ? 13 : 10))
          found.push_back(static_cast<uint32_t>(page + 1));
      }
    }
    open_old();
    old_->must("BEGIN");
    return found;
  }

  // Until the end of the transaction, which is never committed, SQLite takes one page for all of the table. A
  // transaction for each: what has met damage may not write any more.
  bool make_root(const std::string& table, uint32_t page) {
    old_->must("ROLLBACK; BEGIN; UPDATE sqlite_schema SET rootpage = " + std::to_string(page) + " WHERE name = '" +
               table + "'; PRAGMA writable_schema = RESET; PRAGMA writable_schema = ON");
    return old_->failed() == SQLITE_OK;
  }

  // From the lists that are good; the others go.
  void copy_devices() {
    std::vector<Bytes> bad;
    const Query insert =
        new_->prepare("INSERT OR IGNORE INTO devices (account, device, identity_key, name) VALUES (?, ?, ?, ?)");
    new_->each("SELECT account, account_key, device_list, signature FROM device_lists WHERE revision > 0",
               [&](sqlite3_stmt* row) {
                 const Bytes bytes(bytes_of(row, 2));
                 wire::DeviceList list;
                 if (!crypto::verify_device_list(bytes_of(row, 1), bytes, bytes_of(row, 3)) ||
                     !list.ParseFromString(bytes) || list.account_id() != bytes_of(row, 0)) {
                   bad.emplace_back(bytes_of(row, 0));
                   return true;
                 }
                 for (const wire::DeviceList::Device& device : list.devices()) {
                   sqlite3_bind_value(insert.get(), 1, sqlite3_column_value(row, 0));
                   sqlite3_bind_int64(insert.get(), 2, device.device_id());
                   sqlite3_bind_blob64(insert.get(), 3, device.identity_key().data(), device.identity_key().size(),
                                       SQLITE_STATIC);
                   sqlite3_bind_text64(insert.get(), 4, device.name().data(), device.name().size(), SQLITE_STATIC,
                                       SQLITE_UTF8);
                   new_->must_step(insert.get());
                 }
                 return true;
               });
    for (const Bytes& account : bad) new_->must("DELETE FROM device_lists WHERE account = x'" + to_hex(account) + "'");
  }

  bool is_registered() {
    return new_->number(
               "SELECT count(*) FROM registration WHERE length(token) > 0 AND length(account_public) = 32 AND "
               "(length(account_private) = 0 OR (length(account_private) = 64 AND "
               "substr(account_private, 33) = account_public)) AND length(identity_public) = 33 AND "
               "length(identity_private) = 32") == 1;
  }

  // What the tables say about each other is so again.
  void make_whole() {
    // Without progress: the inbox from its beginning, which repeats nothing (SEND-1); and no message is taken as an
    // event a second time.
    new_->must(
        "INSERT OR IGNORE INTO progress (id, keys_published, taken_sequence) SELECT 1, 1, coalesce(max(sequence), 0) "
        "FROM messages");
    // A number under which the server may have another prekey is not used again, and a new signed prekey is made at
    // once.
    new_->must(
        "UPDATE progress SET indexed_sequence = 0, signed_prekey_made_us = 0, next_prekey_id = (random() & 0xFFFFFF) % "
        "16000000 + 1, "
        "next_signed_prekey_id = "
        "max(next_signed_prekey_id, (SELECT coalesce(max(id), 0) FROM signed_prekeys)) + 1000");
    // Sequences are never used again, nor is one expected that never comes.
    const int64_t kept = new_->number("SELECT count(*) FROM messages");
    const int64_t newest = new_->number("SELECT coalesce(max(sequence), 0) FROM messages");
    const int64_t last = std::clamp(std::max(new_->number("SELECT taken_sequence FROM progress"),
                                             old_->number("SELECT seq FROM sqlite_sequence WHERE name = 'messages'")),
                                    newest, newest + kSequencesLostMax);
    new_->must(
        "DELETE FROM sqlite_sequence WHERE name = 'messages'; INSERT INTO sqlite_sequence (name, seq) VALUES "
        "('messages', " +
        std::to_string(last) + "); UPDATE progress SET taken_sequence = min(taken_sequence, " + std::to_string(last) +
        ")");
    // Nothing was heard yet of a number that is given out again.
    new_->must(
        "DELETE FROM receipts WHERE first > (SELECT coalesce(max(number), 0) FROM sent s WHERE s.target_kind = "
        "receipts.target_kind AND s.target = receipts.target AND s.device = receipts.device); "
        "UPDATE receipts SET last = min(last, (SELECT max(number) FROM sent s WHERE s.target_kind = "
        "receipts.target_kind AND s.target = receipts.target AND s.device = receipts.device))");
    // What an index that was damaged did not find
    new_->must(
        "UPDATE sent SET shown = (SELECT sequence FROM messages WHERE id = shows); UPDATE sealed_for SET message = "
        "(SELECT sequence FROM messages WHERE id = message_id)");
    new_->must("UPDATE outbox SET envelopes = NULL");
    // Nor is a group's key of this device used on: its chain may be an older one, and who has it may be lost. Whoever
    // had it could read what came before (GroupKeyTables).
    new_->must(
        "UPDATE group_holders SET until_number = coalesce((SELECT min(receipt_number) FROM outbox WHERE target_kind = "
        "2 AND target = group_id AND receipt_number > 0), (SELECT max(number) + 1 FROM sent WHERE target_kind = 2 AND "
        "target = group_id AND device = (SELECT device FROM registration)), 1) WHERE until_number IS NULL; DELETE FROM "
        "group_own; DELETE FROM group_chains WHERE (account, device) IN (SELECT account, device FROM registration)");
    new_->must(
        "UPDATE messages SET tick = 5, failure = 5 WHERE tick = 1 AND id NOT IN (SELECT "
        "message_id FROM outbox)");
    new_->must(
        "INSERT OR IGNORE INTO repairs (message_id, account, device) SELECT id, from_account, from_device FROM "
        "messages "
        "WHERE kind = 3");
    // All sessions are new: what could not be read in those before is asked for at once, and not under an id that the
    // server may have seen, when this is an older state.
    new_->must("UPDATE repairs SET tries = 0, unanswered = 0, asked_us = 0; DELETE FROM outbox WHERE kind = 3");
    // Whom messages are with: those that came say it, and what waits to be sent; of a group's its events, a
    // wire.GroupChange each, which begins with the group's id. Else nobody knows any more; they are kept all the same.
    // There is one conversation with an account, and of a group.
    new_->must(
        "CREATE TEMP TABLE lost AS SELECT conversation AS id, max(kind = 6) AS is_group, coalesce(max(iif(kind = 6, "
        "substr(raw, 3, 16), NULL)), max(iif(outgoing = 0, from_account, NULL)), "
        "(SELECT max(target) FROM outbox WHERE target_kind = 1 AND message_id IN (SELECT id FROM messages m WHERE "
        "m.conversation = messages.conversation)), randomblob(16)) AS peer, max(order_us) AS made_us FROM messages "
        "WHERE conversation NOT IN (SELECT id FROM conversations) GROUP BY conversation");
    new_->must(
        "INSERT OR IGNORE INTO conversations (id, kind, peer, made_us) SELECT id, iif(is_group, 3, 1), peer, made_us "
        "FROM lost");
    new_->must(
        "UPDATE messages SET conversation = (SELECT c.id FROM lost JOIN conversations c ON c.peer = lost.peer AND "
        "(c.kind = 3) = lost.is_group WHERE lost.id = messages.conversation) WHERE conversation NOT IN (SELECT id "
        "FROM conversations)");
    new_->must("DROP TABLE lost");
    // That nobody had the handle may be from before it had an account, or what is left of a row.
    new_->must("UPDATE contacts SET looked_up_us = 0 WHERE account IS NULL");
    new_->must(
        "UPDATE conversations SET kind = 2 WHERE peer = (SELECT account FROM registration) AND "
        "kind <> 3");
    new_->must(
        "UPDATE conversations SET unread = (SELECT count(*) FROM messages WHERE conversation = conversations.id AND "
        "messages.unread = 1)");
    new_->must("INSERT INTO messages_fts (rowid, text) SELECT sequence, text FROM messages WHERE text <> ''");
    new_->must("UPDATE progress SET indexed_sequence = (SELECT coalesce(max(sequence), 0) FROM messages)");
    // Whoever had turned them off would not know that they are on again.
    if (incomplete_.contains("settings"))
      new_->must("INSERT OR IGNORE INTO settings (name, value) VALUES ('read_receipts', 0)");
    // The other devices are told all registers and asked for all, and what there are is applied (core/own_state.h).
    new_->must(
        "UPDATE registers SET due = 1; INSERT OR REPLACE INTO settings (name, value) VALUES ('state_to_ask', 1), "
        "('states_known', 0)");
    const int64_t keys_lost = new_->number(
        "SELECT count(*) FROM conversations WHERE peer NOT IN (SELECT account FROM device_lists WHERE revision > 0) "
        "AND "
        "kind = 1 AND EXISTS (SELECT 1 FROM messages WHERE conversation = conversations.id AND (outgoing = 0 OR tick "
        "IN "
        "(2, 3, 4)))");
    new_->must("COMMIT");
    report_ = std::to_string(kept) + ' ' + std::to_string(last - kept) + ' ' + std::to_string(keys_lost);
  }

  std::string path_;
  const char* vfs_;
  std::unique_ptr<Connection> new_;
  std::unique_ptr<Connection> old_;
  std::vector<std::pair<int64_t, Bytes>> before_;  // pages of the damaged file that were mended, as they were
  std::set<std::string> incomplete_;               // tables with rows that can't be read
  std::string report_;
};

// Absent: the new file is not complete.
std::optional<Rebuilt> report_in(const std::string& path, const char* vfs) {
  Bytes report;
  Connection(path, vfs).each("SELECT value FROM settings WHERE name = 'rebuilt'",
                             [&](sqlite3_stmt* row) { return report = bytes_of(row, 0), true; });
  long long kept = 0, missing = 0, keys = 0;
  if (std::sscanf(report.c_str(), "%lld %lld %lld", &kept, &missing, &keys) != 3) return std::nullopt;
  return Rebuilt{kept, missing, keys};
}

}  // namespace

Result<Rebuilt, StoreError> rebuild(const std::string& path, const char* vfs) {
  if (const auto salvaged = Salvage(path, vfs).run(); !salvaged) return Fail(salvaged.error());
  const auto finished = finish_rebuild(path, vfs);
  if (!finished) return Fail(finished.error());
  return *finished ? Result<Rebuilt, StoreError>(**finished) : Fail(StoreError::kFailed);
}

Result<std::optional<Rebuilt>, StoreError> finish_rebuild(const std::string& path, const char* vfs) {
  if (!VfsFile::exists(vfs, new_name(path))) return std::nullopt;
  const std::optional<Rebuilt> rebuilt = report_in(new_name(path), vfs);
  int code = SQLITE_OK;
  if (rebuilt) {
    // First the log, which belongs to the old file. If this breaks off, all of it is done again.
    code = VfsFile::remove(vfs, path + "-wal");
    if (code == SQLITE_OK) code = VfsFile::copy(vfs, new_name(path), path);
  }
  if (code == SQLITE_OK) code = VfsFile::remove(vfs, new_name(path));
  if (code != SQLITE_OK) return Fail(error_of(code));
  return rebuilt;
}

}  // namespace kith::core
