// SPDX-License-Identifier: AGPL-3.0-or-later

// SQLite, as the core uses it: one connection, prepared statements kept, transactions by scope.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace kith::core {

// Of every file that is made. In the browser larger ones mean fewer calls of the host.
#ifdef __wasi__
inline constexpr int kPageBytes = 8192;
#else
inline constexpr int kPageBytes = 4096;
#endif

enum class StoreError {
  kFull,     // the disk is full; the transaction is rolled back
  kFailed,   // any other failure of the disk
  kCorrupt,  // the file is damaged
  kBusy,     // another process has the file open (Database::open only)
};

class Database;
class Statement;

// What a table keeps of its rows while a transaction lasts, so that one which is wanted again and again is read once
// and written once. Makes itself known for its life, which is inside the Database's.
class TransactionCache {
 public:
  explicit TransactionCache(Database& database);
  TransactionCache(const TransactionCache&) = delete;
  TransactionCache& operator=(const TransactionCache&) = delete;

 protected:
  virtual ~TransactionCache();

 private:
  friend class Transaction;
  // Before the commit: writes what has changed. An error is that of the transaction.
  virtual void write_back() = 0;
  // The transaction has ended, either way.
  virtual void forget() = 0;

  Database& cached_;
};

class Database {
 public:
  // Opens or makes the file, with write-ahead logging, synchronous=FULL natively (NORMAL in the browser, whose VFS
  // syncs at commit) and an exclusive lock. `vfs`: null for the default one. kCorrupt also when the log has lost
  // committed transactions: the file is then marked damaged.
  static Result<std::unique_ptr<Database>, StoreError> open(const std::string& path, const char* vfs = nullptr);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // A statement, prepared once and kept. The text must have static storage (it is the key). A text that does not
  // compile is a bug: aborts.
  Statement prepare(const char* sql);
  // Runs statements without results (migrations).
  Result<void, StoreError> execute(const char* sql);

  [[nodiscard]] bool in_transaction() const { return in_transaction_; }
  // Whether there was an error since the transaction began: what its commit will answer. Forgotten when the transaction
  // has ended.
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  // Whether rows were changed since the transaction began: then its commit writes.
  [[nodiscard]] bool has_written() const;
  // Whether a damaged place was met since the database was opened.
  [[nodiscard]] bool damaged() const { return damaged_; }
  // What was read can't be: counts as a damaged place.
  void found_damage();
  // Not inside a Transaction. Marks the file, by a negative user_version, so that it is not opened again as it is
  // (migrate() answers kCorrupt), and is rebuilt. Does nothing when it is marked already, or not even that can be
  // written.
  void mark_damaged();

  // For reads outside a transaction, which no commit() answers for: the first error since the last call or transaction,
  // and forgets it.
  std::optional<StoreError> take_error();

  // Of the last statement that ran: rows it changed, without those changed by triggers; the row number it inserted.
  [[nodiscard]] int64_t changed_rows() const;
  [[nodiscard]] int64_t inserted_row() const;

 private:
  friend class Statement;
  friend class Transaction;
  friend class TransactionCache;
  explicit Database(sqlite3* handle) : handle_(handle) {}
  void note_error(int code);

  sqlite3* handle_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
  std::vector<TransactionCache*> caches_;
  std::optional<StoreError> error_;
  bool in_transaction_ = false;
  int64_t rows_before_ = 0;  // SQLite's count of changed rows as the transaction began
  bool damaged_ = false;
};

// One use of a prepared statement: bind in order, step, read columns. Resets itself when it goes.
// What is bound is not copied: it lives until the last step, so that a value without a name can't be bound.
//
// Errors are sticky in the Database: step() is false after one, and the Transaction's commit() reports it.
class Statement {
 public:
  Statement(Database& database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int64_t value);
  Statement& bind_text(std::string_view value);
  Statement& bind_blob(BytesView value);
  Statement& bind_null();
  template <class Id>
  Statement& bind_id(const Id& id) {
    return bind_blob(id.view());
  }
  template <std::same_as<std::string> Text>
  Statement& bind_text(Text&&) = delete;
  template <std::same_as<Bytes> Blob>
  Statement& bind_blob(Blob&&) = delete;
  template <class Id>
  Statement& bind_id(const Id&&) = delete;

  bool step();  // true while there is a row
  void run() { step(); }
  [[nodiscard]] int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] Bytes blob(int column) const;
  // A column without an id, of 16 bytes, is a damaged place: ask for is_null() first where there may be none.
  template <class Id>
  [[nodiscard]] Id id(int column) const {
    const auto id = Id::from_bytes(blob_view(column));
    if (!id) database_.found_damage();
    return id.value_or(Id{});
  }
  // Valid until the next step.
  [[nodiscard]] BytesView blob_view(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  Database& database_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

// All or nothing. Rolls back when it goes without commit(). Not nested.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  // Durable when it returns success. After an error everything is rolled back.
  Result<void, StoreError> commit();

 private:
  void end();

  Database& database_;
  bool open_ = true;
};

}  // namespace kith::core
