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

  // Of each group every state that it was in, the first one first.
  std::map<GroupId, std::vector<Bytes>> states() {
    const std::lock_guard lock(mutex_);
    std::map<GroupId, std::vector<Bytes>> all;
    for (const auto& [id, group] : groups_) {
      for (const Change& change : group.changes) all[id].push_back(change.state);
    }
    return all;
  }

  // As a disk may: the last state of the group, or every one, is no state any more.
  void damage_state(const GroupId& group, bool every) {
    const std::lock_guard lock(mutex_);
    std::vector<Change>& changes = groups_.at(group).changes;
    for (Change& change : changes) {
      if (every || &change == &changes.back()) change.state = "damaged";
    }
  }
  // The digests of its changes, the first one first.
  std::map<GroupId, std::vector<Bytes>> digests() {
    const std::lock_guard lock(mutex_);
    std::map<GroupId, std::vector<Bytes>> all;
    for (const auto& [id, group] : groups_) {
      for (const Change& change : group.changes) all[id].push_back(change.change_digest);
    }
    return all;
  }
  // As no store may: forgets what came after that revision, when its change has this digest.
  void take_back(const GroupId& group, Revision to, BytesView change_digest) {
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(group);
    if (found == groups_.end() || to.value == 0 || to.value >= found->second.changes.size()) return;
    Group& of = found->second;
    if (of.changes[to.value - 1].change_digest != change_digest) return;
    for (; of.changes.size() > to.value; of.changes.pop_back()) {
      for (const AccountId& account : of.changes.back().left) of.members[account] = {{true, {}}, false};
      for (const Joined& joined : of.changes.back().joined) of.members[joined.account] = {};
    }
  }

  Task<Result<GroupRecord, StoreError>> load(GroupId group) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(group);
    if (found == groups_.end()) co_return Fail(StoreError::kNotFound);
    const Change& last = found->second.changes.back();
    co_return GroupRecord{last.revision, last.state, last.change_digest, last.over_at};
  }
  Task<Result<TakeAnswer, StoreError>> take(GroupId group, Change change, Bounds bounds) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(group);
    const uint64_t present = found == groups_.end() ? 0 : found->second.changes.back().revision.value;
    if (change.revision.value != present + 1) {
      const bool again = change.revision.value > 0 && change.revision.value <= present &&
                         found->second.changes[change.revision.value - 1].change == change.change;
      co_return TakeAnswer{again ? Taken::kAlready : Taken::kConflict, {}};
    }
    TakeAnswer answer{Taken::kTaken, {}};
    for (const Joined& joined : change.joined) {
      const auto [held, unasked] = counts_of(joined.account);
      if (held >= bounds.groups_max || (!joined.asked && unasked >= bounds.unasked_max))
        answer.full.push_back(joined.account);
    }
    std::sort(answer.full.begin(), answer.full.end());
    if (!answer.full.empty()) answer.taken = Taken::kTooManyGroups;
    if (!answer.full.empty()) co_return answer;
    Group& into = groups_[group];
    for (const AccountId& account : change.left) into.members[account] = {{false, change.revision}, false};
    for (const Joined& joined : change.joined) {
      Member& member = into.members[joined.account];
      member.membership.present = true;
      member.unasked = !joined.asked;
    }
    into.changes.push_back(std::move(change));
    co_return answer;
  }
  Task<Result<std::vector<GroupChangeRecord>, StoreError>> changes(GroupId group, Revision after, Revision until,
                                                                   size_t bytes_max) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    std::vector<GroupChangeRecord> changes;
    const auto found = groups_.find(group);
    if (found == groups_.end()) co_return changes;
    size_t bytes = 0;
    for (const Change& change : found->second.changes) {
      if (change.revision <= after || change.revision > until) continue;
      bytes += change.change.size();
      if (bytes > bytes_max && !changes.empty()) break;
      changes.push_back({change.revision, change.change, change.taken_at});
    }
    co_return changes;
  }
  Task<Result<Checkpoint, StoreError>> checkpoint(GroupId group, Revision at_most) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(group);
    if (found == groups_.end() || at_most.value == 0) co_return Fail(StoreError::kNotFound);
    const auto& changes = found->second.changes;
    const uint64_t last = std::min<uint64_t>(at_most.value, changes.size()) - 1;
    const Change& change = changes[last - last % kCheckpointEvery];
    co_return Checkpoint{change.revision, change.state};
  }
  Task<Result<Membership, StoreError>> membership(GroupId group, AccountId account) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(group);
    if (found == groups_.end() || !found->second.members.contains(account)) co_return Membership{};
    co_return found->second.members.at(account).membership;
  }
  Task<Result<std::vector<OwnGroup>, StoreError>> groups_of(AccountId account) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    std::vector<OwnGroup> groups;
    for (const auto& [id, group] : groups_) {
      if (group.has(account)) groups.push_back({id, group.changes.back().revision});
    }
    co_return groups;
  }
  // A group goes as a whole, with its last change.
  Task<Result<size_t, StoreError>> forget_abandoned(UnixMicros now, size_t count_max) override {
    if (const auto fault = co_await faults.enter_call()) co_return Fail(*fault);
    const std::lock_guard lock(mutex_);
    size_t count = 0;
    for (auto group = groups_.begin(); group != groups_.end() && count < count_max;) {
      const UnixMicros over_at = group->second.changes.back().over_at;
      const bool over = over_at.value > 0 && over_at <= now;
      if (over) count += group->second.changes.size() + 1;
      group = over ? groups_.erase(group) : std::next(group);
    }
    co_return count;
  }

 private:
  struct Member {
    Membership membership;
    bool unasked = false;
  };
  struct Group {
    std::vector<Change> changes;  // of revision 1 and on
    std::map<AccountId, Member> members;

    [[nodiscard]] bool has(const AccountId& account) const {
      const auto found = members.find(account);
      return found != members.end() && found->second.membership.present;
    }
  };
  // Of how many groups it is a member, and of how many since others have added it.
  [[nodiscard]] std::pair<size_t, size_t> counts_of(const AccountId& account) const {
    size_t held = 0, unasked = 0;
    for (const auto& [id, group] : groups_) {
      if (!group.has(account)) continue;
      ++held;
      unasked += group.members.at(account).unasked ? 1 : 0;
    }
    return {held, unasked};
  }

  std::mutex mutex_;
  std::map<GroupId, Group> groups_;
};

}  // namespace kith::testing
