// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/sql_database.h"

#include <pthread.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <chrono>
#include <future>

#include "server/embedded/sql_connection.h"
#include "server/embedded/sql_schema.h"

namespace kith {

namespace {

constexpr std::chrono::seconds kTryAgainEvery{1};

int code_of(const soci::soci_error& error) {
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
  return sqlite ? sqlite->result() & 0xFF : SQLITE_ERROR;
}

// The text of an error names statements, never the values bound to them.
StoreError store_error_of(const soci::soci_error& error) {
  if (code_of(error) == SQLITE_FULL) return StoreError::kFull;
  spdlog::error("account store: {}", error.what());
  return StoreError::kUnavailable;
}

std::string explain(const std::string& path, const soci::soci_error& error) {
  const std::string what = "the account store " + path + " can't be opened: " + error.what() + ". ";
  switch (code_of(error)) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return what + "It is damaged: restore it, with its -wal file, from a backup";
    case SQLITE_FULL: return what + "The disk is full: make room and start again";
    case SQLITE_BUSY: return what + "Another process has it open";
    default: return what + "Check that the directory can be read and written";
  }
}

}  // namespace

Result<std::unique_ptr<SqlDatabase>, std::string> SqlDatabase::open(const std::string& path) {
  try {
    auto writer = std::make_unique<SqlConnection>(path);
    if (auto migrated = migrate(*writer); !migrated)
      return Fail("the account store " + path + " can't be used: " + migrated.error());
    auto reader = std::make_unique<SqlConnection>(path);
    reader->execute("PRAGMA query_only = 1");
    reader->execute("PRAGMA cache_size = -2048");  // accounts are read once and then kept by their shard
    return std::unique_ptr<SqlDatabase>(new SqlDatabase(std::move(writer), std::move(reader)));
  } catch (const soci::soci_error& error) {
    return Fail(explain(path, error));
  }
}

SqlDatabase::SqlDatabase(std::unique_ptr<SqlConnection> writer, std::unique_ptr<SqlConnection> reader)
    : writer_(std::move(writer)),
      reader_(std::move(reader)),
      reader_thread_("kith-sql-read", kQueueMax),
      writer_thread_([this] { run_writes(); }) {}

SqlDatabase::~SqlDatabase() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  writer_thread_.join();
}

bool SqlDatabase::enqueue(Write& write) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= kQueueMax) {
      write.error = StoreError::kUnavailable;
      return false;
    }
    queue_.push_back(&write);
  }
  wake_.notify_one();
  return true;
}

std::optional<StoreError> SqlDatabase::write_and_wait(std::function<void(SqlConnection&)> job) {
  std::promise<void> done;
  Write write;
  write.run = std::move(job);
  write.done = [&done] { done.set_value(); };
  if (enqueue(write)) done.get_future().wait();
  return write.error;
}

void SqlDatabase::run_writes() {
  pthread_setname_np(pthread_self(), "kith-sql-write");
  std::vector<Write*> waiting;
  std::vector<Write*> group;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      const auto ready = [this] { return stopping_ || !queue_.empty(); };
      if (health_.load() == StoreHealth::kOk) {
        wake_.wait(lock, ready);
      } else if (!wake_.wait_for(lock, kTryAgainEvery, ready)) {
        lock.unlock();
        try_again();
        continue;
      }
      if (queue_.empty()) return;
      waiting.swap(queue_);
    }
    for (size_t next = 0; next < waiting.size(); next += group.size()) {
      const size_t size = std::min(kGroupMax, waiting.size() - next);
      group.assign(waiting.begin() + next, waiting.begin() + next + size);
      commit_group(group);
      for (Write* write : group) {
        if (write->done) {
          write->done();
        } else {
          write->executor->post(write->waiter);
        }
      }
    }
    waiting.clear();
  }
}

void SqlDatabase::commit_group(const std::vector<Write*>& group) {
  std::optional<StoreError> error = try_group(group);
  if (error && group.size() > 1) {
    // One job may have spoiled it for all: each by itself.
    for (Write* write : group) {
      error = try_group({write});
      write->error = error;
    }
  } else {
    for (Write* write : group) write->error = error;
  }
  set_health(!error ? StoreHealth::kOk : *error == StoreError::kFull ? StoreHealth::kFull : StoreHealth::kUnavailable);
}

void SqlDatabase::try_again() {
  try {
    writer_->begin_write();
    // A change, taken back before it is committed: SQLite writes nothing for a row that is given the values it has.
    writer_->execute("UPDATE schema_version SET version = version + 1");
    writer_->execute("UPDATE schema_version SET version = version - 1");
    writer_->commit();
    set_health(StoreHealth::kOk);
  } catch (const soci::soci_error&) {
    writer_->roll_back();
  }
}

void SqlDatabase::set_health(StoreHealth health) {
  if (health_.exchange(health) == health) return;
  switch (health) {
    case StoreHealth::kOk: return spdlog::info("account store: writing again");
    case StoreHealth::kFull: return spdlog::error("account store: writes fail: the disk is full");
    case StoreHealth::kUnavailable: return spdlog::error("account store: writes fail: see above");
  }
}

std::optional<StoreError> SqlDatabase::try_group(const std::vector<Write*>& group) {
  try {
    writer_->begin_write();
    for (Write* write : group) write->run(*writer_);
    writer_->commit();
    return std::nullopt;
  } catch (const soci::soci_error& error) {
    writer_->roll_back();
    return store_error_of(error);
  }
}

std::optional<StoreError> SqlDatabase::run_read(const std::function<void(SqlConnection&)>& job) {
  try {
    reader_->begin_read();
    job(*reader_);
    reader_->commit();
    return std::nullopt;
  } catch (const soci::soci_error& error) {
    reader_->roll_back();
    return store_error_of(error);
  }
}

}  // namespace kith
