// SPDX-License-Identifier: AGPL-3.0-or-later

// A group's changes, one after the other (GROUP-2): each names the digest of the one before, and carries that of the
// state that it makes. What is checked here is everything but whose signature a change has: so a chain that leads to a
// digest that was told (GROUP-4) holds as a whole, and one that goes on from there needs the signatures as well.
#pragma once

#include <optional>

#include "base/ids.h"
#include "wire/group_state.h"
#include "wire/groups.pb.h"

namespace kith::core {

// Of changes that are followed towards a digest that was told.
constexpr size_t kGroupChainBytesMax = size_t{16} * 1024 * 1024;

struct GroupChain {
  wire::GroupState state;
  Bytes digest;  // of its last change, which the next one names

  [[nodiscard]] Revision revision() const { return {state.revision()}; }
};

// From a state, and the first change that came with it, which has to be the one that made it. Absent: it is not, or the
// state is later than `at_most`, or of another group.
std::optional<GroupChain> begin_chain(const GroupId& group, const wire::GroupAnswer& answer, Revision at_most);

// The change that is signed; absent when it is none of this group.
std::optional<wire::GroupChange> change_in(const GroupId& group, const wire::SignedGroupChange& signed_change);

// The chain with this change, of which `change` is what is inside, as the next one; `before` absent: as the first.
// Absent: it does not follow, is not allowed, makes another state than it says, or joins without the link.
std::optional<GroupChain> next_in_chain(const GroupChain* before, const wire::SignedGroupChange& signed_change,
                                        const wire::GroupChange& change);

}  // namespace kith::core
