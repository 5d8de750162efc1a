// SPDX-License-Identifier: AGPL-3.0-or-later

// Inboxes in memory. Deterministic; any thread may call.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/delivery/testing/faults.h"
#include "server/ports/inbox_store.h"

namespace kith::testing {

class MemoryInboxStore final : public InboxStore {
 public:
  Faults write_faults;              // of write() and expire()
  Faults read_faults;               // of read() and summarize()
  Faults epoch_faults;              // of take_epochs(); it never waits
  bool lose_epoch_answers = false;  // what fails has taken its epochs all the same

  Task<Result<std::vector<SlotEpoch>, StoreError>> take_epochs(SlotOwner owner,
                                                               std::vector<SlotClaim> claims) override {
    const auto fault = epoch_faults.take_fault();
    if (fault && !lose_epoch_answers) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    std::vector<SlotEpoch> answers;
    for (const SlotClaim& claim : claims) answers.push_back(slots_[claim.slot.value].claim(owner, claim.known));
    if (fault) co_return Fail(*fault);
    co_return answers;
  }
  Task<Written> write(Batch batch) override {
    if (const auto fault = co_await write_faults.enter_call()) {
      if (*fault != StoreError::kFull || !batch.appends.empty()) co_return Written(Fail(*fault));
    }
    const std::lock_guard lock(mutex_);
    ++writes_;
    Written written;
    const auto fails = [&](const DeviceAddress& device) {
      const auto fault = device_faults_.find(device);
      if (fault == device_faults_.end()) return false;
      written.fail(device, fault->second);
      return true;
    };
    for (Append& append : batch.appends) {
      if (fails(append.device)) continue;
      ++appends_;
      const Position position = append.entry.position;
      inboxes_[append.device][position] = std::move(append.entry);
    }
    for (const Forget& forget : batch.forgets) {
      const auto inbox = inboxes_.find(forget.device);
      if (fails(forget.device) || inbox == inboxes_.end()) continue;
      inbox->second.erase(inbox->second.begin(), inbox->second.upper_bound(forget.up_to));
      if (inbox->second.empty()) inboxes_.erase(inbox);
    }
    co_return written;
  }
  Task<Result<std::vector<InboxEntry>, StoreError>> read(DeviceAddress device, Position after, size_t count_max,
                                                         size_t bytes_max) override {
    if (const auto fault = co_await read_faults.enter_call()) co_return Fail(*fault);
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
    if (const auto fault = co_await read_faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    Summary summary;
    const auto inbox = inboxes_.find(device);
    if (inbox == inboxes_.end()) co_return summary;
    summary.last = inbox->second.rbegin()->first;
    summary.count = inbox->second.size();
    size_t older = summary.count - std::min(summary.count, kRecentMax);
    for (const auto& [position, entry] : inbox->second) {
      summary.bytes += entry.body->size();
      if (older > 0) {
        --older;
      } else if (!entry.message_id.is_none()) {
        summary.recent.push_back(entry.message_id);
      }
    }
    co_return summary;
  }
  [[nodiscard]] bool expires_by_itself() const override {
    const std::lock_guard lock(mutex_);
    return by_itself_;
  }
  Task<Result<size_t, StoreError>> expire(UnixMicros now, size_t count_max) override {
    if (const auto fault = co_await write_faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    ++sweeps_;
    co_return by_itself_ ? 0 : sweep(now, count_max);
  }
  [[nodiscard]] std::optional<uint64_t> bytes_held() const override {
    const std::lock_guard lock(mutex_);
    if (by_itself_) return std::nullopt;
    if (bytes_held_) return *bytes_held_;
    constexpr uint64_t kDay = 86'400'000'000;
    uint64_t bytes = 0;
    std::set<std::pair<uint64_t, uint64_t>> shared;
    for (const auto& [device, entries] : inboxes_) {
      for (const auto& [position, entry] : entries) {
        const bool is_known = entry.shared != 0 && !shared.insert({entry.shared, entry.expires_at.value / kDay}).second;
        if (!is_known) bytes += entry.body->size();
      }
    }
    return bytes;
  }

  // ---- what a test asks

  // From the beginning: what is over goes when time_comes() says so, and the bytes held are not known, as in a store of
  // many nodes whose records have an end of their own.
  void expire_by_itself() {
    const std::lock_guard lock(mutex_);
    by_itself_ = true;
  }
  void time_comes(UnixMicros now) {
    const std::lock_guard lock(mutex_);
    (void)sweep(now, SIZE_MAX);
  }
  // Calls of expire().
  [[nodiscard]] size_t sweeps() const {
    const std::lock_guard lock(mutex_);
    return sweeps_;
  }

  // The device's part of every batch fails with this until told otherwise, and nothing of it is written; the other
  // devices' parts are.
  void fail_device(const DeviceAddress& device, std::optional<StoreError> error) {
    const std::lock_guard lock(mutex_);
    device_faults_.erase(device);
    if (error) device_faults_.emplace(device, *error);
  }

  // What a crash at this moment would leave: the entries, and the epochs that were given out.
  void copy_from(const MemoryInboxStore& other) {
    const std::scoped_lock lock(mutex_, other.mutex_);
    slots_ = other.slots_;
    inboxes_ = other.inboxes_;
  }
  [[nodiscard]] uint32_t epoch_of(const AccountId& account) const {
    const std::lock_guard lock(mutex_);
    return slots_[slot_of(account).value].epoch;
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
  size_t sweep(UnixMicros now, size_t count_max) {
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
    return count;
  }

  mutable std::mutex mutex_;
  std::array<SlotRecord, kSlots> slots_{};
  std::map<DeviceAddress, std::map<Position, InboxEntry>> inboxes_;
  std::unordered_map<DeviceAddress, StoreError> device_faults_;
  std::optional<uint64_t> bytes_held_;
  bool by_itself_ = false;
  size_t sweeps_ = 0;
  size_t writes_ = 0;
  size_t appends_ = 0;
  size_t reads_ = 0;
};

}  // namespace kith::testing
