// SPDX-License-Identifier: AGPL-3.0-or-later

// Accounts, their handles, devices, PINs and codes, in memory. Deterministic; any thread may call.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "server/delivery/testing/faults.h"
#include "server/ports/account_store.h"

namespace kith::testing {

class MemoryAccountStore final : public AccountStore {
 public:
  Faults faults;
  bool fail_pin_tries = false;  // only the call that counts them
  // Forgets the keys of a device that ends, with the store locked; MemoryPorts sets it.
  std::function<void(const DeviceAddress&)> on_device_ended;

  Task<Result<ServerId, StoreError>> server_id(ServerId proposed) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    if (server_id_.is_none()) server_id_ = proposed;
    co_return server_id_;
  }
  Task<Result<AccountRecord, StoreError>> load(AccountId account) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    ++loads_;
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) co_return Fail(StoreError::kNotFound);
    co_return found->second;
  }
  // load(), at once and without faults.
  [[nodiscard]] std::optional<AccountRecord> look(const AccountId& account) const {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(account);
    return found == accounts_.end() ? std::nullopt : std::optional(found->second);
  }
  Task<Result<AccountRecord, StoreError>> find_by_handle(Handle handle) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = handles_.find(handle);
    if (found == handles_.end()) co_return Fail(StoreError::kNotFound);
    co_return accounts_.at(found->second);
  }
  Task<Result<std::vector<HandleAccount>, StoreError>> find_handles(std::vector<Handle> handles) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
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
  Task<Result<std::vector<AccountId>, StoreError>> find_active(std::vector<AccountId> accounts) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    std::erase_if(accounts, [this](const AccountId& account) {
      const auto found = accounts_.find(account);
      return found == accounts_.end() || std::ranges::none_of(found->second.devices, &DeviceRecord::active);
    });
    co_return accounts;
  }
  Task<Result<std::vector<ListRevision>, StoreError>> list_revisions(std::vector<AccountId> accounts) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    std::vector<ListRevision> revisions;
    for (const AccountId& account : accounts) {
      const auto found = accounts_.find(account);
      if (found != accounts_.end()) revisions.push_back({account, found->second.device_list_revision});
    }
    co_return revisions;
  }
  Task<Result<AccountRecord, StoreError>> add_handle(AccountId account, Handle handle, Place place) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
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
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) co_return Fail(StoreError::kNotFound);
    if (std::erase(found->second.handles, handle) > 0) handles_.erase(handle);
    co_return found->second;
  }
  Task<Result<AccountRecord, StoreError>> add_device(Handle handle, AccountId new_account, Bytes token_hash,
                                                     UnixMicros now) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = handles_.emplace(handle, new_account);
    AccountRecord& record = accounts_[place->second];
    if (is_new) {
      record.id = new_account;
      record.handles = {handle};
    }
    co_return add_now(record, std::move(token_hash), false, now);
  }
  Task<Result<AccountRecord, StoreError>> link_device(AccountId account, Bytes token_hash, UnixMicros now) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) co_return Fail(StoreError::kNotFound);
    const auto& devices = found->second.devices;
    const auto active = std::count_if(devices.begin(), devices.end(), [](const auto& device) { return device.active; });
    if (static_cast<size_t>(active) >= kDevicesMax) co_return Fail(StoreError::kConflict);
    co_return add_now(found->second, std::move(token_hash), true, now);
  }
  Task<Result<AccountRecord, StoreError>> set_device_list(AccountId account, DeviceList list) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
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
    for (DeviceRecord& device : record.devices) {
      if (!std::exchange(device.active, true)) device.added_at = list.now;
    }
    record.device_list_revision = list.revision;
    record.device_list = std::move(list.device_list);
    record.device_list_signature = std::move(list.signature);
    co_return record;
  }
  Task<Result<void, StoreError>> set_pin_hash(AccountId account, std::string pin_hash) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) co_return Fail(StoreError::kNotFound);
    found->second.pin_hash = std::move(pin_hash);
    co_return Result<void, StoreError>();
  }
  Task<Result<Try, StoreError>> take_pin_try(AccountId account, UnixMicros now, TryBudget budget) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
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
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(account);
    if (found == accounts_.end()) co_return Fail(StoreError::kNotFound);
    found->second.pin_tries_forgiven_at.value -= std::min(found->second.pin_tries_forgiven_at.value, budget.share_us);
    co_return Result<void, StoreError>();
  }
  Task<Result<void, StoreError>> put_code(Handle handle, PendingCode code) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    codes_[handle] = std::move(code);
    co_return Result<void, StoreError>();
  }
  Task<Result<PendingCode, StoreError>> try_code(Handle handle, Bytes request, UnixMicros now,
                                                 uint32_t attempts_max) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = codes_.find(handle);
    if (found == codes_.end() || found->second.expires_at <= now) co_return Fail(StoreError::kNotFound);
    if (!may_use(found->second, request)) co_return Fail(StoreError::kNotFound);
    if (found->second.attempts >= attempts_max) co_return Fail(StoreError::kConflict);
    ++found->second.attempts;
    co_return found->second;
  }
  Task<Result<void, StoreError>> return_code_attempt(Handle handle, Bytes code_hash) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = codes_.find(handle);
    const bool is_there = found != codes_.end() && found->second.code_hash == code_hash;
    if (is_there && found->second.attempts > 0) --found->second.attempts;
    co_return Result<void, StoreError>();
  }
  Task<Result<void, StoreError>> use_code(Handle handle, Bytes code_hash, Bytes request) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = codes_.find(handle);
    const bool is_there = found != codes_.end() && found->second.code_hash == code_hash;
    if (!is_there || !may_use(found->second, request)) co_return Fail(StoreError::kNotFound);
    found->second.used_by = std::move(request);
    co_return Result<void, StoreError>();
  }
  Task<Result<void, StoreError>> remove_used_code(Handle handle) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = codes_.find(handle);
    if (found != codes_.end() && !found->second.used_by.empty()) codes_.erase(found);
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
  static bool may_use(const PendingCode& code, const Bytes& request) {
    return code.used_by.empty() || code.used_by == request;
  }
  AccountRecord add_now(AccountRecord& record, Bytes token_hash, bool linked, UnixMicros now) {
    end_devices(record, [linked](const DeviceRecord& device) { return !device.active && device.linked == linked; });
    record.devices.push_back({DeviceId{++record.last_device.value}, std::move(token_hash), false, now, linked});
    return record;
  }
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

}  // namespace kith::testing
