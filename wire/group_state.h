// SPDX-License-Identifier: AGPL-3.0-or-later

// What a change makes of a group's state (GROUP-1, GROUP-2). The server and every member apply the same changes by this
// code: what the server would let through and members would not, or the other way round, would part them for good. It
// looks at everything but signatures, which whoever calls has checked before.
#pragma once

#include <optional>

#include "base/ids.h"
#include "base/limits.h"
#include "base/result.h"
#include "wire/groups.pb.h"

namespace kith {

enum class GroupError : uint8_t {
  kMalformed,       // no change at all, or a field is none of its kind
  kOtherRevision,   // not the one after the state's, or of another group
  kNotMember,       // the author is no member; a member joins again
  kNotAllowed,      // the author's role does not do
  kNoSuchMember,    // it is about somebody who is no member, or no applicant
  kAlreadyMember,   // adds somebody who is one
  kTooManyMembers,  // above `members_max`, or kGroupApplicantsMax
  kNoLink,          // joins, and there is no link
  kNothing,         // it would change nothing
};

// What of a server's configuration a change is held against; members hold it against what no server goes beyond.
struct GroupLimits {
  size_t members_max = kGroupMembersMax;
};

// The state after the change. `before`: absent for the first one.
Result<wire::GroupState, GroupError> apply_change(const std::optional<wire::GroupState>& before,
                                                  const wire::GroupChange& change, const GroupLimits& limits = {});

// Null when the account is no member.
const wire::GroupState::Member* member_of(const wire::GroupState& state, const AccountId& account);
[[nodiscard]] bool is_admin(const wire::GroupState& state, const AccountId& account);
// Whether a member may write messages.
[[nodiscard]] bool may_send(const wire::GroupState& state, const AccountId& account);

// What a JoinGroup, and who reads a group without being a member, has to sign with the link's key.
Bytes join_statement(const wire::GroupChange& change);
Bytes read_statement(const GroupId& group, const AccountId& account);

}  // namespace kith
