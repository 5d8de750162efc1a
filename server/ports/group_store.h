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
#include "base/result.h"
#include "base/task.h"
#include "server/ports/store_error.h"

namespace kith {

struct GroupRecord {
  Revision revision;
  Bytes state;          // a serialized wire.GroupState
  Bytes change_digest;  // of the last change, 32 bytes: what the next one has to name
};

struct GroupChangeRecord {
  Revision revision;  // that it made
  Bytes change;       // a serialized wire.SignedGroupChange
  friend bool operator==(const GroupChangeRecord&, const GroupChangeRecord&) = default;
};

class GroupStore {
 public:
  // A state is kept of every so many revisions, for whoever comes later and has to follow from there.
  static constexpr uint64_t kCheckpointEvery = 256;

  virtual ~GroupStore() = default;

  virtual Task<Result<GroupRecord, StoreError>> load(GroupId group) = 0;  // kNotFound

  struct Change {
    Revision revision;
    Bytes change;
    Bytes change_digest;
    Bytes state;                    // after it
    std::vector<AccountId> joined;  // members after it who were none before
    std::vector<AccountId> left;    // the other way round
  };
  // Makes the group of revision 1, or takes its next change, whoever else has one: the first to come is taken.
  //
  // Errors: kConflict unless the revision is the one after the present; the very change that is the last one already is
  //         no error: an answer to it was lost. kFull, too, when one of those who join is in `groups_max` already.
  virtual Task<Result<void, StoreError>> take(GroupId group, Change change, size_t groups_max) = 0;

  // Changes after that revision, in order; at most so many.
  virtual Task<Result<std::vector<GroupChangeRecord>, StoreError>> changes(GroupId group, Revision after,
                                                                           size_t count_max) = 0;
  // The state of the last checkpoint that is not after that revision. kNotFound: there is no such group.
  virtual Task<Result<Bytes, StoreError>> checkpoint(GroupId group, Revision at_most) = 0;

  struct Membership {
    GroupId group;
    Revision left;  // by which the account has left; zero: it is a member
    friend bool operator==(const Membership&, const Membership&) = default;
  };
  // kNotFound: it was never a member.
  virtual Task<Result<Membership, StoreError>> membership(GroupId group, AccountId account) = 0;
  // The groups of which the account is a member, in the order of their ids.
  virtual Task<Result<std::vector<GroupId>, StoreError>> groups_of(AccountId account) = 0;
};

}  // namespace kith
