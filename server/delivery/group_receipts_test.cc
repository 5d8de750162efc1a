// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/group_receipts.h"

#include <gtest/gtest.h>

#include "server/delivery/testing/virtual_time.h"
#include "wire/frames.pb.h"

namespace kith::testing {
namespace {

class GroupReceiptsTest : public ::testing::Test {
 protected:
  GroupReceiptsTest() {
    loops[0].run([this] { time.start(); });
  }

  static AccountId member(uint32_t number) {
    AccountId id;
    id.value.fill(9);
    for (int i = 0; i < 4; ++i) id.value[15 - i] = static_cast<uint8_t>(number >> 8 * i);
    return id;
  }
  void confirms(uint32_t number, uint64_t first, uint64_t last) {
    receipts.add(kSender, kGroup, member(number), {first, last, first ^ last ^ 77}, false);
  }
  void reads(uint32_t number, uint64_t first, uint64_t last) {
    receipts.add(kSender, kGroup, member(number), {first, last, first ^ last ^ 78}, true);
  }
  // How often each account is named, by what is said of it.
  std::map<std::pair<bool, std::string>, int> named() const {
    std::map<std::pair<bool, std::string>, int> all;
    for (const wire::GroupReceipt& entry : entries) {
      for (const auto& run : entry.runs()) {
        for (size_t at = 0; at < run.accounts().size(); at += 16) ++all[{run.read(), run.accounts().substr(at, 16)}];
      }
    }
    return all;
  }
  // Everybody was told once of each, in no more than the rule allows.
  void expect_within_the_rule(size_t told) {
    EXPECT_LE(entries.size(), 32u);
    EXPECT_LE(bytes, 64u * 1024);
    const auto all = named();
    EXPECT_EQ(all.size(), told);
    for (const auto& [who, times] : all) EXPECT_EQ(times, 1);
  }

  static constexpr DeviceAddress kSender{{{1}}, {2}};
  static constexpr GroupId kGroup{{3}};
  static constexpr size_t kRunsOfAllMax = 2 * GroupReceipts::kRunsMax;
  VirtualLoops loops{1};
  DeliverySettings settings;
  ShardTime time{loops.clock, settings};
  ShardCounters counters;
  std::vector<wire::GroupReceipt> entries;
  size_t bytes = 0;
  GroupReceipts receipts{{loops[0], time, counters,
                          [this](const AccountId& account, const Bytes& body) {
                            EXPECT_EQ(account, kSender.account);
                            wire::Entry entry;
                            ASSERT_TRUE(entry.ParseFromString(body));
                            EXPECT_EQ(entry.group_receipt().group_id(), kGroup.bytes());
                            EXPECT_EQ(entry.group_receipt().sender_device(), kSender.device.value);
                            entries.push_back(entry.group_receipt());
                            bytes += body.size();
                          },
                          kRunsOfAllMax}};
};

constexpr uint32_t kMembers = 1024;

TEST_F(GroupReceiptsTest, AThousandMembersAtOnceAreOneEntry_GROUP_5) {
  for (uint32_t i = 0; i < kMembers; ++i) confirms(i, 5, 5);
  loops.pass(49);
  EXPECT_TRUE(entries.empty());
  loops.pass(1);
  ASSERT_EQ(entries.size(), 1u);
  ASSERT_EQ(entries[0].runs_size(), 1);
  EXPECT_EQ(entries[0].runs(0).accounts().size(), 16u * kMembers);
  EXPECT_EQ(entries[0].runs(0).marks(), 77u);
  expect_within_the_rule(kMembers);
}

TEST_F(GroupReceiptsTest, AThousandMembersOneByOneAreFewEntries_GROUP_5) {
  for (uint32_t i = 0; i < kMembers; ++i) {
    confirms(i, 5, 5);
    loops.pass(10);
    reads(i, 5, 5);
  }
  loops.pass(3'600'000);
  expect_within_the_rule(2 * kMembers);
}

TEST_F(GroupReceiptsTest, AThousandMembersOverADayAreFewEntriesAndTheFirstIsToldAtOnce_GROUP_5) {
  for (uint32_t i = 0; i < kMembers; ++i) {
    confirms(i, 5, 5);
    loops.pass(60'000);
    if (i == 0) {
      EXPECT_EQ(entries.size(), 1u);
    }
  }
  loops.pass(uint64_t{24} * 3'600'000);
  expect_within_the_rule(kMembers);
}

TEST_F(GroupReceiptsTest, InTheWholeLifeOfAnEntryThereAreFew_GROUP_5) {
  constexpr uint32_t kHours = 30 * 24;
  for (uint32_t i = 0; i < kHours; ++i) {
    confirms(i, 5, 5);
    loops.pass(3'600'000);
  }
  EXPECT_LE(entries.size(), 32u);
}

TEST_F(GroupReceiptsTest, ANewerMessageIsToldOfAtOnceAndTheOlderOnesRideAlong_GROUP_5) {
  for (uint32_t i = 0; i < 100; ++i) {
    confirms(i, 5, 5);
    loops.pass(1'000);
  }
  const size_t before = entries.size();
  confirms(200, 5, 5);
  confirms(1, 6, 6);
  loops.pass(50);
  ASSERT_EQ(entries.size(), before + 1);
  EXPECT_GE(entries.back().runs_size(), 2);
}

TEST_F(GroupReceiptsTest, WhatSomebodySaysOfNumbersThatNobodyHasConfirmedHurriesNothing_GROUP_5) {
  for (uint32_t i = 0; i < 8; ++i) {
    confirms(i, 5, 5);
    loops.pass(uint64_t{60} << i);
  }
  const size_t before = entries.size();
  for (uint64_t number = 1'000; number < 1'050; ++number) {
    reads(1, number, number);
    loops.pass(50);
  }
  EXPECT_LE(entries.size(), before + 1);
}

TEST_F(GroupReceiptsTest, RunsOfOneMemberAreJoinedWhileTheyAreContiguous_GROUP_5) {
  confirms(1, 5, 6);
  confirms(1, 7, 9);
  confirms(1, 12, 12);
  confirms(1, 12, 12);
  confirms(2, 5, 6);
  loops.pass(50);
  ASSERT_EQ(entries.size(), 1u);
  std::vector<std::pair<uint64_t, uint64_t>> runs;
  for (const auto& run : entries[0].runs()) runs.emplace_back(run.first_number(), run.last_number());
  EXPECT_EQ(runs, (std::vector<std::pair<uint64_t, uint64_t>>{{5, 6}, {5, 9}, {12, 12}}));
}

TEST_F(GroupReceiptsTest, ASecondDeviceOfAMemberTellsNothing_TICK_1) {
  confirms(1, 5, 5);
  loops.pass(1'000);
  confirms(1, 5, 5);
  loops.pass(3'000);
  EXPECT_EQ(entries.size(), 1u);
  receipts.add(kSender, kGroup, member(1), {5, 5, 1234}, false);
  loops.pass(3'000);
  EXPECT_EQ(entries.size(), 2u) << "a number that was used again is of another message";
}

TEST_F(GroupReceiptsTest, WhoNamesMuchIsBounded_LIMIT_1) {
  for (uint64_t number = 1; number <= 3 * GroupReceipts::kRunsMax; ++number) reads(1, 2 * number, 2 * number);
  loops.pass(50);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(static_cast<size_t>(entries[0].runs_size()), GroupReceipts::kRunsMax);
  EXPECT_EQ(counters.notices_dropped, 2 * GroupReceipts::kRunsMax);
  EXPECT_LE(bytes, 384u * 1024 - 1024);
}

TEST_F(GroupReceiptsTest, WhatWaitsForAllSendersIsBounded_LIMIT_1) {
  const auto confirms_to = [this](uint32_t device, uint32_t number) {
    receipts.add({kSender.account, {device}}, kGroup, member(number), {5, 5, 77}, false);
  };
  for (uint32_t device = 1; device <= 4; ++device) {
    for (uint32_t i = 0; i < kRunsOfAllMax / 3; ++i) confirms_to(device, i);
  }
  EXPECT_EQ(counters.notices_dropped, 4 * (kRunsOfAllMax / 3) - kRunsOfAllMax);
}

TEST_F(GroupReceiptsTest, OfMoreSendersThanAreKnownNothingIsGatheredWhileAllHaveSomethingWaiting_LIMIT_1) {
  GroupReceipts many{{loops[0], time, counters, [](const AccountId&, const Bytes&) {}}};
  const auto confirms_to = [&](uint32_t device) {
    many.add({kSender.account, {device}}, kGroup, member(1), {5, 5, 77}, false);
  };
  for (uint32_t device = 1; device <= GroupReceipts::kSendersMax; ++device) confirms_to(device);
  EXPECT_EQ(counters.notices_dropped, 0u);
  confirms_to(GroupReceipts::kSendersMax + 1);
  EXPECT_EQ(counters.notices_dropped, 1u);
  loops.pass(50);
  confirms_to(GroupReceipts::kSendersMax + 1);
  EXPECT_EQ(counters.notices_dropped, 1u);
}

TEST_F(GroupReceiptsTest, WhatWasToldIsKnownForTenMinutes) {
  confirms(1, 5, 5);
  loops.pass(599'000);
  receipts.sweep();
  confirms(1, 5, 5);
  loops.pass(10'000);
  EXPECT_EQ(entries.size(), 1u);
  receipts.sweep();
  confirms(1, 5, 5);
  loops.pass(10'000);
  EXPECT_EQ(entries.size(), 2u);
}

TEST_F(GroupReceiptsTest, AtTheEndEverythingThatWaitsIsPut_GROUP_5) {
  confirms(1, 5, 5);
  receipts.close();
  EXPECT_EQ(entries.size(), 1u);
  confirms(2, 5, 5);
  loops.pass(1'000);
  EXPECT_EQ(entries.size(), 1u);
}

}  // namespace
}  // namespace kith::testing
