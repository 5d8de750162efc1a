// SPDX-License-Identifier: AGPL-3.0-or-later

// A group in a DeliveryWorld, and its changes put into the store as the handler does, without signatures.
#pragma once

#include <gtest/gtest.h>

#include "server/delivery/testing/delivery_world.h"
#include "wire/testing/group_changes.h"

namespace kith::testing {

class GroupInDelivery : public ::testing::Test {
 protected:
  void take(const wire::GroupChange& change) {
    const auto after = apply_change(group.state, change);
    ASSERT_TRUE(after);
    wire::SignedGroupChange parts;
    parts.set_change(change.SerializeAsString());
    GroupStore::Change step;
    step.revision = {after->revision()};
    step.change = parts.SerializeAsString();
    step.state = group_state_bytes(*after);
    ASSERT_EQ(world.loops.run(0, world.groups().take(group.id, std::move(step), {100, 100}))->taken,
              GroupStore::Taken::kTaken);
    group.state = *after;
    group.last = Bytes(32, 'd');
  }

  DeliveryWorld world;
  FollowedGroup group{world.random.id<GroupId>()};
};

}  // namespace kith::testing
