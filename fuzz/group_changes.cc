// SPDX-License-Identifier: AGPL-3.0-or-later

// Changes to a group as the server and every member apply them, and states as they are read from a server.
#include <algorithm>

#include "fuzz/targets.h"
#include "wire/group_state.h"

namespace kith::fuzz {
namespace {

using wire::GroupChange;
using wire::GroupState;

void check_state(const GroupState& state) {
  const Bytes bytes = group_state_bytes(state);
  const auto read = read_group_state(bytes);
  check(read.has_value(), "what changes make of a group can be read");
  check(group_state_bytes(*read) == bytes && state.SerializeAsString() == bytes, "a state has one form");
  for (const auto& member : state.members()) {
    const auto account = AccountId::from_bytes(member.account_id());
    check(account && member_of(state, *account) == &member, "each member is found");
  }
}

// Two who have the same group: one has it in memory, and one reads every time what it has kept.
struct Followers {
  std::optional<GroupState> one;
  Bytes other;

  void take(const GroupChange& change) {
    const auto after = apply_change(one, change);
    const std::optional<GroupState> kept = other.empty() ? std::nullopt : read_group_state(other);
    const auto again = apply_change(kept, change);
    check(after.has_value() == again.has_value(), "both take a change, or none does");
    if (!after) {
      check(after.error() == again.error(), "for one reason");
      return;
    }
    check(group_state_bytes(*after) == group_state_bytes(*again), "both have the same then");
    check(after->revision() == change.revision(), "a change makes its revision");
    check(static_cast<size_t>(after->members_size()) <= kGroupMembersMax, "members are bounded");
    check_state(*after);
    one = *after;
    other = group_state_bytes(*again);
  }
};

}  // namespace

void group_changes(BytesView input) {
  Followers followers;
  for (const BytesView part : parts(input)) {
    const auto change = read_group_change(part);
    if (change) {
      check(change->SerializeAsString() == part, "a change has one form");
      check(part.size() <= kGroupChangeBytesMax, "a change is bounded");
      followers.take(*change);
      // What a fuzzer seldom meets by itself: the same as the next change of this group.
      GroupChange next = *change;
      if (followers.one) next.set_group_id(followers.one->group_id());
      next.set_revision(followers.one ? followers.one->revision() + 1 : 1);
      followers.take(next);
    }
    if (const auto state = read_group_state(part)) check_state(*state);
  }
}

}  // namespace kith::fuzz
