// SPDX-License-Identifier: AGPL-3.0-or-later

// The groups' log in memory, with a switch for faults. Deterministic; any thread may call.
#pragma once

#include <array>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "server/delivery/testing/faults.h"
#include "server/ports/group_log.h"

namespace kith::testing {

class MemoryGroupLog final : public GroupLog {
 public:
  Faults append_faults;  // of append(): nothing is appended
  Faults read_faults;
  bool lose_answers = false;  // what fails is appended all the same
  uint64_t bytes_max = UINT64_MAX;

  Task<Result<Appended, StoreError>> append(GroupLogRecord record) override {
    const auto fault = co_await append_faults.enter_call();
    if (fault && !lose_answers) co_return Fail(*fault);
    const auto appended = append_now(std::move(record));
    if (fault) co_return Fail(*fault);
    co_return appended;
  }
  Task<Result<std::vector<GroupLogRecord>, StoreError>> read(Slot slot, uint64_t after, size_t count_max,
                                                             size_t bytes_max_) override {
    if (const auto fault = co_await read_faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    std::vector<GroupLogRecord> records;
    size_t bytes = 0;
    const auto& all = slots_[slot.value];
    for (auto one = all.upper_bound(after); one != all.end() && records.size() < count_max; ++one) {
      bytes += one->second.payload.size();
      if (bytes > bytes_max_ && !records.empty()) break;
      records.push_back(one->second);
    }
    co_return records;
  }
  void settled(Slot slot, uint64_t up_to) override {
    const std::lock_guard lock(mutex_);
    auto& all = slots_[slot.value];
    all.erase(all.begin(), all.upper_bound(up_to));
  }
  [[nodiscard]] std::optional<uint64_t> bytes_held() const override {
    const std::lock_guard lock(mutex_);
    return bytes_now();
  }
  [[nodiscard]] uint64_t damaged() const override { return 0; }

  // ---- what a test asks

  [[nodiscard]] size_t held() const {
    const std::lock_guard lock(mutex_);
    size_t count = 0;
    for (const auto& slot : slots_) count += slot.size();
    return count;
  }
  // What a crash at this moment would leave.
  void copy_from(const MemoryGroupLog& other) {
    const std::scoped_lock lock(mutex_, other.mutex_);
    slots_ = other.slots_;
    messages_ = other.messages_;
    last_ = other.last_;
  }

 private:
  Result<Appended, StoreError> append_now(GroupLogRecord record) {
    const std::lock_guard lock(mutex_);
    const auto known = messages_.find({record.from, record.message});
    if (known != messages_.end()) return Appended{known->second.number, known->second.server_time, true};
    if (bytes_now() + record.payload.size() > bytes_max) return Fail(StoreError::kFull);
    record.number = ++last_;
    const Appended appended{record.number, record.server_time, false};
    messages_[{record.from, record.message}] = appended;
    slots_[slot_of(record.group).value].emplace(record.number, std::move(record));
    return appended;
  }
  [[nodiscard]] uint64_t bytes_now() const {
    uint64_t bytes = 0;
    for (const auto& slot : slots_) {
      for (const auto& [number, record] : slot) bytes += record.payload.size();
    }
    return bytes;
  }

  mutable std::mutex mutex_;
  std::array<std::map<uint64_t, GroupLogRecord>, kSlots> slots_;
  std::map<std::pair<DeviceAddress, MessageId>, Appended> messages_;
  uint64_t last_ = 0;
};

}  // namespace kith::testing
