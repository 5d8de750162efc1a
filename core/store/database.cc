#include "core/store/database.h"

#include <sqlite3.h>

#include <cassert>
#include <cstdlib>
#ifndef __wasi__
#include <cstdio>
#endif

namespace kith::core {
namespace {

StoreError error_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return StoreError::kFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StoreError::kCorrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreError::kBusy;
    default:
      return StoreError::kFailed;
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

// EXCLUSIVE comes before anything touches the file: then the WAL's index is in memory and needs no shared memory. The empty transaction at the
// end takes the lock now, so that a second process is told at once.
constexpr const char* kSettings =
    "PRAGMA locking_mode = EXCLUSIVE;"
#ifdef __wasi__
    "PRAGMA page_size = 8192;"
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

}  // namespace

Result<std::unique_ptr<Database>, StoreError> Database::open(const std::string& path, const char* vfs) {
#ifndef __wasi__
  // Nobody reads SQLite's statistics of memory, which cost a lock for each allocation. Refused, and no harm, when SQLite is in use already.
  [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
#endif
  sqlite3* handle = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
  std::unique_ptr<Database> database(new Database(handle));  // closes the handle, which is there even when opening failed
  if (opened != SQLITE_OK) return Fail(error_of(opened));
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (auto set = database->execute(kSettings); !set) return Fail(set.error());
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
    // Anything but SQLITE_ERROR is the disk's fault: the schema could not be read.
    if (code == SQLITE_ERROR) abort_for_bug(sql, sqlite3_errmsg(handle_));
    if (code != SQLITE_OK) note_error(code);
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

int64_t Database::inserted_row() const { return sqlite3_last_insert_rowid(handle_); }

void Database::note_error(int code) {
  if (!error_) error_ = error_of(code);
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
  return data == nullptr ? std::string() : std::string(data, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
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
  database_.prepare("BEGIN IMMEDIATE").run();
}

Transaction::~Transaction() {
  if (!open_) return;
  database_.in_transaction_ = false;
  database_.error_.reset();  // commit() has answered with it
  // SQLite has rolled back by itself after some errors. Otherwise this can't fail: the changes are in memory and the WAL's tail.
  if (sqlite3_get_autocommit(database_.handle_) == 0) sqlite3_exec(database_.handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void, StoreError> Transaction::commit() {
  assert(open_);
  if (!database_.failed()) database_.prepare("COMMIT").run();
  if (database_.failed()) return Fail(*database_.error_);  // the destructor rolls back
  open_ = false;
  database_.in_transaction_ = false;
  return {};
}

}  // namespace kith::core
