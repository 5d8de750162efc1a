// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups in memory, with a switch for faults. Deterministic; any thread may call.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "server/delivery/testing/faults.h"
#include "server/ports/group_store.h"

namespace kith::testing {

class MemoryGroupStore final : public GroupStore {
 public:
  Faults faults;

  Task<Result<GroupRecord, StoreError>> load(GroupId group) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(group);
    if (found == groups_.end()) co_return Fail(StoreError::kNotFound);
    const Change& last = found->second.changes.back();
    co_return GroupRecord{last.revision, last.state, last.change_digest};
  }
  Task<Result<void, StoreError>> take(GroupId group, Change change, size_t groups_max) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(group);
    const uint64_t present = found == groups_.end() ? 0 : found->second.changes.back().revision.value;
    if (change.revision.value != present + 1) {
      const bool again =
          present > 0 && change.revision.value == present && found->second.changes.back().change == change.change;
      co_return again ? Result<void, StoreError>() : Fail(StoreError::kConflict);
    }
    const bool full =
        std::any_of(change.joined.begin(), change.joined.end(),
                    [this, groups_max](const AccountId& each) { return member_of(each).size() >= groups_max; });
    if (full) co_return Fail(StoreError::kFull);
    Group& into = groups_[group];
    for (const AccountId& account : change.left) into.left[account] = change.revision;
    for (const AccountId& account : change.joined) into.left[account] = {};
    into.changes.push_back(std::move(change));
    co_return Result<void, StoreError>();
  }
  Task<Result<std::vector<GroupChangeRecord>, StoreError>> changes(GroupId group, Revision after,
                                                                   size_t count_max) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    std::vector<GroupChangeRecord> changes;
    const auto found = groups_.find(group);
    if (found == groups_.end()) co_return changes;
    for (const Change& change : found->second.changes) {
      if (change.revision > after && changes.size() < count_max) changes.push_back({change.revision, change.change});
    }
    co_return changes;
  }
  Task<Result<Bytes, StoreError>> checkpoint(GroupId group, Revision at_most) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(group);
    Bytes state;
    for (const Change& change : found == groups_.end() ? std::vector<Change>() : found->second.changes) {
      if (change.revision <= at_most && change.revision.value % kCheckpointEvery == 1) state = change.state;
    }
    if (state.empty()) co_return Fail(StoreError::kNotFound);
    co_return state;
  }
  Task<Result<Membership, StoreError>> membership(GroupId group, AccountId account) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(group);
    if (found == groups_.end() || !found->second.left.contains(account)) co_return Fail(StoreError::kNotFound);
    co_return Membership{group, found->second.left.at(account)};
  }
  Task<Result<std::vector<GroupId>, StoreError>> groups_of(AccountId account) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    co_return member_of(account);
  }

 private:
  struct Group {
    std::vector<Change> changes;
    std::map<AccountId, Revision> left;  // zero: a member
  };
  std::vector<GroupId> member_of(const AccountId& account) const {
    std::vector<GroupId> groups;
    for (const auto& [id, group] : groups_) {
      const auto found = group.left.find(account);
      if (found != group.left.end() && found->second.value == 0) groups.push_back(id);
    }
    return groups;
  }

  std::mutex mutex_;
  std::map<GroupId, Group> groups_;
};

}  // namespace kith::testing
