// SPDX-License-Identifier: AGPL-3.0-or-later

// Every port in memory, with switches for their faults: for tests of handlers, of the gateway, and for the simulator.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "server/delivery/testing/memory_stores.h"
#include "server/ports/code_sender.h"
#include "server/ports/key_store.h"
#include "server/ports/store_ports.h"

namespace kith::testing {

class MemoryKeyStore final : public KeyStore {
 public:
  Faults faults;
  Faults write_faults;  // of marking a prekey as used

  Task<Result<void, StoreError>> put_keys(DeviceAddress device, DeviceKeys keys) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    devices_[device].keys = std::move(keys);
    co_return Result<void, StoreError>();
  }
  Task<Result<void, StoreError>> put_signed_prekey(DeviceAddress device, PublicSignedPrekey prekey) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = devices_.find(device);
    if (found == devices_.end() || found->second.keys.identity_key.empty()) co_return Fail(StoreError::kNotFound);
    found->second.keys.signed_prekey = std::move(prekey);
    co_return Result<void, StoreError>();
  }
  Task<Result<uint32_t, StoreError>> add_prekeys(DeviceAddress device, std::vector<PublicPrekey> prekeys) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = devices_.find(device);
    if (found == devices_.end() || found->second.keys.identity_key.empty()) co_return Fail(StoreError::kNotFound);
    co_return add_now(found->second, std::move(prekeys));
  }
  Task<Result<uint32_t, StoreError>> replace_prekeys(DeviceAddress device, std::vector<PublicPrekey> prekeys) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = devices_.find(device);
    if (found == devices_.end() || found->second.keys.identity_key.empty()) co_return Fail(StoreError::kNotFound);
    Stored& stored = found->second;
    if (!prekeys.empty() && !is_known(stored, prekeys.front().id)) stored.prekeys.clear();
    co_return add_now(stored, std::move(prekeys));
  }
  Task<Result<uint32_t, StoreError>> count_prekeys(DeviceAddress device) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = devices_.find(device);
    co_return found == devices_.end() ? 0u : static_cast<uint32_t>(found->second.prekeys.size());
  }
  Task<Result<DeviceKeyBundle, StoreError>> take_bundle(DeviceAddress device) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = devices_.find(device);
    if (found == devices_.end() || found->second.keys.identity_key.empty()) co_return Fail(StoreError::kNotFound);
    DeviceKeyBundle bundle;
    bundle.keys = found->second.keys;
    if (!found->second.prekeys.empty() && !write_faults.take_fault()) {
      bundle.prekey = std::move(found->second.prekeys.front());
      found->second.prekeys.pop_front();
    }
    if (bundle.prekey) bundle.prekeys_remaining = static_cast<uint32_t>(found->second.prekeys.size());
    co_return bundle;
  }
  Task<Result<void, StoreError>> remove_device(DeviceAddress device) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    devices_.erase(device);
    co_return Result<void, StoreError>();
  }
  // remove_device(), at once.
  void forget(const DeviceAddress& device) {
    const std::lock_guard lock(mutex_);
    devices_.erase(device);
  }
  [[nodiscard]] bool has_keys(const DeviceAddress& device) const {
    const std::lock_guard lock(mutex_);
    return devices_.contains(device);
  }

 private:
  struct Stored {
    DeviceKeys keys;
    std::deque<PublicPrekey> prekeys;
    std::deque<uint32_t> known_prekeys;  // the last that were added
  };
  static bool is_known(const Stored& stored, uint32_t id) {
    return std::find(stored.known_prekeys.begin(), stored.known_prekeys.end(), id) != stored.known_prekeys.end();
  }
  static uint32_t add_now(Stored& stored, std::vector<PublicPrekey> prekeys) {
    for (PublicPrekey& prekey : prekeys) {
      if (stored.prekeys.size() >= kPrekeysMax) break;
      if (is_known(stored, prekey.id)) continue;
      stored.known_prekeys.push_back(prekey.id);
      if (stored.known_prekeys.size() > kPrekeysRemembered) stored.known_prekeys.pop_front();
      stored.prekeys.push_back(std::move(prekey));
    }
    return static_cast<uint32_t>(stored.prekeys.size());
  }
  mutable std::mutex mutex_;
  std::map<DeviceAddress, Stored> devices_;
};

// Remembers the last code of each handle.
class MemoryCodeSender final : public CodeSender {
 public:
  Faults faults;
  bool echo = true;

  Task<Result<void, StoreError>> send(Handle handle, std::string code) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    ++sent_;
    codes_[handle.text()] = std::move(code);
    co_return Result<void, StoreError>();
  }
  [[nodiscard]] bool echoes() const override { return echo; }

  // "" when none was sent.
  [[nodiscard]] std::string last_code(const std::string& handle) const {
    const std::lock_guard lock(mutex_);
    const auto found = codes_.find(handle);
    return found == codes_.end() ? std::string() : found->second;
  }
  [[nodiscard]] size_t sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> codes_;
  size_t sent_ = 0;
};

// One of each.
struct MemoryPorts {
  MemoryPorts() {
    accounts.on_device_ended = [this](const DeviceAddress& device) { keys.forget(device); };
  }
  StorePorts all() {
    return {accounts, keys, profiles, last_seen, pairs, leases, links, groups, group_log, media, blobs, inboxes, codes};
  }

  MemoryAccountStore accounts;
  MemoryKeyStore keys;
  MemoryProfileStore profiles;
  MemoryLastSeenStore last_seen;
  MemoryPairStore pairs;
  MemoryLeases all_leases;
  MemoryLeaseStore leases{all_leases, "kithd"};
  MemoryLinkStore links;
  MemoryGroupStore groups;
  MemoryGroupLog group_log;
  MemoryMediaIndex media;
  MemoryBlobStore blobs;
  MemoryInboxStore inboxes;
  MemoryCodeSender codes;
};

}  // namespace kith::testing
