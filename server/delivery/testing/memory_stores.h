// SPDX-License-Identifier: AGPL-3.0-or-later

// The stores that delivery needs, in memory, with switches for their faults. Deterministic; any thread may call.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/executor.h"
#include "base/limits.h"
#include "server/ports/account_store.h"
#include "server/ports/inbox_store.h"
#include "server/ports/last_seen_store.h"
#include "server/ports/lease_store.h"
#include "server/ports/pair_store.h"
#include "server/ports/profile_store.h"

namespace kith::testing {

// What a test can do to a store.
class Faults {
 public:
  // Every call fails with this until told otherwise.
  void fail(std::optional<StoreError> error) {
    const std::lock_guard lock(mutex_);
    failing_ = error;
  }
  // The next `count` calls fail.
  void fail_next(StoreError error, int count = 1) {
    const std::lock_guard lock(mutex_);
    next_error_ = error;
    next_count_ = count;
  }
  // Calls wait (before they take effect) until release().
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  // Calls wait for one turn of their loop, so that nothing completes inside the call.
  void answer_later(bool later) {
    const std::lock_guard lock(mutex_);
    later_ = later;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    for (auto& [executor, waiter] : waiting_) executor->post(waiter);
    waiting_.clear();
  }
  // Lets the oldest call that waits go on.
  void release_one() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return;
    waiting_.front().first->post(waiting_.front().second);
    waiting_.erase(waiting_.begin());
  }
  [[nodiscard]] size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

  // For the stores: `co_await enter_call()` at the start of each call, then `take_fault()`.
  [[nodiscard]] auto enter_call() {
    struct Awaiter {
      Faults& faults;
      [[nodiscard]] bool await_ready() const {
        const std::lock_guard lock(faults.mutex_);
        return !faults.held_ && !faults.later_;
      }
      void await_suspend(std::coroutine_handle<> waiter) const {
        const std::lock_guard lock(faults.mutex_);
        if (faults.held_) {
          faults.waiting_.emplace_back(Executor::current(), waiter);
        } else {
          Executor::current()->post(waiter);
        }
      }
      void await_resume() const {}
    };
    return Awaiter{*this};
  }
  [[nodiscard]] std::optional<StoreError> take_fault() {
    const std::lock_guard lock(mutex_);
    if (next_count_ > 0) {
      --next_count_;
      return next_error_;
    }
    return failing_;
  }

 private:
  mutable std::mutex mutex_;
  bool held_ = false;
  bool later_ = false;
  std::optional<StoreError> failing_;
  StoreError next_error_{};
  int next_count_ = 0;
  std::vector<std::pair<Executor*, std::coroutine_handle<>>> waiting_;
};

class MemoryAccountStore final : public AccountStore {
 public:
  Faults faults;
  bool fail_pin_tries = false;  // only the call that counts them
  // Forgets the keys of a device that ends, with the store locked; MemoryPorts sets it.
  std::function<void(const DeviceAddress&)> on_device_ended;

  Task<Result<ServerId, StoreError>> server_id(ServerId proposed) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    if (server_id_.is_none()) server_id_ = proposed;
    co_return server_id_;
  }
  Task<Result<AccountRecord, StoreError>> load(AccountId account) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    ++loads_;
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) co_return Fail(StoreError::kNotFound);
    co_return found->second;
  }
  Task<Result<AccountRecord, StoreError>> find_by_handle(Handle handle) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = handles_.find(handle);
    if (found == handles_.end()) co_return Fail(StoreError::kNotFound);
    co_return accounts_.at(found->second);
  }
  Task<Result<std::vector<HandleAccount>, StoreError>> find_handles(std::vector<Handle> handles) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    std::vector<HandleAccount> out;
    for (const Handle& handle : handles) {
      const auto found = handles_.find(handle);
      if (found == handles_.end()) continue;
      const auto& devices = accounts_.at(found->second).devices;
      if (std::any_of(devices.begin(), devices.end(), [](const DeviceRecord& device) { return device.active; })) {
        out.push_back({handle, found->second});
      }
    }
    co_return out;
  }
  Task<Result<AccountRecord, StoreError>> add_handle(AccountId account, Handle handle, Place place) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) co_return Fail(StoreError::kNotFound);
    std::vector<Handle>& handles = found->second.handles;
    const bool is_new = std::find(handles.begin(), handles.end(), handle) == handles.end();
    if (is_new && (handles.size() >= kHandlesMax || handles_.contains(handle))) co_return Fail(StoreError::kConflict);
    std::erase(handles, handle);
    handles.insert(place == Place::kFirst ? handles.begin() : handles.end(), handle);
    handles_[handle] = account;
    co_return found->second;
  }
  Task<Result<AccountRecord, StoreError>> remove_handle(AccountId account, Handle handle) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) co_return Fail(StoreError::kNotFound);
    if (std::erase(found->second.handles, handle) > 0) handles_.erase(handle);
    co_return found->second;
  }
  Task<Result<AccountRecord, StoreError>> add_device(Handle handle, AccountId new_account, Bytes token_hash,
                                                     UnixMicros now) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = handles_.emplace(handle, new_account);
    AccountRecord& record = accounts_[place->second];
    if (is_new) {
      record.id = new_account;
      record.handles = {handle};
    }
    end_devices(record, [](const DeviceRecord& device) { return !device.active; });
    record.devices.push_back({DeviceId{++record.last_device.value}, std::move(token_hash), false, now});
    co_return record;
  }
  Task<Result<AccountRecord, StoreError>> set_device_list(AccountId account, DeviceList list) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) co_return Fail(StoreError::kNotFound);
    AccountRecord& record = found->second;
    const bool is_current = list.revision == record.device_list_revision && list.device_list == record.device_list &&
                            list.signature == record.device_list_signature;
    if (is_current && list.revision.value > 0) co_return record;
    if (list.revision.value != record.device_list_revision.value + 1) co_return Fail(StoreError::kConflict);
    for (const DeviceId named : list.devices) {
      if (std::none_of(record.devices.begin(), record.devices.end(),
                       [named](const DeviceRecord& device) { return device.id == named; })) {
        co_return Fail(StoreError::kNotFound);
      }
    }
    end_devices(record, [&list](const DeviceRecord& device) {
      return std::find(list.devices.begin(), list.devices.end(), device.id) == list.devices.end();
    });
    for (DeviceRecord& device : record.devices) device.active = true;
    record.device_list_revision = list.revision;
    record.device_list = std::move(list.device_list);
    record.device_list_signature = std::move(list.signature);
    co_return record;
  }
  Task<Result<void, StoreError>> set_pin_hash(AccountId account, std::string pin_hash) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) co_return Fail(StoreError::kNotFound);
    found->second.pin_hash = std::move(pin_hash);
    co_return Result<void, StoreError>();
  }
  Task<Result<Try, StoreError>> take_pin_try(AccountId account, UnixMicros now, TryBudget budget) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    if (fail_pin_tries) co_return Fail(StoreError::kUnavailable);
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) co_return Fail(StoreError::kNotFound);
    uint64_t& forgiven_at = found->second.pin_tries_forgiven_at.value;
    const uint64_t end = now.value + budget.window_us;
    if (forgiven_at > end - budget.share_us) co_return Try{false, std::min(forgiven_at, end) + budget.share_us - end};
    forgiven_at = std::max(forgiven_at, now.value) + budget.share_us;
    co_return Try{true, 0};
  }
  Task<Result<void, StoreError>> return_pin_try(AccountId account, TryBudget budget) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) co_return Fail(StoreError::kNotFound);
    found->second.pin_tries_forgiven_at.value -= std::min(found->second.pin_tries_forgiven_at.value, budget.share_us);
    co_return Result<void, StoreError>();
  }
  Task<Result<void, StoreError>> put_code(Handle handle, PendingCode code) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    codes_[handle] = std::move(code);
    co_return Result<void, StoreError>();
  }
  Task<Result<PendingCode, StoreError>> try_code(Handle handle, UnixMicros now, uint32_t attempts_max) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = codes_.find(handle);
    if (found == codes_.end() || found->second.expires_at <= now) co_return Fail(StoreError::kNotFound);
    if (found->second.attempts >= attempts_max) co_return Fail(StoreError::kConflict);
    ++found->second.attempts;
    co_return found->second;
  }
  Task<Result<void, StoreError>> return_code_attempt(Handle handle, Bytes code_hash) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = codes_.find(handle);
    const bool is_there = found != codes_.end() && found->second.code_hash == code_hash;
    if (is_there && found->second.attempts > 0) --found->second.attempts;
    co_return Result<void, StoreError>();
  }
  Task<Result<void, StoreError>> remove_code(Handle handle) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    codes_.erase(handle);
    co_return Result<void, StoreError>();
  }

  // An account with active devices 1..count, at once. `token_hashes` are by device; missing ones are empty. `handle`:
  // none, or a canonical text.
  void add_account(AccountId account, std::string_view handle, uint32_t device_count,
                   std::vector<Bytes> token_hashes = {}) {
    const std::lock_guard lock(mutex_);
    AccountRecord& record = accounts_[account];
    record.id = account;
    if (!handle.empty()) {
      record.handles = {Handle::from_text(handle).value()};
      handles_[record.handles.front()] = account;
    }
    record.device_list_revision = {1};
    for (uint32_t i = 1; i <= device_count; ++i) {
      record.devices.push_back({DeviceId{i}, i <= token_hashes.size() ? token_hashes[i - 1] : Bytes(), true, {}});
    }
    record.last_device = {device_count};
  }
  [[nodiscard]] size_t loads() const {
    const std::lock_guard lock(mutex_);
    return loads_;
  }

 private:
  template <class Condition>
  void end_devices(AccountRecord& record, Condition ends) {
    std::erase_if(record.devices, [&](const DeviceRecord& device) {
      if (!ends(device)) return false;
      if (on_device_ended) on_device_ended({record.id, device.id});
      return true;
    });
  }
  mutable std::mutex mutex_;
  ServerId server_id_;
  std::map<AccountId, AccountRecord> accounts_;
  std::map<Handle, AccountId> handles_;
  std::map<Handle, PendingCode> codes_;
  size_t loads_ = 0;
};

class MemoryProfileStore final : public ProfileStore {
 public:
  Faults faults;

  Task<Result<ProfileRecord, StoreError>> load_profile(AccountId account) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = profiles_.find(account);
    co_return found == profiles_.end() ? ProfileRecord{} : found->second;
  }
  Task<Result<void, StoreError>> put_profile(AccountId account, ProfileRecord profile) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    profiles_[account] = std::move(profile);
    co_return Result<void, StoreError>();
  }
  Task<Result<void, StoreError>> remove_profile(AccountId account) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    profiles_.erase(account);
    co_return Result<void, StoreError>();
  }
  Task<Result<PrivacyRecord, StoreError>> load_privacy(AccountId account) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = privacy_.find(account);
    co_return found == privacy_.end() ? PrivacyRecord{} : found->second;
  }
  Task<Result<PrivacyRecord, StoreError>> change_privacy(AccountId account, PrivacyChange change) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
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
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = peers_.find(account);
    co_return found == peers_.end() ? std::vector<PeerMark>() : found->second;
  }
  Task<Result<void, StoreError>> put(AccountId account, std::vector<PeerMark> peers) override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
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
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
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
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = times_.find(account);
    co_return found == times_.end() ? UnixMicros{} : found->second;
  }
  Task<Result<void, StoreError>> flush() override {
    co_await faults.enter_call();
    if (const auto fault = faults.take_fault()) co_return Fail(*fault);
    co_return Result<void, StoreError>();
  }

 private:
  std::mutex mutex_;
  std::map<AccountId, UnixMicros> times_;
};

class MemoryInboxStore final : public InboxStore {
 public:
  Faults write_faults;  // of write() and expire()
  Faults read_faults;   // of read() and summarize()

  Task<Result<uint32_t, StoreError>> new_epoch() override {
    const std::lock_guard lock(mutex_);
    co_return ++epoch_;
  }
  Task<Result<void, StoreError>> write(Batch batch) override {
    co_await write_faults.enter_call();
    if (const auto fault = write_faults.take_fault()) {
      if (*fault != StoreError::kFull || !batch.appends.empty()) co_return Fail(*fault);
    }
    const std::lock_guard lock(mutex_);
    ++writes_;
    appends_ += batch.appends.size();
    for (Append& append : batch.appends) {
      const Position position = append.entry.position;
      inboxes_[append.device][position] = std::move(append.entry);
    }
    for (const Forget& forget : batch.forgets) {
      const auto inbox = inboxes_.find(forget.device);
      if (inbox == inboxes_.end()) continue;
      inbox->second.erase(inbox->second.begin(), inbox->second.upper_bound(forget.up_to));
      if (inbox->second.empty()) inboxes_.erase(inbox);
    }
    co_return Result<void, StoreError>();
  }
  Task<Result<std::vector<InboxEntry>, StoreError>> read(DeviceAddress device, Position after, size_t count_max,
                                                         size_t bytes_max) override {
    co_await read_faults.enter_call();
    if (const auto fault = read_faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    ++reads_;
    std::vector<InboxEntry> out;
    const auto inbox = inboxes_.find(device);
    if (inbox == inboxes_.end()) co_return out;
    size_t bytes = 0;
    for (auto entry = inbox->second.upper_bound(after); entry != inbox->second.end() && out.size() < count_max;
         ++entry) {
      bytes += entry->second.body->size();
      if (!out.empty() && bytes > bytes_max) break;
      out.push_back(entry->second);
    }
    co_return out;
  }
  Task<Result<Summary, StoreError>> summarize(DeviceAddress device) override {
    co_await read_faults.enter_call();
    if (const auto fault = read_faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    Summary summary;
    const auto inbox = inboxes_.find(device);
    if (inbox == inboxes_.end()) co_return summary;
    summary.first = inbox->second.begin()->first;
    summary.last = inbox->second.rbegin()->first;
    for (const auto& [position, entry] : inbox->second) {
      ++summary.count;
      summary.bytes += entry.body->size();
      if (!entry.message_id.is_none()) summary.recent.push_back(entry.message_id);
    }
    if (summary.recent.size() > kRecentMax) {
      summary.recent.erase(summary.recent.begin(), summary.recent.end() - static_cast<std::ptrdiff_t>(kRecentMax));
    }
    co_return summary;
  }
  Task<Result<size_t, StoreError>> expire(UnixMicros now, size_t count_max) override {
    co_await write_faults.enter_call();
    if (const auto fault = write_faults.take_fault()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    size_t count = 0;
    for (auto inbox = inboxes_.begin(); inbox != inboxes_.end();) {
      for (auto entry = inbox->second.begin(); entry != inbox->second.end() && count < count_max;) {
        if (entry->second.expires_at < now) {
          entry = inbox->second.erase(entry);
          ++count;
        } else {
          ++entry;
        }
      }
      inbox = inbox->second.empty() ? inboxes_.erase(inbox) : std::next(inbox);
    }
    co_return count;
  }
  [[nodiscard]] uint64_t bytes_held() const override {
    const std::lock_guard lock(mutex_);
    if (bytes_held_) return *bytes_held_;
    uint64_t bytes = 0;
    for (const auto& [device, entries] : inboxes_) {
      for (const auto& [position, entry] : entries) bytes += entry.body->size();
    }
    return bytes;
  }

  // ---- what a test asks

  // What a crash at this moment would leave: the entries, and the epochs that were given out.
  void copy_from(const MemoryInboxStore& other) {
    const std::scoped_lock lock(mutex_, other.mutex_);
    epoch_ = other.epoch_;
    inboxes_ = other.inboxes_;
  }
  // What bytes_held() says, instead of the truth.
  void pretend_bytes_held(std::optional<uint64_t> bytes) {
    const std::lock_guard lock(mutex_);
    bytes_held_ = bytes;
  }
  [[nodiscard]] std::vector<InboxEntry> stored(const DeviceAddress& device) const {
    const std::lock_guard lock(mutex_);
    std::vector<InboxEntry> out;
    if (const auto inbox = inboxes_.find(device); inbox != inboxes_.end()) {
      for (const auto& [position, entry] : inbox->second) out.push_back(entry);
    }
    return out;
  }
  [[nodiscard]] size_t stored_count() const {
    const std::lock_guard lock(mutex_);
    size_t count = 0;
    for (const auto& [device, entries] : inboxes_) count += entries.size();
    return count;
  }
  [[nodiscard]] size_t writes() const {
    const std::lock_guard lock(mutex_);
    return writes_;
  }
  // Entries ever written.
  [[nodiscard]] size_t appends() const {
    const std::lock_guard lock(mutex_);
    return appends_;
  }
  [[nodiscard]] size_t reads() const {
    const std::lock_guard lock(mutex_);
    return reads_;
  }

 private:
  mutable std::mutex mutex_;
  uint32_t epoch_ = 0;
  std::map<DeviceAddress, std::map<Position, InboxEntry>> inboxes_;
  std::optional<uint64_t> bytes_held_;
  size_t writes_ = 0;
  size_t appends_ = 0;
  size_t reads_ = 0;
};

}  // namespace kith::testing
