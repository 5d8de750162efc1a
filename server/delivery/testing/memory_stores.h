// SPDX-License-Identifier: AGPL-3.0-or-later

// The stores that delivery needs, in memory, with switches for their faults. Deterministic; any thread may call.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/delivery/testing/faults.h"
#include "server/delivery/testing/memory_account_store.h"
#include "server/delivery/testing/memory_inbox_store.h"
#include "server/ports/last_seen_store.h"
#include "server/ports/lease_store.h"
#include "server/ports/pair_store.h"
#include "server/ports/profile_store.h"

namespace kith::testing {

class MemoryProfileStore final : public ProfileStore {
 public:
  Faults faults;

  Task<Result<ProfileRecord, StoreError>> load_profile(AccountId account) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = profiles_.find(account);
    co_return found == profiles_.end() ? ProfileRecord{} : found->second;
  }
  Task<Result<void, StoreError>> put_profile(AccountId account, ProfileRecord profile) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    profiles_[account] = std::move(profile);
    co_return Result<void, StoreError>();
  }
  Task<Result<void, StoreError>> remove_profile(AccountId account) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    profiles_.erase(account);
    co_return Result<void, StoreError>();
  }
  Task<Result<PrivacyRecord, StoreError>> load_privacy(AccountId account) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = privacy_.find(account);
    co_return found == privacy_.end() ? PrivacyRecord{} : found->second;
  }
  Task<Result<PrivacyRecord, StoreError>> change_privacy(AccountId account, PrivacyChange change) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    PrivacyRecord& record = privacy_[account];
    if (change.last_seen) record.last_seen = *change.last_seen;
    if (change.about) record.about = *change.about;
    if (change.contacts) record.contacts = std::move(*change.contacts);
    if (change.blocked) record.blocked = std::move(*change.blocked);
    ++record.revision;
    co_return record;
  }

 private:
  std::mutex mutex_;
  std::map<AccountId, ProfileRecord> profiles_;
  std::map<AccountId, PrivacyRecord> privacy_;
};

class MemoryPairStore final : public PairStore {
 public:
  Faults faults;

  Task<Result<std::vector<PeerMark>, StoreError>> load(AccountId account) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = peers_.find(account);
    co_return found == peers_.end() ? std::vector<PeerMark>() : found->second;
  }
  Task<Result<void, StoreError>> put(AccountId account, std::vector<PeerMark> peers) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    ++puts_;
    if (peers.empty()) {
      peers_.erase(account);
    } else {
      peers_[account] = std::move(peers);
    }
    co_return Result<void, StoreError>();
  }
  [[nodiscard]] size_t puts() const {
    const std::lock_guard lock(mutex_);
    return puts_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<AccountId, std::vector<PeerMark>> peers_;
  size_t puts_ = 0;
};

// The leases of all processes.
struct MemoryLeases {
  struct Lease {
    std::string holder;
    UnixMicros ends_at;
  };
  std::mutex mutex;
  std::map<std::string, Lease> by_name;
};
// One process's way to them.
class MemoryLeaseStore final : public LeaseStore {
 public:
  // The leases outlive it.
  MemoryLeaseStore(MemoryLeases& leases, std::string holder) : leases_(leases), holder_(std::move(holder)) {}
  Faults faults;

  Task<Result<bool, StoreError>> take(std::string name, UnixMicros now, uint64_t life_us) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(leases_.mutex);
    const UnixMicros ends_at{now.value + life_us};
    MemoryLeases::Lease& lease = leases_.by_name[name];
    if (lease.holder != holder_ && now < lease.ends_at && lease.ends_at <= ends_at) co_return false;
    lease = {holder_, ends_at};
    co_return true;
  }

 private:
  MemoryLeases& leases_;
  const std::string holder_;
};

class MemoryLastSeenStore final : public LastSeenStore {
 public:
  Faults faults;

  void put(AccountId account, UnixMicros last_seen) override {
    const std::lock_guard lock(mutex_);
    times_[account] = last_seen;
  }
  Task<Result<UnixMicros, StoreError>> get(AccountId account) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = times_.find(account);
    co_return found == times_.end() ? UnixMicros{} : found->second;
  }
  Task<Result<void, StoreError>> flush() override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    co_return Result<void, StoreError>();
  }

 private:
  std::mutex mutex_;
  std::map<AccountId, UnixMicros> times_;
};

}  // namespace kith::testing
