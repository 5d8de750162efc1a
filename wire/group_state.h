// SPDX-License-Identifier: AGPL-3.0-or-later

// What a change makes of a group's state (GROUP-1, GROUP-2). The server and every member apply the same changes by this
// code: what the server would let through and members would not, or the other way round, would part them for good. It
// looks at everything but signatures, which whoever calls has checked before.
//
// Cost: a pass over the members for each change, however many it brings or takes, and their sorting.
#pragma once

#include <optional>

#include "base/ids.h"
#include "base/limits.h"
#include "base/result.h"
#include "wire/groups.pb.h"

namespace kith {

enum class GroupError : uint8_t {
  kTooLarge,        // more than kGroupChangeBytesMax bytes
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

// Reads the bytes that are signed. kTooLarge; kMalformed: they are not what an encoder makes of the schema's own
// fields. A field that is not in the schema is in no change: nobody knows what one does of which he knows a part.
Result<wire::GroupChange, GroupError> read_group_change(BytesView bytes);

// The bytes of a state, over which its digest is: the schema's own fields, in one form.
Bytes group_state_bytes(const wire::GroupState& state);
// Absent: they are not what group_state_bytes() makes of a state, or of one that changes can make.
std::optional<wire::GroupState> read_group_state(BytesView bytes);

// What of a server's configuration a change is held against; members hold it against what no server goes beyond.
struct GroupLimits {
  size_t members_max = kGroupMembersMax;
};

// The state after the change. `before`: absent for the first one. Fields that are not in the schema do
// not come into it.
Result<wire::GroupState, GroupError> apply_change(const std::optional<wire::GroupState>& before,
                                                  const wire::GroupChange& change, const GroupLimits& limits = {});

// Null when the account is no member, or has not asked to be one.
const wire::GroupState::Member* member_of(const wire::GroupState& state, const AccountId& account);
const wire::GroupState::Applicant* applicant_of(const wire::GroupState& state, const AccountId& account);
[[nodiscard]] bool is_admin(const wire::GroupState& state, const AccountId& account);
// Whether a member may write messages.
[[nodiscard]] bool may_send(const wire::GroupState& state, const AccountId& account);

// What a JoinGroup, and who reads a group without being a member, has to sign with the link's key.
Bytes join_statement(const wire::GroupChange& change);
Bytes read_statement(const GroupId& group, const AccountId& account);

}  // namespace kith
