// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/repairs_table.h"

#include <algorithm>

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
  const auto open = store_.repairs.open(sender_, 4, 10);
  ASSERT_EQ(open.size(), 2u);
  EXPECT_EQ(open[1].sender, sender_);
  EXPECT_EQ(open[1].unanswered, 1u);
  EXPECT_EQ(open[1].asked, UnixMicros{7});
  const auto fresh = store_.repairs.open(sender_, 3, 10);
  ASSERT_EQ(fresh.size(), 1u) << "adding again does not start anew";
  EXPECT_EQ(fresh[0].message, message_id(2));
  EXPECT_EQ(store_.repairs.open(sender_, 4, 1).size(), 1u);
  store_.repairs.update({message_id(2), sender_, 0, 3, UnixMicros{8}});
  EXPECT_TRUE(store_.repairs.open(sender_, 3, 10).empty()) << "nor is what nobody answers asked for without end";
}

TEST_F(RepairsTableTest, GoesByDeviceAndGivesFirstWhatWasAskedForLeastRecently) {
  const DeviceAddress other{kPeer, DeviceId{3}};
  const DeviceAddress stranger{testing::account_id(9), DeviceId{1}};
  for (uint32_t i = 1; i <= 20; ++i) store_.repairs.add(message_id(i), stranger);
  for (uint32_t i = 100; i <= 102; ++i) store_.repairs.add(message_id(i), sender_);
  store_.repairs.add(message_id(103), other);
  store_.repairs.update({message_id(100), sender_, 0, 1, UnixMicros{8}});
  store_.repairs.update({message_id(101), sender_, 0, 1, UnixMicros{7}});
  std::vector<MessageId> ids;
  for (const RepairRow& row : store_.repairs.open(sender_, 4, 10)) ids.push_back(row.message);
  EXPECT_EQ(ids, (std::vector{message_id(102), message_id(101), message_id(100)}));
  ASSERT_EQ(store_.repairs.open(sender_, 4, 1).size(), 1u);
  EXPECT_EQ(store_.repairs.open(sender_, 4, 1)[0].message, message_id(102));

  EXPECT_EQ(store_.repairs.sender_after({}, 4), sender_);
  EXPECT_EQ(store_.repairs.sender_after(sender_, 4), other);
  EXPECT_EQ(store_.repairs.sender_after(other, 4), stranger);
  EXPECT_EQ(store_.repairs.sender_after(stranger, 4), std::nullopt);
  EXPECT_EQ(store_.repairs.sender_after({}, 1), sender_);
  store_.repairs.update({message_id(102), sender_, 1, 0, {}});
  EXPECT_EQ(store_.repairs.sender_after({}, 1), other) << "of a device that was asked often enough nothing is read";
}

TEST_F(RepairsTableTest, OnlyTheLastRequestToAnAccountIsTakenBack) {
  const DeviceAddress stranger{testing::account_id(9), DeviceId{1}};
  store_.repairs.add(message_id(9), stranger);
  store_.repairs.update({message_id(9), stranger, 0, 1, UnixMicros{8}});
  for (uint32_t i = 1; i <= 600; ++i) {
    store_.repairs.add(message_id(i + 100), sender_);
    store_.repairs.update({message_id(i + 100), sender_, 0, 1, UnixMicros{i == 600 ? 8u : 7u}});
  }
  store_.repairs.take_back(kPeer);
  const std::vector<RepairRow> open = store_.repairs.open(sender_, 4, 1000);
  EXPECT_EQ(open[0].message, message_id(700));
  EXPECT_EQ(open[0].unanswered, 0u);
  EXPECT_EQ(std::ranges::count(open, 1u, &RepairRow::unanswered), 599);
  EXPECT_EQ(store_.repairs.open(stranger, 4, 1)[0].unanswered, 1u);
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
