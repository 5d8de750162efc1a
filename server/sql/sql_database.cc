// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_database.h"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <future>

#include "server/sql/sql_connection.h"
#include "server/sql/sql_schema.h"

namespace kith {

namespace {

constexpr std::chrono::seconds kTryAgainEvery{1};

// A job within the transaction of its group.
constexpr const char* kBeginJob = "SAVEPOINT job";
constexpr const char* kTakeJobBack = "ROLLBACK TO SAVEPOINT job";
constexpr const char* kEndJob = "RELEASE SAVEPOINT job";

}  // namespace

Result<std::unique_ptr<SqlDatabase>, std::string> SqlDatabase::open(std::unique_ptr<SqlDialect> dialect) {
  try {
    auto writer = std::make_unique<SqlConnection>(*dialect, dialect->connect_to_write());
    if (auto migrated = migrate(*writer); !migrated)
      return Fail("the account store " + dialect->name() + " can't be used: " + migrated.error());
    auto reader = std::make_unique<SqlConnection>(*dialect, dialect->connect_to_read());
    return std::unique_ptr<SqlDatabase>(new SqlDatabase(std::move(dialect), std::move(writer), std::move(reader)));
  } catch (const soci::soci_error& error) {
    return Fail("the account store " + dialect->name() + " can't be opened: " + error.what() + ". " +
                dialect->explain(error));
  }
}

SqlDatabase::SqlDatabase(std::unique_ptr<SqlDialect> dialect, std::unique_ptr<SqlConnection> writer,
                         std::unique_ptr<SqlConnection> reader)
    : dialect_(std::move(dialect)),
      writer_(std::move(writer)),
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

std::optional<StoreError> SqlDatabase::write_and_wait(const std::function<void(SqlConnection&)>& job) {
  std::promise<void> done;
  Write write;
  write.run = [&job](SqlConnection& connection) {
    job(connection);
    return true;
  };
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

// The text of an error names statements, never the values bound to them.
StoreError SqlDatabase::store_error_of(const soci::soci_error& error) const {
  if (dialect_->is_full(error)) return StoreError::kFull;
  spdlog::error("account store: {}", error.what());
  return StoreError::kUnavailable;
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
    for (Write* write : group) {
      writer_->query(kBeginJob).run();
      if (!write->run(*writer_)) writer_->query(kTakeJobBack).run();
      writer_->query(kEndJob).run();
    }
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
