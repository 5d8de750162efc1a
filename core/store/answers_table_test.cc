// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::make_id;

class AnswersTableTest : public testing::StoreTest {};

TEST_F(AnswersTableTest, KeepsTheFirstAnswerToEachOfTheNewest) {
  for (uint32_t i = 1; i <= AnswersTable::kKept + 1; ++i) store_.answers.add(make_id<ChangeId>(i), std::to_string(i));
  store_.answers.add(make_id<ChangeId>(7), "another");
  EXPECT_FALSE(store_.answers.find(make_id<ChangeId>(1)));
  EXPECT_EQ(store_.answers.find(make_id<ChangeId>(2)), "2");
  EXPECT_EQ(store_.answers.find(make_id<ChangeId>(7)), "7");
  EXPECT_EQ(store_.answers.find(make_id<ChangeId>(AnswersTable::kKept + 1)), "257");
}

}  // namespace
}  // namespace kith::core
