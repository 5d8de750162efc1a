// SPDX-License-Identifier: AGPL-3.0-or-later

// Files in memory, with switches for their faults: what is known of them, and their bytes.
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "server/delivery/testing/faults.h"
#include "server/ports/blob_store.h"
#include "server/ports/media_index.h"

namespace kith::testing {

class MemoryMediaIndex final : public MediaIndex {
 public:
  Faults faults;

  Task<Result<MakeAnswer, StoreError>> make(FileId file, Wish wish, Bounds bounds) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const Usage used = usage_now(wish.account);
    const bool has_room = wish.size <= bounds.account_bytes_max && used.bytes <= bounds.account_bytes_max - wish.size;
    if (const auto known = files_.find(file); known != files_.end()) {
      State& there = known->second;
      const bool is_holder = there.holders.contains(wish.account);
      if (there.going) co_return MakeAnswer{Made::kGoing, {}};
      if (there.record.size != wish.size || (!there.record.whole && !is_holder)) co_return MakeAnswer{Made::kTaken, {}};
      if (!is_holder && !has_room) co_return MakeAnswer{Made::kQuotaExceeded, {}};
      there.holders.insert(wish.account);
      if (there.record.whole) prolong_now(there.record, wish.whole_until);
      co_return MakeAnswer{Made::kThere, there.record};
    }
    if (used.uploads >= bounds.uploads_max) co_return MakeAnswer{Made::kTooManyUploads, {}};
    if (!has_room) co_return MakeAnswer{Made::kQuotaExceeded, {}};
    if (bounds.server_bytes_max != 0 && totals_now().bytes + wish.size > bounds.server_bytes_max)
      co_return MakeAnswer{Made::kServerFull, {}};
    const FileRecord made{wish.size, false, wish.now, wish.upload_until};
    files_[file] = {made, {wish.account}};
    co_return MakeAnswer{Made::kMade, made};
  }
  Task<Result<FileRecord, StoreError>> find(FileId file) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto known = files_.find(file);
    if (known == files_.end() || known->second.going) co_return Fail(StoreError::kNotFound);
    co_return known->second.record;
  }
  Task<Result<FileRecord, StoreError>> find_held(FileId file, AccountId account) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto known = files_.find(file);
    if (known == files_.end() || known->second.going) co_return Fail(StoreError::kNotFound);
    if (!known->second.holders.contains(account)) co_return Fail(StoreError::kConflict);
    co_return known->second.record;
  }
  Task<Result<void, StoreError>> finish(FileId file, UnixMicros expires_at) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto known = files_.find(file);
    if (known == files_.end() || known->second.going) co_return Fail(StoreError::kNotFound);
    known->second.record.whole = true;
    prolong_now(known->second.record, expires_at);
    co_return Result<void, StoreError>();
  }
  Task<Result<void, StoreError>> prolong(FileId file, UnixMicros expires_at) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto known = files_.find(file);
    if (known == files_.end() || known->second.going) co_return Fail(StoreError::kNotFound);
    prolong_now(known->second.record, expires_at);
    ++prolonged_;
    co_return Result<void, StoreError>();
  }
  Task<Result<bool, StoreError>> let_go(FileId file, AccountId account, UnixMicros now) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto known = files_.find(file);
    if (known == files_.end() || known->second.going) co_return Fail(StoreError::kNotFound);
    if (known->second.holders.erase(account) == 0) co_return Fail(StoreError::kConflict);
    if (!known->second.holders.empty()) co_return false;
    let_go_now(known->second, now);
    co_return true;
  }
  Task<Result<std::vector<FileId>, StoreError>> take_due(UnixMicros now, size_t count_max) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<UnixMicros, FileId>> due;
    for (const auto& [file, state] : files_) {
      if (state.record.expires_at <= now) due.emplace_back(state.record.expires_at, file);
    }
    std::sort(due.begin(), due.end());
    if (due.size() > count_max) due.resize(count_max);
    std::vector<FileId> taken;
    for (const auto& [at, file] : due) {
      let_go_now(files_[file], now);
      taken.push_back(file);
    }
    co_return taken;
  }
  Task<Result<void, StoreError>> forget(FileId file) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto known = files_.find(file);
    if (known != files_.end() && known->second.going) files_.erase(known);
    co_return Result<void, StoreError>();
  }
  Task<Result<Usage, StoreError>> usage(AccountId account) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    co_return usage_now(account);
  }
  [[nodiscard]] Totals totals() const override {
    const std::lock_guard lock(mutex_);
    return totals_now();
  }

  // Whether it is there for anybody.
  [[nodiscard]] bool has(const FileId& file) const {
    const std::lock_guard lock(mutex_);
    const auto known = files_.find(file);
    return known != files_.end() && !known->second.going;
  }
  // How often something was prolonged.
  [[nodiscard]] uint64_t prolonged() const {
    const std::lock_guard lock(mutex_);
    return prolonged_;
  }

 private:
  struct State {
    FileRecord record;
    std::set<AccountId> holders;
    bool going = false;
  };
  static void prolong_now(FileRecord& record, UnixMicros expires_at) {
    record.expires_at = std::max(record.expires_at, expires_at);
  }
  static void let_go_now(State& state, UnixMicros now) {
    state.going = true;
    state.record.expires_at = {now.value + kAgainMicros};
  }
  [[nodiscard]] Usage usage_now(const AccountId& account) const {
    Usage used;
    for (const auto& [file, state] : files_) {
      if (!state.holders.contains(account)) continue;
      used.bytes += state.record.size;
      used.uploads += state.record.whole ? 0 : 1;
    }
    return used;
  }
  [[nodiscard]] Totals totals_now() const {
    Totals totals;
    for (const auto& [file, state] : files_) {
      ++totals.files;
      totals.bytes += state.record.size;
      totals.uploads += state.record.whole ? 0 : 1;
    }
    return totals;
  }

  mutable std::mutex mutex_;
  std::map<FileId, State> files_;
  uint64_t prolonged_ = 0;
};

class MemoryBlobStore final : public BlobStore {
 public:
  Faults faults;

  Task<Result<void, StoreError>> begin(FileId file, uint64_t size) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    if (!files_.contains(file) && size > room_) co_return Fail(StoreError::kFull);
    files_.try_emplace(file);
    co_return Result<void, StoreError>();
  }
  Task<Result<Appended, StoreError>> append(FileId file, uint64_t offset, uint64_t size, ByteSource& body) override {
    Executor& caller = *Executor::current();
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    if (offset > size) co_return Fail(StoreError::kConflict);
    uint64_t turn = 0;
    {
      const std::lock_guard lock(mutex_);
      const auto known = files_.find(file);
      if (known == files_.end() || known->second.whole) co_return Fail(StoreError::kNotFound);
      if (known->second.bytes.size() != offset) co_return Fail(StoreError::kConflict);
      turn = known->second.turn = ++last_turn_;
    }
    Appended appended{offset, std::nullopt};
    for (bool more = true; more;) {
      co_await enter(caller);
      const auto piece = co_await body.next();
      if (!piece) appended.broke_off = piece.error();
      if (piece && piece->size() > size - appended.bytes) appended.broke_off = StreamError::kTooLong;
      more = piece && !piece->empty() && !appended.broke_off;
      const std::lock_guard lock(mutex_);
      const auto known = files_.find(file);
      if (known == files_.end() || known->second.turn != turn) co_return Fail(StoreError::kConflict);
      if (!more) break;
      if (piece->size() > room_) co_return Fail(StoreError::kFull);
      room_ -= room_ == UINT64_MAX ? 0 : piece->size();
      known->second.bytes.append(*piece);
      appended.bytes += piece->size();
      written_ += piece->size();
    }
    co_return appended;
  }
  Task<Result<Held, StoreError>> held(FileId file) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto known = files_.find(file);
    if (known == files_.end()) co_return Fail(StoreError::kNotFound);
    co_return Held{known->second.bytes.size(), known->second.whole};
  }
  Task<Result<void, StoreError>> finish(FileId file, uint64_t size) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto known = files_.find(file);
    if (known == files_.end()) co_return Fail(StoreError::kNotFound);
    if (known->second.bytes.size() != size) co_return Fail(StoreError::kConflict);
    known->second.whole = true;
    known->second.turn = 0;
    co_return Result<void, StoreError>();
  }
  Task<Result<std::unique_ptr<ByteSource>, StoreError>> open(FileId file, uint64_t first, uint64_t size) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto known = files_.find(file);
    if (known == files_.end() || !known->second.whole) co_return Fail(StoreError::kNotFound);
    const Bytes& bytes = known->second.bytes;
    if (first > bytes.size() || size > bytes.size() - first) co_return Fail(StoreError::kDamaged);
    read_ += size;
    co_return std::make_unique<SharedBytesSource>(std::make_shared<const Bytes>(bytes), first, size);
  }
  Task<Result<void, StoreError>> remove(FileId file) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    files_.erase(file);
    co_return Result<void, StoreError>();
  }
  [[nodiscard]] Traffic traffic() const override { return {written_, read_}; }

  // For so many bytes more, until told otherwise.
  void leave_room(uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    room_ = bytes;
  }
  [[nodiscard]] size_t count() const {
    const std::lock_guard lock(mutex_);
    return files_.size();
  }

 private:
  struct State {
    Bytes bytes;
    bool whole = false;
    uint64_t turn = 0;  // of the append() that may write
  };

  mutable std::mutex mutex_;
  std::map<FileId, State> files_;
  uint64_t last_turn_ = 0;
  uint64_t room_ = UINT64_MAX;
  std::atomic<uint64_t> written_{0};
  std::atomic<uint64_t> read_{0};
};

}  // namespace kith::testing
