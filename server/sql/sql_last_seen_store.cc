// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_last_seen_store.h"

#include <pthread.h>

#include <algorithm>
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
  times_.accounts[account] = last_seen;
  if (times_.size() == kGatheredMax) wake_.notify_one();
}

void SqlLastSeenStore::put_active(DeviceAddress device, UnixMicros last_active) {
  const std::lock_guard lock(mutex_);
  UnixMicros& time = times_.devices[device];
  time = std::max(time, last_active);
  if (times_.size() == kGatheredMax) wake_.notify_one();
}

Task<Result<UnixMicros, StoreError>> SqlLastSeenStore::get(AccountId account) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto time = times_.accounts.find(account); time != times_.accounts.end()) co_return time->second;
  }
  auto read = database_.read([account](SqlConnection& connection) -> Result<UnixMicros, StoreError> {
    long long seen_at = 0;
    connection.query("SELECT seen_at FROM last_seen WHERE account = :account").in(account).out(seen_at).fetch();
    return UnixMicros{static_cast<uint64_t>(seen_at)};
  });
  co_return co_await std::move(read);
}

Task<Result<UnixMicros, StoreError>> SqlLastSeenStore::get_active(DeviceAddress device) {
  UnixMicros gathered;
  {
    const std::lock_guard lock(mutex_);
    if (const auto time = times_.devices.find(device); time != times_.devices.end()) gathered = time->second;
  }
  auto read = database_.read([device, gathered](SqlConnection& connection) -> Result<UnixMicros, StoreError> {
    long long active_at = 0;
    connection.query("SELECT last_active_at FROM devices WHERE account = :account AND device = :device")
        .in(device.account)
        .in(device.device.value)
        .out(active_at)
        .fetch();
    return std::max(gathered, UnixMicros{static_cast<uint64_t>(active_at)});
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
    if (times.size() == 0) continue;
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
  const auto forget = [](auto& gathered, const auto& times) {
    for (const auto& [key, time] : times) {
      const auto current = gathered.find(key);
      if (current != gathered.end() && current->second == time) gathered.erase(current);  // else put again meanwhile
    }
  };
  const std::lock_guard lock(mutex_);
  forget(times_.accounts, written.accounts);
  forget(times_.devices, written.devices);
}

void SqlLastSeenStore::write_now(SqlConnection& connection, const Times& times) {
  for (const auto& [account, time] : times.accounts) {
    connection.upsert(kLastSeen).in(account).in(time.value).run();
  }
  for (const auto& [device, time] : times.devices) {
    connection
        .query(
            "UPDATE devices SET last_active_at = :time WHERE account = :account AND device = :device AND"
            " last_active_at < :later")
        .in(time.value)
        .in(device.account)
        .in(device.device.value)
        .in(time.value)
        .run();
  }
}

}  // namespace kith
