// SPDX-License-Identifier: AGPL-3.0-or-later

// Last seen in the SQL database, gathered in memory and written every few seconds in one transaction: table last_seen,
// and of devices a column of theirs (sql_schema.cc).
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "server/ports/last_seen_store.h"
#include "server/sql/sql_database.h"

namespace kith {

// Limits: holds one time for each account and device put since the last write, so at most as many as there are;
//         kGatheredMax of them are written at once. While the database is away or full they stay in memory.
class SqlLastSeenStore final : public LastSeenStore {
 public:
  static constexpr size_t kGatheredMax = 20'000;

  // The database outlives the store. A crash loses what was put in the last `write_every_ms`.
  explicit SqlLastSeenStore(SqlDatabase& database, uint32_t write_every_ms = 3000);
  // Writes what is gathered.
  ~SqlLastSeenStore() override;

  void put(AccountId account, UnixMicros last_seen) override;
  Task<Result<UnixMicros, StoreError>> get(AccountId account) override;
  void put_active(DeviceAddress device, UnixMicros last_active) override;
  Task<Result<UnixMicros, StoreError>> get_active(DeviceAddress device) override;
  Task<Result<void, StoreError>> flush() override;

 private:
  struct Times {
    std::unordered_map<AccountId, UnixMicros> accounts;
    std::unordered_map<DeviceAddress, UnixMicros> devices;
    [[nodiscard]] size_t size() const { return accounts.size() + devices.size(); }
  };
  void run();
  [[nodiscard]] Times gathered() const;
  void forget_written(const Times& written);
  static void write_now(SqlConnection& connection, const Times& times);

  SqlDatabase& database_;
  const uint32_t write_every_ms_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Times times_;  // put and not known to be durable
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace kith
