// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/database.h"

#include <sqlite3.h>

#include <cassert>
#include <cstdlib>
#include <utility>
#include <vector>
#ifndef __wasi__
#include <cstdio>
#endif

#include "core/store/search_words.h"
#include "core/store/vfs_file.h"

namespace kith::core {
namespace {

StoreError error_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL: return StoreError::kFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return StoreError::kCorrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return StoreError::kBusy;
    default: return StoreError::kFailed;
  }
}

[[noreturn]] void abort_for_bug(const char* sql, const char* why) {
#ifndef __wasi__
  std::fprintf(stderr, "kith: a statement does not compile: %s\n%s\n", why, sql);
#else
  (void)sql, (void)why;
#endif
  std::abort();
}

// EXCLUSIVE comes before anything touches the file: then the WAL's index is in memory and needs no shared memory. The
// empty transaction at the end takes the lock now, so that a second process is told at once.
constexpr const char* kSettings =
    "PRAGMA locking_mode = EXCLUSIVE;"
#ifdef __wasi__
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
#else
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
#endif
    "PRAGMA cache_size = -16384;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA journal_size_limit = 16777216;"
    "PRAGMA secure_delete = ON;"  // what forward secrecy deletes must be gone from the file
    "BEGIN IMMEDIATE; COMMIT;";

#ifndef __wasi__
// Another program that only reads the file (a backup, sqlite3) is soon done.
constexpr int kBusyMs = 5000;
#endif

// Whether the write-ahead log has committed transactions that SQLite could not take, which it says nothing of: it takes
// frames up to the first that is not whole. Of the transaction that a power failure broke off there may be frames
// behind that; of two that follow each other there are only if both were committed. Then, or when the log's beginning
// is none, the database is older than what this device has sent, and its ratchets must not be used.
bool log_is_damaged(sqlite3* handle, const char* vfs, const std::string& path) {
  // Source: "WAL-mode File Format" in SQLite's documentation.
  constexpr int64_t kHeader = 32, kFrame = 24;
  constexpr uint32_t kMagic = 0x377F0682, kVersion = 3007000;
  if (!VfsFile::exists(vfs, path + "-wal")) return false;
  VfsFile file(vfs, path + "-wal");
  int64_t size = 0;
  Bytes header, frame, before;
  if (file.size(size) != SQLITE_OK || size <= kHeader || file.read(header, kHeader, 0) != SQLITE_OK) return false;
  const int64_t page = read_u32(header.data() + 8);
  if ((read_u32(header.data()) & ~1u) != kMagic || read_u32(header.data() + 4) != kVersion || page < 512 ||
      page > 65536)
    return true;
  const bool is_big_endian = (header[3] & 1) != 0;
  const auto chains = [&] {  // a frame's checksum goes on from that of the one before
    uint32_t one = read_u32(before.data() + 16), two = read_u32(before.data() + 20);
    const auto word = [&](size_t at) {
      return is_big_endian ? read_u32(frame.data() + at) : __builtin_bswap32(read_u32(frame.data() + at));
    };
    for (size_t at = 0; at < frame.size(); at += 8) {
      if (at == 8) at = kFrame;  // over the first eight bytes, and the page
      one += word(at) + two;
      two += word(at + 4) + one;
    }
    return one == read_u32(frame.data() + 16) && two == read_u32(frame.data() + 20);
  };
  int taken = 0;
  if (sqlite3_wal_checkpoint_v2(handle, "main", SQLITE_CHECKPOINT_PASSIVE, &taken, nullptr) != SQLITE_OK || taken < 0)
    return false;
  int commits = 0;
  for (int64_t at = kHeader + taken * (kFrame + page); at + kFrame + page <= size; at += kFrame + page) {
    std::swap(frame, before);
    if (file.read(frame, static_cast<size_t>(kFrame + page), at) != SQLITE_OK) return false;
    // And no frame of an earlier log
    const bool is_commit = frame.compare(8, 8, header, 16, 8) == 0 && read_u32(frame.data() + 4) != 0;
    commits = (before.empty() || !chains() ? 0 : commits) + (is_commit ? 1 : 0);
    if (commits > 1) return true;
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<Database>, StoreError> Database::open(const std::string& path, const char* vfs) {
#ifndef __wasi__
  // Nobody reads SQLite's statistics of memory, which cost a lock for each allocation. Refused, and no harm, when
  // SQLite is in use already.
  [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
#endif
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
  // Closes the handle, which is there even when opening failed
  std::unique_ptr<Database> database(new Database(handle));
  if (opened != SQLITE_OK) return Fail(error_of(opened));
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
#ifndef __wasi__
  sqlite3_busy_timeout(handle, kBusyMs);
#endif
  if (!register_tokenizer(handle)) return Fail(StoreError::kFailed);
  const std::string settings = "PRAGMA page_size = " + std::to_string(kPageBytes) + ";" + kSettings;
  if (auto set = database->execute(settings.c_str()); !set) return Fail(set.error());
  if (log_is_damaged(handle, vfs, path)) {
    database->mark_damaged();
    return Fail(StoreError::kCorrupt);
  }
  return database;
}

Database::~Database() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Statement Database::prepare(const char* sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr) {
    const int code = sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    // Anything but SQLITE_ERROR is the disk's fault: the schema could not be read. And so is this, of a full-text
    // index.
    const bool is_index_damaged =
        code == SQLITE_ERROR && std::string_view(sqlite3_errmsg(handle_)).starts_with("invalid fts5 file format");
    if (code == SQLITE_ERROR && !is_index_damaged) abort_for_bug(sql, sqlite3_errmsg(handle_));
    if (code != SQLITE_OK) note_error(is_index_damaged ? SQLITE_CORRUPT : code);
  }
  assert(statement == nullptr || !sqlite3_stmt_busy(statement));
  return Statement(*this, statement);
}

Result<void, StoreError> Database::execute(const char* sql) {
  if (in_transaction_ && error_) return Fail(*error_);
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  if (in_transaction_) note_error(code);
  return Fail(error_of(code));
}

std::optional<StoreError> Database::take_error() {
  const auto error = error_;
  error_.reset();
  return error;
}

int64_t Database::changed_rows() const { return sqlite3_changes64(handle_); }

bool Database::has_written() const { return sqlite3_total_changes64(handle_) != rows_before_; }

int64_t Database::inserted_row() const { return sqlite3_last_insert_rowid(handle_); }

void Database::note_error(int code) {
  if (!error_) error_ = error_of(code);
  damaged_ = damaged_ || error_of(code) == StoreError::kCorrupt;
}

void Database::found_damage() { note_error(SQLITE_CORRUPT); }

void Database::mark_damaged() {
  assert(!in_transaction_);
  take_error();  // reads outside a transaction leave theirs
  int64_t version = -1;
  {
    auto row = prepare("PRAGMA user_version");
    if (row.step()) version = row.integer(0);
  }
  take_error();
  if (version > 0) (void)execute(("PRAGMA user_version = -" + std::to_string(version)).c_str()).has_value();
}

// ---------------------------------------------------------------- Statement

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);  // bound bytes are borrowed and may be gone
}

Statement& Statement::bind(int64_t value) {
  sqlite3_bind_int64(statement_, ++bound_, value);
  return *this;
}

Statement& Statement::bind_text(std::string_view value) {
  // An empty view may have no address, which SQLite would take for null.
  const char* data = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_text64(statement_, ++bound_, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_blob(BytesView value) {
  const char* data = value.data() == nullptr ? "" : value.data();
  sqlite3_bind_blob64(statement_, ++bound_, data, value.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind_null() {
  sqlite3_bind_null(statement_, ++bound_);
  return *this;
}

bool Statement::step() {
  // After an error nothing more is written, and nothing read that could be acted on.
  if (statement_ == nullptr || database_.failed()) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.note_error(code);
  return false;
}

int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return data == nullptr ? std::string()
                         : std::string(data, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

Bytes Statement::blob(int column) const { return Bytes(blob_view(column)); }

BytesView Statement::blob_view(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return data == nullptr ? BytesView() : BytesView(data, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

// ---------------------------------------------------------------- Transaction

Transaction::Transaction(Database& database) : database_(database) {
  assert(!database_.in_transaction_);
  database_.error_.reset();
  database_.in_transaction_ = true;
  database_.rows_before_ = sqlite3_total_changes64(database_.handle_);
  database_.prepare("BEGIN IMMEDIATE").run();
}

Transaction::~Transaction() {
  if (!open_) return;
  end();
  database_.error_.reset();  // commit() has answered with it
  // SQLite has rolled back by itself after some errors. Otherwise this can't fail: the changes are in memory and the
  // WAL's tail.
  if (sqlite3_get_autocommit(database_.handle_) == 0)
    sqlite3_exec(database_.handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void, StoreError> Transaction::commit() {
  assert(open_);
  for (TransactionCache* cache : database_.caches_) cache->write_back();
  if (!database_.failed()) database_.prepare("COMMIT").run();
  if (database_.failed()) return Fail(*database_.error_);  // the destructor rolls back
  end();
  return {};
}

void Transaction::end() {
  open_ = false;
  database_.in_transaction_ = false;
  for (TransactionCache* cache : database_.caches_) cache->forget();
}

TransactionCache::TransactionCache(Database& database) : cached_(database) { cached_.caches_.push_back(this); }

TransactionCache::~TransactionCache() { std::erase(cached_.caches_, this); }

}  // namespace kith::core
