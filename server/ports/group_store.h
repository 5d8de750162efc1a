// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups: what holds of each, every change that made it so, and who is in it (GROUP-1). To this port a change and the
// state after it are bytes; who may change what is not decided here.
//
// Durable: every write, when it completes.
// Errors:  kUnavailable, kFull for those that write; others as said.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/store_error.h"

namespace kith {

struct GroupRecord {
  Revision revision;
  Bytes state;          // a serialized wire.GroupState
  Bytes change_digest;  // of the last change, 32 bytes: what the next one has to name
  UnixMicros over_at;   // nobody is left in it, and from then on it is as if it had never been; zero: somebody is
};

struct GroupChangeRecord {
  Revision revision;    // that it made
  Bytes change;         // a serialized wire.SignedGroupChange
  UnixMicros taken_at;  // when the server took it
  friend bool operator==(const GroupChangeRecord&, const GroupChangeRecord&) = default;
};

class GroupStore {
 public:
  // A state is kept of every so many revisions, for whoever comes later and has to follow from there.
  static constexpr uint64_t kCheckpointEvery = 256;
  // How long a group stays that everybody has left: as long as an entry lies in an inbox, so that each device that was
  // in it can read how it ended.
  static constexpr uint64_t kAbandonedLifeMicros = kInboxLifeSeconds * 1'000'000;

  virtual ~GroupStore() = default;

  virtual Task<Result<GroupRecord, StoreError>> load(GroupId group) = 0;  // kNotFound

  struct Joined {
    AccountId account;
    bool asked = true;  // it came by itself, or had asked to come; false: others have added it
  };
  struct Change {
    Revision revision;
    Bytes change;
    Bytes change_digest;
    Bytes state;                  // after it
    std::vector<Joined> joined;   // members after it who were none before
    std::vector<AccountId> left;  // the other way round
    UnixMicros taken_at = {};     // of the first to come; of one that was taken already it changes nothing
    UnixMicros over_at = {};      // as in GroupRecord
  };
  // Of the groups of one account: of all, and of those to which others have added it.
  struct Bounds {
    size_t groups_max = 0;
    size_t unasked_max = 0;
  };
  enum class Taken : uint8_t {
    kTaken,
    kAlready,   // this very change is the one of its revision: an answer to it was lost. Nothing was done
    kConflict,  // its revision is not the one after the present
    kTooManyGroups,
  };
  struct TakeAnswer {
    Taken taken = Taken::kConflict;
    std::vector<AccountId> full;  // with kTooManyGroups: of those who join, whose bounds stand against it; ascending
  };
  // Makes the group of revision 1, or takes its next change, whoever else has one: the first to come is taken, as a
  // whole. Of one that is not taken nothing stays.
  virtual Task<Result<TakeAnswer, StoreError>> take(GroupId group, Change change, Bounds bounds) = 0;

  // Changes after that revision and up to the other, in order and without a hole; as many as fit into so many bytes,
  // but one at least when there is one.
  virtual Task<Result<std::vector<GroupChangeRecord>, StoreError>> changes(GroupId group, Revision after,
                                                                           Revision until, size_t bytes_max) = 0;
  struct Checkpoint {
    Revision revision;
    Bytes state;
  };
  // The last checkpoint that is not after that revision. kNotFound: there is no such group.
  virtual Task<Result<Checkpoint, StoreError>> checkpoint(GroupId group, Revision at_most) = 0;

  struct Membership {
    bool present = false;
    Revision left = {};  // by which the account has left last; zero: never. Neither: it was never a member
    friend bool operator==(const Membership&, const Membership&) = default;
  };
  virtual Task<Result<Membership, StoreError>> membership(GroupId group, AccountId account) = 0;

  struct OwnGroup {
    GroupId group;
    Revision revision;  // the present one
    friend bool operator==(const OwnGroup&, const OwnGroup&) = default;
  };
  // The groups of which the account is a member, in the order of their ids.
  virtual Task<Result<std::vector<OwnGroup>, StoreError>> groups_of(AccountId account) = 0;

  // Takes away groups that are over: some `count_max` changes and groups in all, the oldest changes of a group first.
  // Answers how many; fewer than `count_max`: nothing more is over.
  virtual Task<Result<size_t, StoreError>> forget_abandoned(UnixMicros now, size_t count_max) = 0;
};

}  // namespace kith
