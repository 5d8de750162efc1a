// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/corrections_table.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::kPeer;
using testing::kSelf;
using testing::message_id;
using Waits = CorrectionsTable::Waits;

class CorrectionsTableTest : public testing::StoreTest {
 protected:
  // The text that it was sent with has the time 0 and no device.
  static CorrectionRow text(uint32_t message, const AccountId& account, uint64_t at) {
    return {message_id(message), account, {at}, {at == 0 ? 0u : 1u}, std::to_string(at)};
  }
  CorrectionsTable& table_ = store_.corrections;
};

TEST_F(CorrectionsTableTest, OfManyTextsTheFirstAndTheNewestAreKeptInWhateverOrderTheyCome) {  // EDIT-1
  for (uint64_t at = 0; at < 100; ++at) EXPECT_TRUE(table_.add(text(1, kPeer, at * 37 % 100)));
  const auto versions = table_.versions(message_id(1));
  ASSERT_EQ(versions.size(), static_cast<size_t>(CorrectionsTable::kVersionsMax));
  EXPECT_EQ(versions.front().text, "99");
  EXPECT_EQ(versions[30].text, "69");
  EXPECT_EQ(versions.back().text, "0");
  EXPECT_EQ(table_.original(message_id(1))->text, "0");
  EXPECT_EQ(table_.newest(message_id(1))->text, "99");
  EXPECT_FALSE(table_.add(text(1, kPeer, 99))) << "it is there already";
  table_.remove_versions(message_id(1));
  EXPECT_TRUE(table_.versions(message_id(1)).empty());
}

TEST_F(CorrectionsTableTest, WhatWaitsIsBoundedAndOthersDoAwayWithNothingOfTheOwnDevices) {  // LIMIT-1
  EXPECT_TRUE(table_.add(text(1, kSelf, 1), Waits::kOwn));
  EXPECT_TRUE(table_.add(text(2, kPeer, 1), Waits::kOfOthers));
  for (uint32_t i = 0; i < CorrectionsTable::kWaitingMax; ++i)
    EXPECT_TRUE(table_.add(text(10 + i, kPeer, 1), Waits::kOfOthers));
  EXPECT_TRUE(table_.versions(message_id(10)).empty()) << "it is nobody's word yet";
  EXPECT_TRUE(table_.take_waiting(message_id(2)).empty());
  EXPECT_EQ(table_.take_waiting(message_id(1)).size(), 1u);
  EXPECT_TRUE(table_.take_waiting(message_id(1)).empty());
}

}  // namespace
}  // namespace kith::core
