// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_last_seen_store.h"

#include <pthread.h>

#include <chrono>

#include "server/sql/sql_connection.h"

namespace kith {

namespace {

const SqlRow kLastSeen{"last_seen", {"account"}, {"seen_at"}};

}  // namespace

SqlLastSeenStore::SqlLastSeenStore(SqlDatabase& database, uint32_t write_every_ms)
    : database_(database), write_every_ms_(write_every_ms), thread_([this] { run(); }) {}

SqlLastSeenStore::~SqlLastSeenStore() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void SqlLastSeenStore::put(AccountId account, UnixMicros last_seen) {
  const std::lock_guard lock(mutex_);
  times_[account] = last_seen;
  if (times_.size() == kGatheredMax) wake_.notify_one();
}

Task<Result<UnixMicros, StoreError>> SqlLastSeenStore::get(AccountId account) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto time = times_.find(account); time != times_.end()) co_return time->second;
  }
  auto read = database_.read([account](SqlConnection& connection) -> Result<UnixMicros, StoreError> {
    long long seen_at = 0;
    connection.query("SELECT seen_at FROM last_seen WHERE account = :account").in(account).out(seen_at).fetch();
    return UnixMicros{static_cast<uint64_t>(seen_at)};
  });
  co_return co_await std::move(read);
}

Task<Result<void, StoreError>> SqlLastSeenStore::flush() {
  const Times times = gathered();
  auto write = database_.write([&times](SqlConnection& connection) -> Result<void, StoreError> {
    write_now(connection, times);
    return {};
  });
  auto written = co_await std::move(write);
  if (written) forget_written(times);
  co_return written;
}

void SqlLastSeenStore::run() {
  pthread_setname_np(pthread_self(), "kith-last-seen");
  for (bool is_last = false; !is_last;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, std::chrono::milliseconds(write_every_ms_),
                     [this] { return stopping_ || times_.size() >= kGatheredMax; });
      is_last = stopping_;
    }
    const Times times = gathered();
    if (times.empty()) continue;
    const auto error = database_.write_and_wait([&times](SqlConnection& connection) { write_now(connection, times); });
    if (!error) forget_written(times);
    // Full of times and not writable: no busy loop
    if (error && !is_last) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

SqlLastSeenStore::Times SqlLastSeenStore::gathered() const {
  const std::lock_guard lock(mutex_);
  return times_;
}

void SqlLastSeenStore::forget_written(const Times& written) {
  const std::lock_guard lock(mutex_);
  for (const auto& [account, time] : written) {
    const auto current = times_.find(account);
    if (current != times_.end() && current->second == time) times_.erase(current);  // else put again meanwhile
  }
}

void SqlLastSeenStore::write_now(SqlConnection& connection, const Times& times) {
  for (const auto& [account, time] : times) {
    connection.upsert(kLastSeen).in(account).in(time.value).run();
  }
}

}  // namespace kith
