// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/repairs_table.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::kPeer;
using testing::message_id;

class RepairsTableTest : public testing::StoreTest {
 protected:
  const DeviceAddress sender_{kPeer, DeviceId{2}};
};

TEST_F(RepairsTableTest, KeepsAMessageUntilItIsRepairedOrTriedOften) {
  store_.repairs.add(message_id(1), sender_);
  store_.repairs.add(message_id(2), sender_);
  store_.repairs.update({message_id(1), sender_, 3, 1, UnixMicros{7}});
  store_.repairs.add(message_id(1), sender_);
  const auto open = store_.repairs.open(4, 10);
  ASSERT_EQ(open.size(), 2u);
  EXPECT_EQ(open[0].sender, sender_);
  EXPECT_EQ(open[0].unanswered, 1u);
  EXPECT_EQ(open[0].asked, UnixMicros{7});
  const auto fresh = store_.repairs.open(3, 10);
  ASSERT_EQ(fresh.size(), 1u) << "adding again does not start anew";
  EXPECT_EQ(fresh[0].message, message_id(2));
  EXPECT_EQ(store_.repairs.open(4, 1).size(), 1u);
  store_.repairs.update({message_id(2), sender_, 0, 3, UnixMicros{8}});
  EXPECT_TRUE(store_.repairs.open(3, 10).empty()) << "nor is what nobody answers asked for without end";
}

TEST_F(RepairsTableTest, KnowsWhatAnAnswerIsAboutUntilTheMessageIsThere) {
  store_.repairs.add(message_id(1), sender_);
  store_.repairs.expect_answer(message_id(11), message_id(1));
  store_.repairs.expect_answer(message_id(12), message_id(1));
  EXPECT_EQ(store_.repairs.asked_under(message_id(12))->message, message_id(1));
  EXPECT_EQ(store_.repairs.asked_under(message_id(11))->sender, sender_);
  EXPECT_FALSE(store_.repairs.asked_under(message_id(1)));
  store_.repairs.remove(message_id(1));
  EXPECT_FALSE(store_.repairs.asked_under(message_id(12)));
  store_.repairs.add(message_id(1), sender_);
  EXPECT_FALSE(store_.repairs.asked_under(message_id(12)));
}

}  // namespace
}  // namespace kith::core
