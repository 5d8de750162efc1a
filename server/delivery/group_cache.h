// SPDX-License-Identifier: AGPL-3.0-or-later

// What a loop knows of the groups that its accounts write to (GROUP-3): read on first use, dropped when nobody has
// used it for a while. A group that nobody writes to costs nothing; one of 1,024 members costs 25 kB on each loop on
// which somebody does.
//
// Fresh:  changes and device lists that this process takes are told to every loop's cache, which drops or corrects what
//         it has. Another process's are seen when somebody asks with a smaller age, for a device names something else,
//         or after a minute. So for a moment a message may be held against what was: it is for the members of the
//         revision that it names, and revisions are compared, not locked (decision 0033).
// Calls:  on the shard's executor.
// Order:  coroutines that call get() in some order go on in that order, whether it has to read or not (ORDER-1).
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/delivery/shard_time.h"
#include "server/ports/account_store.h"
#include "server/ports/group_store.h"

namespace kith {

struct KnownGroup {
  struct Member {
    AccountId account;
    Revision list;  // of its device list
  };

  Revision revision;
  std::vector<Member> members;    // ascending account
  std::vector<AccountId> admins;  // ascending; not with each member: they are few
  bool members_send = false;      // false: only admins write
  // crypto::group_lists_digest over the members' lists, by the first who has needed it; empty: nobody yet.
  Bytes lists_digest;

  // Null: it is none.
  [[nodiscard]] const Member* member(const AccountId& account) const;
  [[nodiscard]] bool is_admin(const AccountId& account) const;
  [[nodiscard]] std::vector<AccountId> accounts() const;
};

class GroupCache {
 public:
  static constexpr uint32_t kIdleS = 300;
  static constexpr uint32_t kAgeMaxS = 60;
  static constexpr uint64_t kAgeMaxMs = uint64_t{kAgeMaxS} * 1000;
  static constexpr uint64_t kFreshMs = 100;
  static constexpr uint64_t kStrangersMs = 5'000;  // for whoever is no member, or asks for what is not there
  static constexpr size_t kAbsentMax = 65'536;     // of about 60 bytes; beyond, all are forgotten

  // All outlive the cache.
  struct Ports {
    Executor& executor;
    TaskScope& scope;
    ShardTime& time;
    GroupStore& groups;
    AccountStore& accounts;
  };
  explicit GroupCache(const Ports& ports) : ports_(ports) {}

  // Shared, so that it can be held while others drop it. Errors: kNotFound (there is none, or nobody is left in it) and
  // kDamaged, both known for kStrangersMs; kUnavailable.
  using Found = Result<std::shared_ptr<KnownGroup>, StoreError>;
  Task<Found> get(GroupId group) { return get(group, kAgeMaxMs); }
  // The same, but nothing that was read longer ago.
  Task<Found> get(GroupId group, uint64_t age_max_ms);
  // Whether get() would ask no store on behalf of who calls it.
  [[nodiscard]] bool knows(const GroupId& group, uint64_t age_max_ms) const;
  // Who was a member at that revision, ascending; nobody when the group is not there. Of the present revision it is
  // what get() knows; of an earlier one, or when that is damaged, it is made from the changes up to it.
  Task<Result<std::vector<AccountId>, StoreError>> members_at(GroupId group, Revision revision);

  // A change of the group was taken.
  void changed(const GroupId& group, Revision revision);
  // The account has a new device list.
  void list_changed(const AccountId& account, Revision revision);

  // Drops what nobody uses.
  void sweep();
  [[nodiscard]] size_t size() const { return groups_.size(); }

 private:
  struct Entry {
    std::shared_ptr<KnownGroup> group;
    uint64_t read_ms = 0;
    uint64_t used_ms = 0;
  };
  struct Loading {
    std::vector<std::coroutine_handle<>> waiters;
    Found found = Fail(StoreError::kUnavailable);
    bool stale = false;  // something has changed since it was begun
  };
  struct LoadWait;
  // There is none, or it is damaged.
  struct Absent {
    StoreError error;
    uint64_t read_ms = 0;
  };

  [[nodiscard]] Entry* find(const GroupId& group, uint64_t age_max_ms);
  [[nodiscard]] const Absent* find_absent(const GroupId& group) const;
  void keep(const GroupId& group, const Found& found);
  Task<void> load(GroupId group);
  Task<Found> read(GroupId group);
  Task<Result<std::vector<AccountId>, StoreError>> replay(GroupId group, Revision revision);

  const Ports ports_;
  std::unordered_map<GroupId, Entry> groups_;
  std::unordered_map<GroupId, Absent> absent_;
  std::unordered_map<GroupId, std::unique_ptr<Loading>> loading_;
};

}  // namespace kith
