// SPDX-License-Identifier: AGPL-3.0-or-later

// What every LinkStore promises, as tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "server/ports/contract_runner.h"
#include "server/ports/link_store.h"

namespace kith {

// A backend under test: an empty store of its own for each test.
class LinkStoreBackend {
 public:
  virtual ~LinkStoreBackend() = default;
  virtual LinkStore& links() = 0;
  // The same data through a store of another process, which writes as well; this one where there can be none.
  virtual LinkStore& other_links() { return links(); }
  // Closes the stores and opens them again, as a restart of the program would. False: nothing survives that (a backend
  // in memory).
  virtual bool reopen() = 0;
};

using LinkStoreCase = ContractCase<LinkStoreBackend>;

class LinkStoreContract : public ::testing::TestWithParam<LinkStoreCase> {
 protected:
  using Messages = std::vector<LinkStore::Message>;
  using Put = Result<void, StoreError>;

  static constexpr uint64_t kNow = 1'800'000'000'000'000;
  static constexpr uint64_t kLife = LinkStore::kLifeMicros;
  static LinkId link(uint8_t number) {
    LinkId id;
    id.value.fill(number);
    return id;
  }
  Task<Put> putting(LinkStore& store, uint8_t number, LinkSlot slot, Bytes payload, uint64_t now = kNow,
                    size_t most = 100) {
    return store.put(link(number), slot, std::move(payload), {now}, most);
  }
  Put put(uint8_t number, LinkSlot slot, Bytes payload, uint64_t now = kNow, size_t most = 100) {
    return runner_.run(putting(links(), number, slot, std::move(payload), now, most));
  }
  Messages read(uint8_t number, uint64_t now = kNow) {
    const auto messages = runner_.run(links().read(link(number), {now}));
    EXPECT_TRUE(messages);
    return messages.value_or(Messages());
  }
  size_t expire(uint64_t now, size_t most = 100) { return runner_.run(links().expire({now}, most)).value_or(999); }
  LinkStore& links() { return backend_->links(); }

  ContractRunner runner_;
  std::unique_ptr<LinkStoreBackend> backend_ = GetParam().make();
};

TEST_P(LinkStoreContract, AMailboxThatNobodyMadeIsEmpty_LINK_1) { EXPECT_EQ(read(1), Messages()); }

TEST_P(LinkStoreContract, WhatIsWrittenIsReadInTheOrderOfSlots_LINK_1) {
  const Bytes binary("\0\xff'\n", 4);
  ASSERT_TRUE(put(1, 8, "last"));
  ASSERT_TRUE(put(1, 1, binary));
  ASSERT_TRUE(put(1, 3, Bytes(kLinkPayloadBytesMax, '\xfe')));
  ASSERT_TRUE(put(2, 1, "of another"));
  EXPECT_EQ(read(1), (Messages{{1, binary}, {3, Bytes(kLinkPayloadBytesMax, '\xfe')}, {8, "last"}}));
  EXPECT_EQ(read(2), (Messages{{1, "of another"}}));
  if (!backend_->reopen()) return;
  EXPECT_EQ(read(1).size(), 3u);
}

TEST_P(LinkStoreContract, EachSlotIsWrittenOnceAndTheSameBytesAgainAreNoError_LINK_2) {
  for (LinkSlot slot = 1; slot <= kLinkSlots; ++slot) {
    const Bytes payload(1, static_cast<char>(slot));
    ASSERT_TRUE(put(1, slot, payload));
    EXPECT_TRUE(put(1, slot, payload));
    EXPECT_EQ(put(1, slot, "other bytes").error(), StoreError::kConflict);
    EXPECT_EQ(put(1, slot, payload + "and more").error(), StoreError::kConflict);
    EXPECT_EQ(read(1).back(), (LinkStore::Message{slot, payload}));
  }
  EXPECT_EQ(read(1).size(), size_t{kLinkSlots});
}

TEST_P(LinkStoreContract, OfManyWhoWriteASlotAtOnceTheBytesOfOneAreInIt_LINK_2) {
  std::vector<Task<Put>> calls;
  for (int i = 0; i < 40; ++i) {
    LinkStore& store = i % 2 == 0 ? links() : backend_->other_links();
    calls.push_back(putting(store, 1, 1, "bytes of " + std::to_string(i)));
  }
  const auto outcomes = runner_.run_all(std::move(calls));
  int written = 0, winner = -1;
  for (int i = 0; i < 40; ++i) {
    if (outcomes[i]) {
      ++written;
      winner = i;
    } else {
      EXPECT_EQ(outcomes[i].error(), StoreError::kConflict);
    }
  }
  EXPECT_EQ(written, 1);
  EXPECT_EQ(read(1), (Messages{{1, "bytes of " + std::to_string(winner)}}));
}

TEST_P(LinkStoreContract, ItIsThereForTenMinutesFromItsFirstWrite_LINK_1) {
  ASSERT_TRUE(put(1, 1, "first"));
  ASSERT_TRUE(put(1, 2, "second", kNow + kLife - 1));
  EXPECT_EQ(read(1, kNow + kLife - 1).size(), 2u);
  EXPECT_EQ(read(1, kNow + kLife), Messages()) << "though nobody has collected it";
  ASSERT_TRUE(put(1, 1, "anew", kNow + kLife)) << "and its slots are free";
  EXPECT_EQ(read(1, kNow + kLife), (Messages{{1, "anew"}}));
  EXPECT_EQ(read(1, kNow + 2 * kLife - 1).size(), 1u);
}

TEST_P(LinkStoreContract, WhatAClockHasMadeThatWasFarAheadIsThereNoMore) {
  ASSERT_TRUE(put(1, 1, "of a process whose clock is ahead", kNow + kLife));
  EXPECT_EQ(read(1).size(), 1u);
  ASSERT_TRUE(put(2, 1, "of the future", kNow + kLife + 1));
  EXPECT_EQ(read(2), Messages());
  ASSERT_TRUE(put(2, 1, "of now"));
  EXPECT_EQ(read(2), (Messages{{1, "of now"}}));
  ASSERT_TRUE(put(3, 1, "of the future", kNow + 3 * kLife));
  EXPECT_EQ(expire(kNow), 1u);
}

TEST_P(LinkStoreContract, OneThatIsRemovedIsEmpty_LINK_1) {
  ASSERT_TRUE(put(1, 1, "first"));
  ASSERT_TRUE(put(2, 1, "of another"));
  EXPECT_TRUE(runner_.run(links().remove(link(1))));
  EXPECT_EQ(read(1), Messages());
  EXPECT_EQ(read(2).size(), 1u);
  EXPECT_TRUE(runner_.run(links().remove(link(1)))) << "one that is not there";
  EXPECT_TRUE(put(1, 1, "other bytes"));
}

TEST_P(LinkStoreContract, ThereAreSoManyAndRoomAgainWhenOneGoesOrIsOver_LINK_3) {
  for (uint8_t i = 1; i <= 4; ++i) ASSERT_TRUE(put(i, 1, "x", kNow + i, 4));
  EXPECT_EQ(put(5, 1, "x", kNow + 5, 4).error(), StoreError::kFull);
  EXPECT_TRUE(put(4, 2, "x", kNow + 5, 4)) << "in one that is there";
  EXPECT_EQ(read(5, kNow + 5), Messages());
  ASSERT_TRUE(runner_.run(links().remove(link(2))));
  ASSERT_TRUE(runner_.run(links().remove(link(2)))) << "which counts once";
  EXPECT_TRUE(put(5, 1, "x", kNow + 5, 4));
  EXPECT_EQ(put(6, 1, "x", kNow + 5, 4).error(), StoreError::kFull);
  EXPECT_TRUE(put(6, 1, "x", kNow + 1 + kLife, 4)) << "the first one is over";
  EXPECT_EQ(put(7, 1, "x", kNow + 1 + kLife, 4).error(), StoreError::kFull);
}

TEST_P(LinkStoreContract, OfManyWhoMakeOneAtOnceAsManyDoAsThereIsRoomFor_LINK_3) {
  std::vector<Task<Put>> calls;
  for (uint8_t i = 0; i < 40; ++i) {
    LinkStore& store = i % 2 == 0 ? links() : backend_->other_links();
    calls.push_back(putting(store, i, 1, "x", kNow, 7));
  }
  const auto outcomes = runner_.run_all(std::move(calls));
  EXPECT_EQ(std::count_if(outcomes.begin(), outcomes.end(), [](const Put& put) { return put.has_value(); }), 7);
  for (const Put& outcome : outcomes) {
    if (!outcome) {
      EXPECT_EQ(outcome.error(), StoreError::kFull);
    }
  }
}

TEST_P(LinkStoreContract, WhatIsOverIsTakenAwayInSteps_LINK_1) {
  for (uint8_t i = 1; i <= 10; ++i) ASSERT_TRUE(put(i, 1, "x", kNow + i));
  EXPECT_EQ(expire(kNow + kLife), 0u);
  EXPECT_EQ(expire(kNow + kLife + 5, 3), 3u);
  EXPECT_EQ(expire(kNow + kLife + 5, 3), 2u);
  EXPECT_EQ(expire(kNow + kLife + 5, 3), 0u);
  EXPECT_EQ(read(6, kNow + kLife + 5).size(), 1u);
  for (uint8_t i = 11; i <= 15; ++i) EXPECT_TRUE(put(i, 1, "x", kNow + kLife + 5, 10)) << "what is gone counts no more";
  EXPECT_EQ(put(16, 1, "x", kNow + kLife + 5, 10).error(), StoreError::kFull);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LinkStoreContract);

}  // namespace kith
