// SPDX-License-Identifier: AGPL-3.0-or-later

// What every GroupLog promises, as tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "server/ports/contract_runner.h"
#include "server/ports/group_log.h"

namespace kith {

// A backend under test: an empty log of its own for each test.
class GroupLogBackend {
 public:
  virtual ~GroupLogBackend() = default;
  virtual GroupLog& log() = 0;
  // Closes the log and opens it again, as a restart of the program would. False: nothing survives that (a backend in
  // memory).
  virtual bool reopen() = 0;
  // From now on so many bytes of records are all that it takes.
  virtual void bound(uint64_t bytes_max) = 0;
  // Its clock goes on.
  virtual void pass(uint64_t micros) = 0;
};

using GroupLogCase = ContractCase<GroupLogBackend>;

class GroupLogContract : public ::testing::TestWithParam<GroupLogCase> {
 protected:
  using Appended = GroupLog::Appended;
  using Records = std::vector<GroupLogRecord>;

  static GroupId group(uint8_t number) {
    GroupId id;
    id.value.fill(number);
    return id;
  }
  // The number of a group of another slot than that of the given one.
  static uint8_t of_another_slot(uint8_t number) {
    uint8_t other = number;
    while (slot_of(group(other)) == slot_of(group(number))) ++other;
    return other;
  }
  static GroupLogRecord record(uint8_t group_number, uint8_t message, Bytes payload = "sealed") {
    GroupLogRecord made;
    made.group = group(group_number);
    made.message.value.fill(message);
    made.from.account.value.fill(7);
    made.from.device = {3};
    made.server_time = {1'700'000'000'000'000u + message};
    made.revision = {uint64_t{1} << 40};
    made.receipt_number = 100u + message;
    made.life_ms = 60'000;
    made.payload = std::move(payload);
    return made;
  }
  Appended append(const GroupLogRecord& record) {
    const auto appended = runner_.run(log().append(record));
    EXPECT_TRUE(appended);
    return appended.value_or(Appended{});
  }
  Records read(uint8_t group_number, uint64_t after = 0, size_t count_max = 1000, size_t bytes_max = 1'000'000) {
    const auto records = runner_.run(log().read(slot_of(group(group_number)), after, count_max, bytes_max));
    EXPECT_TRUE(records);
    return records.value_or(Records());
  }
  std::vector<uint64_t> numbers(uint8_t group_number, uint64_t after = 0) {
    std::vector<uint64_t> all;
    for (const GroupLogRecord& each : read(group_number, after)) all.push_back(each.number);
    return all;
  }
  // Lazily: it is seen behind the next append.
  void settle(uint8_t group_number, uint64_t up_to) { log().settled(slot_of(group(group_number)), up_to); }
  GroupLog& log() { return backend_->log(); }

  ContractRunner runner_;
  std::unique_ptr<GroupLogBackend> backend_ = GetParam().make();
};

TEST_P(GroupLogContract, WhatIsAppendedIsReadAsItWas_GROUP_3) {
  EXPECT_TRUE(read(1).empty());
  GroupLogRecord one = record(1, 1, Bytes("\0\xff'", 3));
  const Appended appended = append(one);
  EXPECT_GT(appended.number, 0u);
  EXPECT_EQ(appended.server_time, one.server_time);
  EXPECT_FALSE(appended.repeated);
  one.number = appended.number;
  EXPECT_EQ(read(1), Records{one});
  if (!backend_->reopen()) return;
  EXPECT_EQ(read(1), Records{one});
}

TEST_P(GroupLogContract, ASlotIsReadInTheOrderOfItsNumbersAsMuchAsFits) {
  const uint8_t other = of_another_slot(1);
  std::vector<uint64_t> expected;
  for (uint8_t i = 1; i <= 10; ++i) {
    expected.push_back(append(record(1, i, Bytes(1000, 'x'))).number);
    append(record(other, static_cast<uint8_t>(100 + i)));
  }
  EXPECT_EQ(numbers(1), expected);
  EXPECT_TRUE(std::is_sorted(expected.begin(), expected.end()));
  EXPECT_EQ(numbers(1, expected[6]), std::vector(expected.begin() + 7, expected.end()));
  EXPECT_EQ(read(1, 0, 3).size(), 3u);
  EXPECT_EQ(read(1, 0, 1000, 3'500).size(), 3u);
  EXPECT_EQ(read(1, 0, 1000, 0).size(), 1u) << "one at least";
  EXPECT_TRUE(read(1, expected.back()).empty());
  EXPECT_EQ(read(other).size(), 10u);
}

TEST_P(GroupLogContract, NumbersAreUniqueForEver) {
  std::set<uint64_t> given;
  uint64_t last = 0;
  for (uint8_t i = 1; i <= 3; ++i) {
    for (uint8_t n = 0; n < 10; ++n) {
      last = append(record(n, static_cast<uint8_t>(10 * i + n))).number;
      EXPECT_TRUE(given.insert(last).second);
    }
    for (uint8_t n = 0; n < 10; ++n) settle(n, last);
    (void)backend_->reopen();
  }
}

TEST_P(GroupLogContract, ManyAppendsAtOnceAreOneEach) {
  std::vector<Task<Result<Appended, StoreError>>> calls;
  for (uint8_t i = 0; i < 100; ++i) calls.push_back(log().append(record(1, i)));
  const auto outcomes = runner_.run_all(std::move(calls));
  std::set<uint64_t> given;
  for (const auto& outcome : outcomes) given.insert(outcome->number);
  EXPECT_EQ(given.size(), 100u);
  EXPECT_EQ(numbers(1), std::vector(given.begin(), given.end()));
}

TEST_P(GroupLogContract, ARepetitionAppendsNothingAndIsToldTheFirstTime_SEND_1) {
  const Appended first = append(record(1, 1));
  GroupLogRecord again = record(1, 1, "sealed anew");
  again.server_time = {again.server_time.value + 5};
  EXPECT_EQ(append(again), (Appended{first.number, first.server_time, true}));
  GroupLogRecord of_other = record(1, 1);
  of_other.from.device = {4};
  EXPECT_FALSE(append(of_other).repeated) << "another device uses up no id";
  EXPECT_EQ(read(1).size(), 2u);
  settle(1, first.number + 1);
  append(record(2, 2));
  EXPECT_TRUE(append(again).repeated) << "also when it is let go";
  backend_->pass(GroupLog::kRepeatedMicros - 1);
  EXPECT_TRUE(append(again).repeated);
  (void)backend_->reopen();
  EXPECT_EQ(read(1).size(), 0u);
}

TEST_P(GroupLogContract, RepetitionsAtOnceAreToldToo_SEND_1) {
  std::vector<Task<Result<Appended, StoreError>>> calls;
  for (int i = 0; i < 20; ++i) calls.push_back(log().append(record(1, 9)));
  const auto outcomes = runner_.run_all(std::move(calls));
  EXPECT_EQ(std::count_if(outcomes.begin(), outcomes.end(), [](const auto& one) { return !one->repeated; }), 1);
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome->number, outcomes[0]->number);
  EXPECT_EQ(read(1).size(), 1u);
}

TEST_P(GroupLogContract, ARepetitionIsKnownOverARestart_SEND_1) {
  const Appended first = append(record(1, 1));
  if (!backend_->reopen()) return;
  EXPECT_EQ(append(record(1, 1)), (Appended{first.number, first.server_time, true}));
  EXPECT_FALSE(append(record(1, 2)).repeated);
}

TEST_P(GroupLogContract, WhatIsSettledIsLetGoAndNothingElse) {
  const uint8_t other = of_another_slot(1);
  const uint64_t first = append(record(1, 1)).number;
  const uint64_t second = append(record(1, 2)).number;
  const uint64_t third = append(record(1, 3)).number;
  append(record(other, 101));
  settle(1, second);
  const uint64_t fourth = append(record(1, 4)).number;
  EXPECT_EQ(numbers(1), (std::vector{third, fourth}));
  EXPECT_EQ(numbers(other).size(), 1u);
  settle(1, first);  // nothing comes back
  append(record(other, 102));
  EXPECT_EQ(numbers(1), (std::vector{third, fourth}));
  if (!backend_->reopen()) return;
  EXPECT_EQ(numbers(1), (std::vector{third, fourth}));
  settle(1, fourth);
  append(record(other, 103));
  EXPECT_TRUE(numbers(1).empty());
}

TEST_P(GroupLogContract, WhenItIsFullItSaysSoUntilSomethingIsLetGo_LIMIT_1) {
  backend_->bound(20'000);
  uint8_t count = 0;
  uint64_t last = 0;
  for (; count < 100; ++count) {
    const auto appended = runner_.run(log().append(record(1, count, Bytes(1000, 'x'))));
    if (!appended) {
      EXPECT_EQ(appended.error(), StoreError::kFull);
      break;
    }
    last = appended->number;
  }
  EXPECT_GE(count, 15);
  EXPECT_LE(count, 20);
  EXPECT_EQ(read(1).size(), count) << "of the refused one nothing stays";
  EXPECT_TRUE(append(record(1, 0)).repeated) << "what is there is known";
  settle(1, last - 1);
  for (int i = 0; i < 100 && log().bytes_held().value_or(0) > 10'000; ++i)
    (void)runner_.run(log().append(record(1, count, Bytes(1000, 'x'))));
  EXPECT_FALSE(append(record(1, 99)).repeated);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GroupLogContract);

}  // namespace kith
