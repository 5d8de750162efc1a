// SPDX-License-Identifier: AGPL-3.0-or-later

// What a member's device does to make a change to a group: signs it with the state that it makes.
#pragma once

#include "base/random.h"
#include "crypto/group_signatures.h"
#include "wire/testing/group_changes.h"

namespace kith::testing {

inline wire::SignedGroupChange sign_change(const FollowedGroup& group, const wire::GroupChange& change,
                                           const crypto::IdentityKeyPair& identity, RandomSource& random) {
  wire::SignedGroupChange request;
  request.set_change(change.SerializeAsString());
  const auto after = apply_change(group.state, change);
  request.set_state_digest(crypto::group_state_digest(after ? group_state_bytes(*after) : ""));
  request.set_signature(crypto::sign_group_change(identity, random, request.change(), request.state_digest()));
  return request;
}

inline Bytes digest_of(const wire::SignedGroupChange& change) {
  return crypto::group_change_digest(change.change(), change.state_digest(), change.signature());
}

// A change as it was sent: without what the server says of it.
inline wire::SignedGroupChange without_time(wire::SignedGroupChange answered) {
  answered.clear_server_time_us();
  return answered;
}

// What a member does with a change that the server has taken.
inline void follow(FollowedGroup& group, const wire::SignedGroupChange& taken) {
  group.state = *apply_change(group.state, *read_group_change(taken.change()));
  group.last = digest_of(taken);
}

}  // namespace kith::testing
