// SPDX-License-Identifier: AGPL-3.0-or-later

// Accounts, keys, profiles, last seen and links in one SQL database: its threads and transactions. Stores give it jobs;
// a job is plain code on a SqlConnection. Other processes may write to the same database: what a job compares, it
// compares in its statements (UPDATE ... WHERE, and the rows that it changed; unique keys), never in code between two
// of them.
//
// Writes run on one thread, many to a transaction: what waits shares one sync (group commit), as registrations and key
// uploads come in bursts. Reads run on another thread and connection, on the last committed state, and never wait for a
// sync.
//
// After a write that failed because of the disk, the writing thread tries every second whether it takes writes again: a
// proxy that asks /readyz brings none before it does.
#pragma once

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "net/work_thread.h"
#include "server/ports/store_error.h"
#include "server/ports/store_health.h"
#include "server/sql/sql_dialect.h"

namespace kith {

class SqlConnection;

class SqlDatabase final : public HealthSource {
 public:
  static constexpr size_t kQueueMax = 4096;  // of reads and of writes; beyond: kUnavailable
  static constexpr size_t kGroupMax = 256;   // writes in one transaction

  // Brings the schema up to date. The error is a sentence for the operator.
  static Result<std::unique_ptr<SqlDatabase>, std::string> open(std::unique_ptr<SqlDialect> dialect);
  // Completes what is queued.
  ~SqlDatabase() override;

  // `job(SqlConnection&)` answers Result<T, StoreError>; it sees one snapshot. Adds errors kUnavailable and kFull.
  template <class Job>
  Task<std::invoke_result_t<Job&, SqlConnection&>> read(Job job) {
    using Outcome = std::invoke_result_t<Job&, SqlConnection&>;
    auto run = [this, job = std::move(job)]() mutable -> Outcome {
      std::optional<Outcome> outcome;
      const auto error = run_read([&](SqlConnection& connection) { outcome.emplace(job(connection)); });
      if (error) return Fail(*error);
      return std::move(*outcome);
    };
    return run_on(reader_thread_, std::move(run), StoreError::kUnavailable);
  }

  // Durable when it completes. What a job that answers an error has written is taken back. A job may be run more than
  // once, until its transaction commits.
  template <class Job>
  Task<std::invoke_result_t<Job&, SqlConnection&>> write(Job job) {
    std::optional<std::invoke_result_t<Job&, SqlConnection&>> outcome;
    Write write;
    write.run = [&job, &outcome](SqlConnection& connection) { return outcome.emplace(job(connection)).has_value(); };
    co_await Queued{*this, write};
    if (write.error) co_return Fail(*write.error);
    co_return std::move(*outcome);
  }
  // The same for a thread that is no executor: waits.
  std::optional<StoreError> write_and_wait(const std::function<void(SqlConnection&)>& job);

  // How the last write went, or the last trial.
  [[nodiscard]] StoreHealth health() const override { return health_.load(); }

 private:
  struct Write {
    std::function<bool(SqlConnection&)> run;  // false: takes back what it has written
    std::optional<StoreError> error;
    std::function<void()> done;  // on the writer's thread; instead of `waiter`
    Executor* executor = nullptr;
    std::coroutine_handle<> waiter;
  };
  struct Queued {
    SqlDatabase& database;
    Write& write;
    [[nodiscard]] bool await_ready() const { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) const {
      write.executor = Executor::current();
      write.waiter = waiter;
      return database.enqueue(write);
    }
    void await_resume() const {}
  };

  SqlDatabase(std::unique_ptr<SqlDialect> dialect, std::unique_ptr<SqlConnection> writer,
              std::unique_ptr<SqlConnection> reader);
  bool enqueue(Write& write);
  void run_writes();
  void commit_group(const std::vector<Write*>& group);
  void try_again();
  void set_health(StoreHealth health);
  StoreError store_error_of(const soci::soci_error& error) const;
  std::optional<StoreError> try_group(const std::vector<Write*>& group);
  std::optional<StoreError> run_read(const std::function<void(SqlConnection&)>& job);

  std::unique_ptr<SqlDialect> dialect_;
  std::unique_ptr<SqlConnection> writer_;  // of writer_thread_
  std::unique_ptr<SqlConnection> reader_;  // of reader_thread_
  std::atomic<StoreHealth> health_{StoreHealth::kOk};

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Write*> queue_;
  bool stopping_ = false;
  net::WorkThread reader_thread_;
  std::thread writer_thread_;  // last: it uses the others
};

}  // namespace kith
