// SPDX-License-Identifier: AGPL-3.0-or-later

// The RocksDB database of the inboxes and of the groups' log: opening, options, and opening again after a failure that
// RocksDB doesn't get over by itself.
#pragma once

#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "base/result.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Env;
class Status;
}  // namespace rocksdb

namespace kith {

class InboxDatabase {
 public:
  struct Settings {
    std::string directory;  // made when absent; its parent must exist
    int open_files_max = 512;
    rocksdb::Env* env = nullptr;  // null: the real one
  };
  struct Handles {
    rocksdb::DB* db = nullptr;
    rocksdb::ColumnFamilyHandle* records = nullptr;
    rocksdb::ColumnFamilyHandle* days = nullptr;
    rocksdb::ColumnFamilyHandle* peers = nullptr;
    rocksdb::ColumnFamilyHandle* meta = nullptr;
    rocksdb::ColumnFamilyHandle* group_log = nullptr;
    rocksdb::ColumnFamilyHandle* group_messages = nullptr;
    rocksdb::ColumnFamilyHandle* bodies = nullptr;

    [[nodiscard]] std::vector<rocksdb::ColumnFamilyHandle*> families() const {
      return {records, days, peers, meta, group_log, group_messages, bodies};
    }
  };

  // The error is a sentence for the operator: what is wrong, and what can be done.
  static Result<std::unique_ptr<InboxDatabase>, std::string> open(Settings settings);
  ~InboxDatabase();
  InboxDatabase(const InboxDatabase&) = delete;
  InboxDatabase& operator=(const InboxDatabase&) = delete;

  // Keeps the database open while it lives; for a thread that reads, or writes by itself what has no part in the bytes
  // held. Waits while the database is opened again.
  class Reading {
   public:
    explicit Reading(InboxDatabase& database) : lock_(database.mutex_), handles_(database.handles_) {}
    // False: it could not be opened again so far.
    explicit operator bool() const { return handles_.db != nullptr; }
    const Handles* operator->() const { return &handles_; }

   private:
    std::shared_lock<std::shared_mutex> lock_;
    const Handles& handles_;
  };

  // For the one thread that writes entries, which is also the one that calls reopen(). `db` is null when reopen()
  // failed.
  [[nodiscard]] const Handles& handles() const { return handles_; }
  // Whether the disk takes writes: makes a small file beside the database, and removes it.
  rocksdb::Status try_disk();
  // Closes the database and opens it again, so that it replays its log: gets over every failure that the disk gets
  // over.
  rocksdb::Status reopen();
  // Writes the memtables out without waiting for it: the log ends, and what was deleted is compacted away. The writing
  // thread only.
  void give_space_back();
  // The bytes held, as the last batch wrote them. The writing thread only.
  [[nodiscard]] uint64_t stored_bytes_held() const;

 private:
  explicit InboxDatabase(Settings settings) : settings_(std::move(settings)) {}
  rocksdb::Status open_now();
  void close_now();

  const Settings settings_;
  std::shared_mutex mutex_;  // shared: read; exclusive: open again
  Handles handles_;
};

}  // namespace kith
