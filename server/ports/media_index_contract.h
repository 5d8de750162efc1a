// SPDX-License-Identifier: AGPL-3.0-or-later

// What every MediaIndex promises, as tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "server/ports/contract_runner.h"
#include "server/ports/media_index.h"

namespace kith {

// A backend under test: an empty index of its own for each test.
class MediaIndexBackend {
 public:
  virtual ~MediaIndexBackend() = default;
  virtual MediaIndex& media() = 0;
  // The same data through an index of another process, which writes as well; this one where there can be none.
  virtual MediaIndex& other_media() { return media(); }
  // Closes the index and opens it again, as a restart of the program would. False: nothing survives that (a backend in
  // memory).
  virtual bool reopen() = 0;
};

using MediaIndexCase = ContractCase<MediaIndexBackend>;

class MediaIndexContract : public ::testing::TestWithParam<MediaIndexCase> {
 protected:
  using Made = MediaIndex::Made;
  using MakeAnswer = MediaIndex::MakeAnswer;
  using Usage = MediaIndex::Usage;
  using Totals = MediaIndex::Totals;
  using Files = std::vector<FileId>;

  static constexpr uint64_t kNow = 1'800'000'000'000'000;
  static constexpr uint64_t kEnd = kNow + 1'000'000;
  static constexpr uint64_t kLater = kNow + 5'000'000;
  static constexpr MediaIndex::Bounds kWide{1'000'000, 0, 100};

  static FileId file(uint8_t number) {
    FileId id;
    id.value.fill(number);
    return id;
  }
  static AccountId account(uint8_t number) {
    AccountId id;
    id.value.fill(number);
    return id;
  }
  static MediaIndex::Wish wish(uint8_t of, uint64_t size, uint64_t upload_until = kEnd, uint64_t whole_until = kLater) {
    return {account(of), size, {kNow}, {upload_until}, {whole_until}};
  }
  static FileRecord record(uint64_t size, uint64_t expires_at = kEnd) { return {size, false, {kNow}, {expires_at}}; }
  static FileRecord whole(uint64_t size, uint64_t expires_at = kEnd) { return {size, true, {kNow}, {expires_at}}; }
  MediaIndex& media() { return backend_->media(); }
  Made make(uint8_t number, MediaIndex::Wish wish, MediaIndex::Bounds bounds = kWide) {
    const auto answer = runner_.run(media().make(file(number), wish, bounds));
    EXPECT_TRUE(answer);
    return answer->made;
  }
  std::optional<FileRecord> find(uint8_t number) {
    const auto record = runner_.run(media().find(file(number)));
    if (record) return *record;
    EXPECT_EQ(record.error(), StoreError::kNotFound);
    return std::nullopt;
  }
  Result<void, StoreError> finish(uint8_t number, uint64_t expires_at = kEnd) {
    return runner_.run(media().finish(file(number), {expires_at}));
  }
  Result<void, StoreError> prolong(uint8_t number, uint64_t expires_at) {
    return runner_.run(media().prolong(file(number), {expires_at}));
  }
  // One that is whole.
  void put(uint8_t number, uint8_t of, uint64_t size) {
    ASSERT_EQ(make(number, wish(of, size)), Made::kMade);
    ASSERT_TRUE(finish(number));
  }
  std::optional<StoreError> find_held(uint8_t number, uint8_t of) {
    const auto found = runner_.run(media().find_held(file(number), account(of)));
    if (!found) return found.error();
    EXPECT_EQ(*found, find(number));
    return std::nullopt;
  }
  Result<bool, StoreError> let_go(uint8_t number, uint8_t of, uint64_t now = kNow) {
    return runner_.run(media().let_go(file(number), account(of), {now}));
  }
  Files due(uint64_t now, size_t most = 100) {
    return runner_.run(media().take_due({now}, most)).value_or(Files{FileId{}});
  }
  void forget(uint8_t number) { ASSERT_TRUE(runner_.run(media().forget(file(number)))); }
  Usage usage(uint8_t of) { return runner_.run(media().usage(account(of))).value_or(Usage{999, 999}); }

  // Account 1 lets go of it; whether it is nobody's then.
  static Task<bool> goes(MediaIndex& index, FileId file) {
    const auto gone = co_await index.let_go(file, account(1), {kNow});
    EXPECT_TRUE(gone);
    co_return gone.value_or(false);
  }
  // Account 2 begins it; whether it holds it then.
  static Task<bool> stays(MediaIndex& index, FileId file) {
    const auto answer = co_await index.make(file, wish(2, 10), kWide);
    EXPECT_TRUE(answer && (answer->made == Made::kThere || answer->made == Made::kGoing));
    co_return answer && answer->made == Made::kThere;
  }

  ContractRunner runner_;
  std::unique_ptr<MediaIndexBackend> backend_ = GetParam().make();
};

TEST_P(MediaIndexContract, AFileIsBegunOnceAndThenThere_MEDIA_2) {
  EXPECT_EQ(find(1), std::nullopt);
  const auto made = runner_.run(media().make(file(1), wish(1, 500), kWide));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->made, Made::kMade);
  EXPECT_EQ(made->record, record(500));
  ASSERT_TRUE(prolong(1, kEnd + 5));
  const auto again = runner_.run(media().make(file(1), wish(1, 500), kWide));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->made, Made::kThere);
  EXPECT_EQ(again->record, record(500, kEnd + 5)) << "as it is";
  EXPECT_EQ(usage(1), (Usage{500, 1}));
  backend_->reopen();
  EXPECT_EQ(find(1), record(500, kEnd + 5));
  EXPECT_EQ(media().totals(), (Totals{1, 500, 1}));
}

TEST_P(MediaIndexContract, AnothersThatIsNotWholeOrOneOfAnotherSizeIsTaken_MEDIA_2) {
  ASSERT_EQ(make(1, wish(1, 500)), Made::kMade);
  EXPECT_EQ(make(1, wish(2, 500)), Made::kTaken);
  EXPECT_EQ(make(1, wish(1, 501)), Made::kTaken);
  EXPECT_EQ(find(1), record(500));
  ASSERT_TRUE(finish(1));
  EXPECT_EQ(make(1, wish(2, 501)), Made::kTaken);
  EXPECT_EQ(make(1, wish(1, 501)), Made::kTaken);
  EXPECT_EQ(find(1), whole(500));
  EXPECT_EQ(usage(1), (Usage{500, 0}));
  EXPECT_EQ(usage(2), (Usage{0, 0}));
  EXPECT_EQ(find_held(1, 2), StoreError::kConflict);
}

TEST_P(MediaIndexContract, OneThatIsWholeIsHeldByAnotherAccountTooAndLivesAnew_MEDIA_2) {
  put(1, 1, 500);
  EXPECT_EQ(find_held(1, 1), std::nullopt);
  EXPECT_EQ(find_held(1, 2), StoreError::kConflict);
  const auto held = runner_.run(media().make(file(1), wish(2, 500), kWide));
  ASSERT_TRUE(held);
  EXPECT_EQ(held->made, Made::kThere);
  EXPECT_EQ(held->record, whole(500, kLater));
  backend_->reopen();
  EXPECT_EQ(find_held(1, 1), std::nullopt);
  EXPECT_EQ(find_held(1, 2), std::nullopt);
  EXPECT_EQ(find_held(1, 3), StoreError::kConflict);
  EXPECT_EQ(find(1), whole(500, kLater));
  EXPECT_EQ(usage(1), (Usage{500, 0}));
  EXPECT_EQ(usage(2), (Usage{500, 0}));
  EXPECT_EQ(media().totals(), (Totals{1, 500, 0})) << "once";
  EXPECT_EQ(make(1, wish(2, 500, kEnd, kLater + 7)), Made::kThere) << "once more";
  EXPECT_EQ(make(1, wish(1, 500, kEnd, kLater + 3)), Made::kThere);
  EXPECT_EQ(find(1), whole(500, kLater + 7)) << "and never shorter";
  EXPECT_EQ(usage(1), (Usage{500, 0}));
  EXPECT_EQ(usage(2), (Usage{500, 0}));
  EXPECT_EQ(media().totals(), (Totals{1, 500, 0}));
}

TEST_P(MediaIndexContract, ItGoesWhenTheLastWhoHoldsItLetsGo_MEDIA_3) {
  put(1, 1, 500);
  ASSERT_EQ(make(1, wish(2, 500)), Made::kThere);
  ASSERT_EQ(make(1, wish(2, 500)), Made::kThere) << "which does not count";
  EXPECT_EQ(let_go(1, 3).error(), StoreError::kConflict);
  EXPECT_EQ(let_go(1, 1), false);
  EXPECT_EQ(let_go(1, 1).error(), StoreError::kConflict) << "once more";
  EXPECT_EQ(find_held(1, 1), StoreError::kConflict);
  EXPECT_EQ(find_held(1, 2), std::nullopt);
  EXPECT_EQ(usage(1), (Usage{0, 0}));
  EXPECT_EQ(usage(2), (Usage{500, 0}));
  EXPECT_EQ(media().totals(), (Totals{1, 500, 0}));
  forget(1);
  EXPECT_EQ(find(1), whole(500, kLater)) << "somebody holds it";
  EXPECT_EQ(make(1, wish(1, 500)), Made::kThere) << "again";
  EXPECT_EQ(let_go(1, 2), false);
  EXPECT_EQ(let_go(1, 1), true);
  EXPECT_EQ(find(1), std::nullopt);
  EXPECT_EQ(find_held(1, 1), StoreError::kNotFound);
  EXPECT_EQ(make(1, wish(2, 500)), Made::kGoing);
  EXPECT_EQ(usage(1), (Usage{0, 0}));
  EXPECT_EQ(usage(2), (Usage{0, 0}));
  EXPECT_EQ(media().totals(), (Totals{1, 500, 0})) << "its bytes may still be there";
  forget(1);
  EXPECT_EQ(media().totals(), (Totals{0, 0, 0}));
}

TEST_P(MediaIndexContract, WhatOthersHaveBegunCountsFullyForWhoHoldsIt_MEDIA_4) {
  const MediaIndex::Bounds bounds{1000, 1200, 1};
  ASSERT_EQ(make(1, wish(1, 600), bounds), Made::kMade);
  ASSERT_TRUE(finish(1));
  ASSERT_EQ(make(2, wish(2, 500), bounds), Made::kMade);
  EXPECT_EQ(make(1, wish(2, 600), bounds), Made::kQuotaExceeded);
  EXPECT_EQ(make(1, wish(2, 600), {599, 0, 100}), Made::kQuotaExceeded) << "more than there ever is";
  EXPECT_EQ(find_held(1, 2), StoreError::kConflict);
  EXPECT_EQ(find(1), whole(600)) << "and lives no longer for it";
  EXPECT_EQ(usage(2), (Usage{500, 1}));
  EXPECT_EQ(make(1, wish(2, 600), {1100, 1200, 1}), Made::kThere) << "no upload, nor more for the server to hold";
  EXPECT_EQ(usage(2), (Usage{1100, 1}));
  EXPECT_EQ(make(1, wish(2, 600), bounds), Made::kThere) << "which needs no room";
  EXPECT_EQ(let_go(1, 1), false) << "and not more than there was";
  EXPECT_EQ(let_go(1, 2), true);
  EXPECT_EQ(usage(2), (Usage{500, 1}));
}

TEST_P(MediaIndexContract, WhatIsOverIsNobodysWhoeverHoldsItAndEachHasItsBytesBackWhenItIsForgotten_MEDIA_4) {
  put(1, 1, 500);
  ASSERT_EQ(make(1, wish(2, 500)), Made::kThere);
  ASSERT_EQ(make(2, wish(2, 40, kLater * 2)), Made::kMade);
  ASSERT_EQ(due(kLater - 1), Files());
  ASSERT_EQ(due(kLater), Files{file(1)});
  EXPECT_EQ(find_held(1, 2), StoreError::kNotFound);
  EXPECT_EQ(let_go(1, 2).error(), StoreError::kNotFound);
  EXPECT_EQ(make(1, wish(3, 500)), Made::kGoing);
  EXPECT_EQ(usage(1), (Usage{500, 0}));
  EXPECT_EQ(usage(2), (Usage{540, 1}));
  forget(1);
  EXPECT_EQ(usage(1), (Usage{0, 0}));
  EXPECT_EQ(usage(2), (Usage{40, 1}));
  EXPECT_EQ(media().totals(), (Totals{1, 40, 1}));
  put(1, 3, 500);
  EXPECT_EQ(find_held(1, 2), StoreError::kConflict) << "another file by that name";
}

TEST_P(MediaIndexContract, OfManyWhoHoldItAtOnceTheLastToLetGoIsOne_MEDIA_3) {
  put(1, 1, 10);
  std::vector<Task<Result<MakeAnswer, StoreError>>> makes;
  for (uint8_t i = 0; i < 40; ++i) {
    MediaIndex& index = i % 2 == 0 ? media() : backend_->other_media();
    makes.push_back(index.make(file(1), wish(static_cast<uint8_t>(1 + i / 4), 10), kWide));
  }
  for (const auto& answer : runner_.run_all(std::move(makes))) EXPECT_TRUE(answer && answer->made == Made::kThere);
  std::vector<Task<Result<bool, StoreError>>> calls;
  for (uint8_t i = 0; i < 20; ++i) {
    MediaIndex& index = i % 2 == 0 ? media() : backend_->other_media();
    calls.push_back(index.let_go(file(1), account(static_cast<uint8_t>(1 + i / 2)), {kNow}));
  }
  const auto gone = runner_.run_all(std::move(calls));
  EXPECT_EQ(std::ranges::count(gone, Result<bool, StoreError>(false)), 9);
  EXPECT_EQ(std::ranges::count(gone, Result<bool, StoreError>(true)), 1);
  for (uint8_t i = 1; i <= 10; ++i) EXPECT_EQ(usage(i), (Usage{0, 0}));
}

TEST_P(MediaIndexContract, WhoBeginsWhatTheLastOneLetsGoOfAtThatMomentHasItOrKnowsThatItGoes_MEDIA_2) {
  std::vector<Task<bool>> calls;
  for (uint8_t i = 1; i <= 40; ++i) {
    put(i, 1, 10);
    MediaIndex& one = i % 2 == 0 ? media() : backend_->other_media();
    MediaIndex& other = i % 4 < 2 ? media() : backend_->other_media();
    const bool goes_first = i % 8 < 4;
    if (goes_first) calls.push_back(goes(one, file(i)));
    calls.push_back(stays(other, file(i)));
    if (!goes_first) calls.push_back(goes(one, file(i)));
  }
  const auto answers = runner_.run_all(std::move(calls));
  uint64_t held = 0;
  for (uint8_t i = 1; i <= 40; ++i) {
    const size_t first = 2 * (i - 1);
    const bool goes_first = i % 8 < 4;
    const bool went = answers[first + (goes_first ? 0 : 1)], stayed = answers[first + (goes_first ? 1 : 0)];
    EXPECT_NE(stayed, went);
    EXPECT_EQ(find(i).has_value(), stayed);
    held += stayed ? 1 : 0;
  }
  EXPECT_EQ(usage(1), (Usage{0, 0}));
  EXPECT_EQ(usage(2), (Usage{10 * held, 0}));
}

TEST_P(MediaIndexContract, OneThatIsFinishedIsWholeAndNoUploadAnyMore) {
  ASSERT_EQ(make(1, wish(1, 500)), Made::kMade);
  ASSERT_TRUE(finish(1, kEnd + 7));
  EXPECT_EQ(find(1), whole(500, kEnd + 7));
  EXPECT_EQ(usage(1), (Usage{500, 0}));
  ASSERT_TRUE(finish(1, kEnd)) << "once more, and not shorter for it";
  EXPECT_EQ(find(1), whole(500, kEnd + 7));
  EXPECT_EQ(usage(1), (Usage{500, 0}));
  EXPECT_EQ(media().totals(), (Totals{1, 500, 0}));
  EXPECT_EQ(finish(2).error(), StoreError::kNotFound);
}

TEST_P(MediaIndexContract, ALifeIsProlongedAndNeverShortened_MEDIA_4) {
  ASSERT_EQ(make(1, wish(1, 500)), Made::kMade);
  ASSERT_TRUE(prolong(1, kEnd + 100));
  ASSERT_TRUE(prolong(1, kEnd + 50));
  EXPECT_EQ(find(1)->expires_at.value, kEnd + 100);
  EXPECT_EQ(prolong(2, kEnd).error(), StoreError::kNotFound);
  EXPECT_EQ(due(kEnd + 99), Files());
  EXPECT_EQ(due(kEnd + 100), Files{file(1)});
}

TEST_P(MediaIndexContract, AnAccountHasSoManyBytesAndRoomAgainWhenItLetsGoOfAFile_MEDIA_4) {
  const MediaIndex::Bounds bounds{1000, 0, 100};
  ASSERT_EQ(make(1, wish(1, 600), bounds), Made::kMade);
  EXPECT_EQ(make(2, wish(1, 401), bounds), Made::kQuotaExceeded);
  EXPECT_EQ(make(2, wish(1, 1001), bounds), Made::kQuotaExceeded) << "more than there ever is";
  EXPECT_EQ(find(2), std::nullopt);
  EXPECT_EQ(make(2, wish(1, 400), bounds), Made::kMade);
  EXPECT_EQ(make(3, wish(1, 1), bounds), Made::kQuotaExceeded);
  EXPECT_EQ(make(3, wish(2, 1000), bounds), Made::kMade) << "another account";
  ASSERT_TRUE(finish(1));
  EXPECT_EQ(make(4, wish(1, 1), bounds), Made::kQuotaExceeded) << "whole or not";
  ASSERT_TRUE(let_go(1, 1));
  EXPECT_EQ(usage(1), (Usage{400, 1}));
  EXPECT_EQ(make(4, wish(1, 600), bounds), Made::kMade);
  EXPECT_EQ(make(4, wish(1, 600), bounds), Made::kThere) << "which needs no room";
}

TEST_P(MediaIndexContract, AnAccountHasSoManyUploadsUnderWay_MEDIA_4) {
  const MediaIndex::Bounds bounds{1'000'000, 0, 2};
  ASSERT_EQ(make(1, wish(1, 1), bounds), Made::kMade);
  ASSERT_EQ(make(2, wish(1, 1), bounds), Made::kMade);
  EXPECT_EQ(make(3, wish(1, 1), bounds), Made::kTooManyUploads);
  EXPECT_EQ(make(3, wish(2, 1), bounds), Made::kMade);
  ASSERT_TRUE(finish(1));
  EXPECT_EQ(make(4, wish(1, 1), bounds), Made::kMade);
  EXPECT_EQ(make(5, wish(1, 1), bounds), Made::kTooManyUploads);
  ASSERT_TRUE(let_go(2, 1));
  EXPECT_EQ(make(5, wish(1, 1), bounds), Made::kMade);
}

TEST_P(MediaIndexContract, AllTogetherHaveSoManyBytes_MEDIA_4) {
  const MediaIndex::Bounds bounds{1'000'000, 1000, 100};
  ASSERT_EQ(make(1, wish(1, 600), bounds), Made::kMade);
  EXPECT_EQ(make(2, wish(2, 401), bounds), Made::kServerFull);
  EXPECT_EQ(make(2, wish(2, 1001), bounds), Made::kServerFull);
  EXPECT_EQ(find(2), std::nullopt);
  EXPECT_EQ(usage(2), (Usage{0, 0})) << "nothing was counted";
  EXPECT_EQ(make(2, wish(2, 400), bounds), Made::kMade);
  EXPECT_EQ(media().totals(), (Totals{2, 1000, 2}));
  ASSERT_TRUE(let_go(1, 1));
  EXPECT_EQ(make(3, wish(2, 600), bounds), Made::kServerFull) << "its bytes may still be there";
  forget(1);
  EXPECT_EQ(media().totals(), (Totals{1, 400, 1}));
  EXPECT_EQ(make(3, wish(2, 600), bounds), Made::kMade);
}

TEST_P(MediaIndexContract, OfManyWhoBeginAtOnceNoneGetsBeyondTheBound_MEDIA_4) {
  std::vector<Task<Result<MakeAnswer, StoreError>>> calls;
  for (uint8_t i = 0; i < 40; ++i) {
    MediaIndex& index = i % 2 == 0 ? media() : backend_->other_media();
    calls.push_back(index.make(file(static_cast<uint8_t>(100 + i)), wish(1, 10), {75, 0, 100}));
  }
  const auto answers = runner_.run_all(std::move(calls));
  EXPECT_EQ(std::ranges::count_if(answers, [](const auto& answer) { return answer && answer->made == Made::kMade; }),
            7);
  EXPECT_EQ(usage(1), (Usage{70, 7}));
}

TEST_P(MediaIndexContract, OfManyWhoBeginTheSameOneMakesItAndTheOthersFindIt_MEDIA_2) {
  std::vector<Task<Result<MakeAnswer, StoreError>>> calls;
  for (int i = 0; i < 40; ++i) {
    MediaIndex& index = i % 2 == 0 ? media() : backend_->other_media();
    calls.push_back(index.make(file(1), wish(1, 10), kWide));
  }
  const auto answers = runner_.run_all(std::move(calls));
  EXPECT_EQ(std::ranges::count_if(answers, [](const auto& answer) { return answer && answer->made == Made::kMade; }),
            1);
  EXPECT_EQ(std::ranges::count_if(answers, [](const auto& answer) { return answer && answer->made == Made::kThere; }),
            39);
  EXPECT_EQ(usage(1), (Usage{10, 1}));
}

TEST_P(MediaIndexContract, WhatWasLetGoIsNobodysUntilItIsForgotten) {
  ASSERT_EQ(make(1, wish(1, 500)), Made::kMade);
  EXPECT_EQ(let_go(1, 1), true);
  EXPECT_EQ(let_go(1, 1).error(), StoreError::kNotFound) << "once more";
  EXPECT_EQ(find(1), std::nullopt);
  EXPECT_EQ(finish(1).error(), StoreError::kNotFound);
  EXPECT_EQ(prolong(1, kEnd + 1).error(), StoreError::kNotFound);
  EXPECT_EQ(make(1, wish(1, 500)), Made::kGoing);
  EXPECT_EQ(make(1, wish(2, 500)), Made::kGoing);
  EXPECT_EQ(usage(1), (Usage{0, 0}));
  EXPECT_EQ(media().totals(), (Totals{1, 500, 1}));
  backend_->reopen();
  EXPECT_EQ(make(1, wish(1, 500)), Made::kGoing);
  forget(1);
  forget(1);
  EXPECT_EQ(media().totals(), (Totals{0, 0, 0}));
  EXPECT_EQ(let_go(1, 1).error(), StoreError::kNotFound);
  EXPECT_EQ(make(1, wish(2, 700)), Made::kMade);
  forget(1);
  EXPECT_EQ(find(1), record(700)) << "which was not let go";
}

TEST_P(MediaIndexContract, WhatIsOverIsTakenInStepsTheOldestFirstAndNobodysFromThenOn_MEDIA_4) {
  for (uint8_t i = 1; i <= 5; ++i) ASSERT_EQ(make(i, wish(1, 10, kEnd + 10 - i)), Made::kMade);
  ASSERT_TRUE(finish(4, 0));
  EXPECT_EQ(due(kEnd + 4), Files());
  EXPECT_EQ(due(kEnd + 9, 2), (Files{file(5), file(4)}));
  EXPECT_EQ(find(4), std::nullopt);
  EXPECT_EQ(find(3), record(10, kEnd + 7));
  EXPECT_EQ(due(kEnd + 9, 2), (Files{file(3), file(2)}));
  EXPECT_EQ(due(kEnd + 9, 2), Files{file(1)});
  EXPECT_EQ(due(kEnd + 9, 2), Files());
  EXPECT_EQ(usage(1), (Usage{50, 4}));
  for (uint8_t i = 1; i <= 5; ++i) forget(i);
  EXPECT_EQ(media().totals(), (Totals{0, 0, 0}));
}

TEST_P(MediaIndexContract, WhatWasTakenAndNotForgottenComesUpAgain) {
  ASSERT_EQ(make(1, wish(1, 10)), Made::kMade);
  ASSERT_EQ(make(2, wish(1, 10, kEnd * 2)), Made::kMade);
  ASSERT_EQ(due(kEnd), Files{file(1)});
  ASSERT_TRUE(let_go(2, 1, kEnd));
  backend_->reopen();
  EXPECT_EQ(due(kEnd + MediaIndex::kAgainMicros - 1), Files());
  EXPECT_EQ(due(kEnd + MediaIndex::kAgainMicros).size(), 2u);
  forget(1);
  forget(2);
  EXPECT_EQ(due(kEnd + 10 * MediaIndex::kAgainMicros), Files());
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MediaIndexContract);

}  // namespace kith
