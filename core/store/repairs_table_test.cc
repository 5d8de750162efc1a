// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/repairs_table.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::kPeer;
using testing::message_id;

class RepairsTableTest : public testing::StoreTest {};

TEST_F(RepairsTableTest, KeepsAMessageUntilItIsRepairedOrTriedOften) {
  const DeviceAddress sender{kPeer, DeviceId{2}};
  store_.repairs.add(message_id(1), sender);
  store_.repairs.add(message_id(2), sender);
  store_.repairs.set_tries(message_id(1), 3);
  store_.repairs.add(message_id(1), sender);
  const auto open = store_.repairs.open(4, 10);
  ASSERT_EQ(open.size(), 2u);
  EXPECT_EQ(open[0].sender, sender);
  const auto fresh = store_.repairs.open(3, 10);
  ASSERT_EQ(fresh.size(), 1u) << "adding again does not start anew";
  EXPECT_EQ(fresh[0].message, message_id(2));
  EXPECT_EQ(store_.repairs.open(4, 1).size(), 1u);
  store_.repairs.remove(message_id(2));
  EXPECT_TRUE(store_.repairs.open(3, 10).empty());
}

}  // namespace
}  // namespace kith::core
