// SPDX-License-Identifier: AGPL-3.0-or-later

// The stores that delivery needs, in memory, with switches for their faults. Deterministic; any thread may call.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/delivery/testing/faults.h"
#include "server/delivery/testing/memory_account_store.h"
#include "server/delivery/testing/memory_files.h"
#include "server/delivery/testing/memory_group_log.h"
#include "server/delivery/testing/memory_group_store.h"
#include "server/delivery/testing/memory_inbox_store.h"
#include "server/ports/last_seen_store.h"
#include "server/ports/lease_store.h"
#include "server/ports/link_store.h"
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
  Task<Result<std::vector<AccountId>, StoreError>> find_blocking(std::vector<AccountId> accounts,
                                                                 AccountId other) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    std::erase_if(accounts, [this, &other](const AccountId& account) {
      const auto found = privacy_.find(account);
      return found == privacy_.end() || !std::ranges::binary_search(found->second.blocked, other);
    });
    co_return accounts;
  }
  Task<Result<PrivacyRecord, StoreError>> change_privacy(AccountId account, PrivacyChange change) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    PrivacyRecord& record = privacy_[account];
    if (change.last_seen) record.last_seen = *change.last_seen;
    if (change.about) record.about = *change.about;
    if (change.photo) record.photo = *change.photo;
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

class MemoryLinkStore final : public LinkStore {
 public:
  Faults faults;

  Task<Result<void, StoreError>> put(LinkId link, LinkSlot slot, Bytes payload, UnixMicros now,
                                     size_t links_max) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    if (const auto known = links_.find(link); known != links_.end() && !lives(known->second, now)) links_.erase(known);
    if (!links_.contains(link)) {
      if (links_.size() >= links_max) (void)expire_now(now, kExpiredMax);
      if (links_.size() >= links_max) co_return Fail(StoreError::kFull);
      links_[link].ends_at = {now.value + kLifeMicros};
    }
    const auto [place, is_new] = links_[link].slots.try_emplace(slot, std::move(payload));
    if (!is_new && place->second != payload) co_return Fail(StoreError::kConflict);
    co_return Result<void, StoreError>();
  }
  Task<Result<std::vector<Message>, StoreError>> read(LinkId link, UnixMicros now) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    std::vector<Message> messages;
    const auto known = links_.find(link);
    if (known == links_.end() || !lives(known->second, now)) co_return messages;
    for (const auto& [slot, payload] : known->second.slots) messages.push_back({slot, payload});
    co_return messages;
  }
  Task<Result<void, StoreError>> remove(LinkId link) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    links_.erase(link);
    co_return Result<void, StoreError>();
  }
  Task<Result<size_t, StoreError>> expire(UnixMicros now, size_t count_max) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    co_return expire_now(now, count_max);
  }
  // What is kept, over or not.
  [[nodiscard]] size_t count() const {
    const std::lock_guard lock(mutex_);
    return links_.size();
  }

 private:
  struct Link {
    UnixMicros ends_at;
    std::map<LinkSlot, Bytes> slots;
  };
  static bool lives(const Link& link, UnixMicros now) {
    return now < link.ends_at && link.ends_at.value <= now.value + 2 * kLifeMicros;
  }
  size_t expire_now(UnixMicros now, size_t count_max) {
    size_t count = 0;
    for (auto link = links_.begin(); link != links_.end() && count < count_max;) {
      if (lives(link->second, now)) {
        ++link;
        continue;
      }
      link = links_.erase(link);
      ++count;
    }
    return count;
  }

  mutable std::mutex mutex_;
  std::map<LinkId, Link> links_;
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
  void put_active(DeviceAddress device, UnixMicros last_active) override {
    const std::lock_guard lock(mutex_);
    UnixMicros& time = active_[device];
    time = std::max(time, last_active);
  }
  Task<Result<UnixMicros, StoreError>> get_active(DeviceAddress device) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = active_.find(device);
    co_return found == active_.end() ? UnixMicros{} : found->second;
  }
  Task<Result<void, StoreError>> flush() override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    co_return Result<void, StoreError>();
  }

 private:
  std::mutex mutex_;
  std::map<AccountId, UnixMicros> times_;
  std::map<DeviceAddress, UnixMicros> active_;
};

}  // namespace kith::testing
