// SPDX-License-Identifier: AGPL-3.0-or-later

// Sealed files: who may do what, what is counted, and how long they are kept.
#include <gtest/gtest.h>

#include "crypto/media.h"
#include "server/handlers/testing/handlers_world.h"
#include "server/ports/scripted_source.h"

namespace kith::testing {
namespace {

constexpr uint64_t kDayMs = 24 * 3600 * 1000;

HandlersWorldOptions small_bounds() {
  HandlersWorldOptions options;
  options.handlers.limits.set_file_bytes_max(100'000);
  options.handlers.file_account_bytes_max = 250'000;
  options.handlers.file_uploads_max = 3;
  options.delivery.expiry_interval_s = 3600;
  return options;
}

class FilesTest : public ::testing::Test {
 protected:
  explicit FilesTest(HandlersWorldOptions options = small_bounds()) : world(std::move(options)) {}

  static FileId file(uint8_t number) {
    FileId id;
    id.value.fill(number);
    return id;
  }
  Outcome<wire::FileUpload> begin(const DeviceAddress& caller, FileId id, uint64_t size) {
    return world.run(handlers::begin_upload(world.services(), caller, id, size));
  }
  Outcome<handlers::UploadProgress> go_on(const DeviceAddress& caller, FileId id, uint64_t offset, BytesView bytes,
                                          std::optional<StreamError> error = std::nullopt) {
    ScriptedSource body(bytes, error);
    return world.run(handlers::continue_upload(world.services(), caller, id, {offset, bytes.size()}, body));
  }
  void upload(const DeviceAddress& caller, FileId id, BytesView bytes) {
    ASSERT_TRUE(begin(caller, id, bytes.size()));
    const auto progress = go_on(caller, id, 0, bytes);
    ASSERT_TRUE(progress) << progress.error().detail;
    EXPECT_EQ(progress->upload.offset(), bytes.size());
  }
  // All of it; the error's name instead.
  std::string get(FileId id) {
    const auto size = world.run(handlers::ask_for_file(world.services(), id));
    if (!size) return wire::ErrorCode_Name(size.error().code);
    const auto source = world.run(handlers::open_file(world.services(), id, 0, *size));
    if (!source) return wire::ErrorCode_Name(source.error().code);
    Bytes all;
    for (;;) {
      const auto piece = world.run((*source)->next());
      if (!piece || piece->empty()) return all;
      all += *piece;
    }
  }
  Outcome<wire::Empty> remove(const DeviceAddress& caller, FileId id) {
    return world.run(handlers::delete_file(world.services(), caller, id));
  }
  template <class T>
  static void expect_refused(const Outcome<T>& outcome, wire::ErrorCode code) {
    ASSERT_FALSE(outcome) << wire::ErrorCode_Name(code);
    EXPECT_EQ(wire::ErrorCode_Name(outcome.error().code), wire::ErrorCode_Name(code));
    EXPECT_FALSE(outcome.error().detail.empty() && code != wire::kRateLimited);
  }
  MemoryMediaIndex& media() { return world.ports().media; }
  MemoryBlobStore& blobs() { return world.ports().blobs; }
  uint64_t bytes_of(const DeviceAddress& device) { return world.run(media().usage(device.account))->bytes; }
  uint64_t now_us() { return world.loops.clock.now().value; }

  HandlersWorld world;
  const DeviceAddress ana{world.add_account(2), {1}};
  const DeviceAddress ben{world.add_account(), {1}};
};

TEST_F(FilesTest, OneThatIsWholeIsForWhoeverKnowsItsId_MEDIA_3) {
  const auto begun = begin(ana, file(1), 10);
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->file_id(), file(1).bytes());
  EXPECT_EQ(begun->size(), 10u);
  EXPECT_EQ(begun->offset(), 0u);
  EXPECT_EQ(begun->expires_us(), now_us() + kDayMs * 1000);
  EXPECT_EQ(get(file(1)), "kNotFound");
  ASSERT_TRUE(go_on(ana, file(1), 0, "01234"));
  EXPECT_EQ(get(file(1)), "kNotFound");
  const auto whole = go_on({ana.account, {2}}, file(1), 5, "56789");
  ASSERT_TRUE(whole) << "from another device of the account";
  EXPECT_EQ(whole->upload.offset(), 10u);
  EXPECT_EQ(whole->upload.expires_us(), now_us() + 30 * kDayMs * 1000);
  EXPECT_EQ(get(file(1)), "0123456789");
  EXPECT_EQ(get(file(2)), "kNotFound");
}

TEST_F(FilesTest, AnotherAccountCanNeitherGoOnWithAnUploadNorAskHowFarItIsNorDeleteTheFile_MEDIA_3) {
  ASSERT_TRUE(begin(ana, file(1), 10));
  expect_refused(go_on(ben, file(1), 0, "01234"), wire::kNotAllowed);
  expect_refused(world.run(handlers::upload_state(world.services(), ben, file(1))), wire::kNotAllowed);
  expect_refused(remove(ben, file(1)), wire::kNotAllowed);
  expect_refused(begin(ben, file(1), 10), wire::kInvalidArgument);
  expect_refused(begin(ana, file(1), 11), wire::kInvalidArgument);
  ASSERT_TRUE(go_on(ana, file(1), 0, "0123456789"));
  expect_refused(remove(ben, file(1)), wire::kNotAllowed);
  EXPECT_EQ(get(file(1)), "0123456789");
  ASSERT_TRUE(remove(ana, file(1)));
  EXPECT_EQ(get(file(1)), "kNotFound");
  EXPECT_EQ(blobs().count(), 0u);
  EXPECT_EQ(bytes_of(ana), 0u);
  EXPECT_TRUE(remove(ana, file(1))) << "what is not there";
  EXPECT_TRUE(remove(ben, file(1)));
}

TEST_F(FilesTest, WhoPassesAFileOnHoldsItTooAndItGoesWhenNobodyDoes_MEDIA_3) {
  const DeviceAddress cleo{world.add_account(), {1}};
  upload(ana, file(1), "0123456789");
  world.loops.pass(10 * kDayMs);
  const auto begun = begin(ben, file(1), 10);
  ASSERT_TRUE(begun);
  EXPECT_EQ(begun->offset(), 10u) << "nothing is left to be sent";
  EXPECT_EQ(begun->size(), 10u);
  EXPECT_EQ(begun->expires_us(), now_us() + 30 * kDayMs * 1000) << "its life begins anew";
  EXPECT_EQ(world.run(handlers::upload_state(world.services(), ben, file(1)))->offset(), 10u);
  EXPECT_EQ(begin(ben, file(1), 10)->offset(), 10u) << "once more";
  EXPECT_EQ(bytes_of(ben), 10u);
  EXPECT_EQ(media().totals().bytes, 10u);
  ASSERT_TRUE(remove(ana, file(1)));
  EXPECT_EQ(bytes_of(ana), 0u);
  expect_refused(remove(ana, file(1)), wire::kNotAllowed);
  expect_refused(world.run(handlers::upload_state(world.services(), ana, file(1))), wire::kNotAllowed);
  EXPECT_EQ(get(file(1)), "0123456789") << "to whom it was passed on";
  expect_refused(remove(cleo, file(1)), wire::kNotAllowed);
  ASSERT_TRUE(remove(ben, file(1)));
  EXPECT_EQ(get(file(1)), "kNotFound");
  EXPECT_EQ(blobs().count(), 0u);
  EXPECT_EQ(bytes_of(ben), 0u);
  EXPECT_EQ(media().totals(), MediaIndex::Totals());
}

TEST_F(FilesTest, WhoPassesAFileOnNeedsRoomForItAndItsLength_MEDIA_4) {
  upload(ana, file(1), Bytes(100'000, 'x'));
  upload(ben, file(2), Bytes(100'000, 'x'));
  upload(ben, file(3), Bytes(50'001, 'x'));
  expect_refused(begin(ben, file(1), 100'000), wire::kQuotaExceeded);
  expect_refused(begin(ben, file(1), 99'999), wire::kInvalidArgument);
  EXPECT_EQ(bytes_of(ben), 150'001u);
  expect_refused(remove(ben, file(1)), wire::kNotAllowed);
  ASSERT_TRUE(remove(ben, file(3)));
  EXPECT_TRUE(begin(ben, file(1), 100'000));
  world.loops.pass(31 * kDayMs);
  EXPECT_EQ(bytes_of(ana), 0u);
  EXPECT_EQ(bytes_of(ben), 0u);
  EXPECT_EQ(blobs().count(), 0u);
}

TEST_F(FilesTest, BegunAgainItIsTheSameUploadAndTellsHowFarItIs_MEDIA_2) {
  ASSERT_TRUE(begin(ana, file(1), 10));
  ASSERT_TRUE(go_on(ana, file(1), 0, "0123"));
  EXPECT_EQ(begin(ana, file(1), 10)->offset(), 4u);
  EXPECT_EQ(world.run(handlers::upload_state(world.services(), ana, file(1)))->offset(), 4u);
  ASSERT_TRUE(go_on(ana, file(1), 4, "456789"));
  EXPECT_EQ(begin(ana, file(1), 10)->offset(), 10u);
  EXPECT_EQ(world.run(handlers::upload_state(world.services(), ana, file(1)))->offset(), 10u);
  EXPECT_EQ(bytes_of(ana), 10u);
  const auto again = go_on(ana, file(1), 10, "");
  ASSERT_TRUE(again) << "the answer was lost";
  EXPECT_EQ(again->upload.offset(), 10u);
  expect_refused(go_on(ana, file(1), 0, "0123"), wire::kWrongOffset);
  EXPECT_EQ(get(file(1)), "0123456789");
}

TEST_F(FilesTest, WithoutAnIdItGetsOneOfItsOwn) {
  const auto one = begin(ana, {}, 10), other = begin(ana, {}, 10);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->file_id().size(), 16u);
  EXPECT_NE(one->file_id(), other->file_id());
}

TEST_F(FilesTest, ItGoesOnWhereItEndsAndNowhereElse_MEDIA_2) {
  ASSERT_TRUE(begin(ana, file(1), 10));
  ASSERT_TRUE(go_on(ana, file(1), 0, "01234"));
  for (const uint64_t offset : {0, 4, 6}) expect_refused(go_on(ana, file(1), offset, "x"), wire::kWrongOffset);
  expect_refused(go_on(ana, file(1), 5, "567890"), wire::kTooLarge);
  expect_refused(go_on(ana, file(1), 11, ""), wire::kTooLarge);
  expect_refused(go_on(ana, file(2), 0, "x"), wire::kNotFound);
  const auto broken = go_on(ana, file(1), 5, "56", StreamError::kGone);
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->broke_off, StreamError::kGone);
  EXPECT_EQ(broken->upload.offset(), 7u) << "what came of it stays";
}

TEST_F(FilesTest, ItsSizeIsThatOfTheLargestSealedFileAtMost_MEDIA_1) {
  const uint64_t most = crypto::sealed_size(100'000);
  EXPECT_GT(most, 100'000u);
  EXPECT_EQ(handlers::upload_bytes_max(world.services()), most);
  EXPECT_TRUE(begin(ana, file(1), most));
  expect_refused(begin(ana, file(2), most + 1), wire::kTooLarge);
  expect_refused(begin(ana, file(2), 0), wire::kInvalidArgument);
}

TEST_F(FilesTest, AnAccountHasSoManyBytesAndAnotherIsNotConcerned_MEDIA_4) {
  upload(ana, file(1), Bytes(100'000, 'x'));
  upload(ana, file(2), Bytes(100'000, 'x'));
  expect_refused(begin(ana, file(3), 50'001), wire::kQuotaExceeded);
  EXPECT_TRUE(begin(ben, file(4), 100'000));
  EXPECT_TRUE(begin(ana, file(3), 50'000));
  ASSERT_TRUE(remove(ana, file(1)));
  EXPECT_TRUE(begin(ana, file(5), 100'000));
}

TEST_F(FilesTest, AnAccountHasSoManyUploadsThatAreNotWhole_MEDIA_4) {
  for (uint8_t i = 1; i <= 3; ++i) ASSERT_TRUE(begin(ana, file(i), 10));
  const auto refused = begin(ana, file(4), 10);
  expect_refused(refused, wire::kRateLimited);
  EXPECT_GT(refused.error().retry_after_ms, 0u);
  EXPECT_TRUE(begin(ana, file(1), 10)) << "one of them again";
  ASSERT_TRUE(go_on(ana, file(1), 0, "0123456789"));
  EXPECT_TRUE(begin(ana, file(4), 10));
}

TEST_F(FilesTest, AFullDiskIsToldHoldsNothingOfTheAccountsAndLosesNothing_MEDIA_4) {
  ASSERT_TRUE(begin(ana, file(1), 50'000));
  ASSERT_TRUE(go_on(ana, file(1), 0, Bytes(20'000, 'x')));
  blobs().leave_room(5'000);
  expect_refused(begin(ana, file(2), 6'000), wire::kServerFull);
  EXPECT_EQ(bytes_of(ana), 50'000u) << "nothing of the one that was refused";
  expect_refused(go_on(ana, file(1), 20'000, Bytes(30'000, 'x')), wire::kServerFull);
  const auto state = world.run(handlers::upload_state(world.services(), ana, file(1)));
  ASSERT_TRUE(state);
  EXPECT_GE(state->offset(), 20'000u);
  blobs().leave_room(UINT64_MAX);
  EXPECT_TRUE(begin(ana, file(2), 6'000));
  ASSERT_TRUE(go_on(ana, file(1), state->offset(), Bytes(50'000 - state->offset(), 'x')));
  EXPECT_EQ(get(file(1)), Bytes(50'000, 'x'));
}

class BoundedFilesTest : public FilesTest {
 protected:
  BoundedFilesTest() : FilesTest(bounded()) {}
  static HandlersWorldOptions bounded() {
    HandlersWorldOptions options = small_bounds();
    options.handlers.file_server_bytes_max = 100;
    return options;
  }
};
TEST_F(BoundedFilesTest, AllAccountsTogetherHaveSoManyBytes_MEDIA_4) {
  ASSERT_TRUE(begin(ana, file(1), 60));
  expect_refused(begin(ben, file(2), 41), wire::kServerFull);
  EXPECT_TRUE(begin(ben, file(2), 40));
}

TEST_F(FilesTest, OneThatIsNotWholeIsOverADayAfterItsLastPart_MEDIA_4) {
  ASSERT_TRUE(begin(ana, file(1), 10));
  ASSERT_TRUE(begin(ana, file(2), 10));
  world.loops.pass(20 * 3600 * 1000);
  ASSERT_TRUE(go_on(ana, file(2), 0, "0"));
  world.loops.pass(6 * 3600 * 1000);
  expect_refused(go_on(ana, file(1), 0, "0"), wire::kNotFound);
  EXPECT_EQ(blobs().count(), 1u);
  EXPECT_EQ(bytes_of(ana), 10u);
  EXPECT_TRUE(go_on(ana, file(2), 1, "1"));
  world.loops.pass(kDayMs - 1000);
  EXPECT_TRUE(go_on(ana, file(2), 2, "2"));
  world.loops.pass(2 * kDayMs);
  EXPECT_EQ(blobs().count(), 0u);
  EXPECT_EQ(bytes_of(ana), 0u);
}

TEST_F(FilesTest, AWholeOneIsOverThirtyDaysAfterItWasAskedForLast_MEDIA_4) {
  upload(ana, file(1), "first");
  upload(ana, file(2), "second");
  world.loops.pass(29 * kDayMs);
  EXPECT_EQ(get(file(2)), "second");
  EXPECT_EQ(get(file(1)), "first");
  world.loops.pass(29 * kDayMs);
  EXPECT_EQ(get(file(2)), "second");
  world.loops.pass(2 * kDayMs);
  EXPECT_EQ(get(file(1)), "kNotFound");
  EXPECT_EQ(blobs().count(), 1u);
  EXPECT_EQ(bytes_of(ana), 6u);
  world.loops.pass(31 * kDayMs);
  EXPECT_EQ(blobs().count(), 0u);
  EXPECT_EQ(media().totals(), MediaIndex::Totals());
}

TEST_F(FilesTest, WhoeverAsksForAFileKeepsItLongerAndThatIsWrittenOnceADay_MEDIA_4) {
  upload(ana, file(1), "file");
  const uint64_t before = media().prolonged();
  for (int hour = 0; hour < 48; ++hour) {
    EXPECT_EQ(get(file(1)), "file");
    world.loops.pass(3600 * 1000);
  }
  EXPECT_EQ(get(file(1)), "file");
  EXPECT_EQ(media().prolonged() - before, 2u);
}

TEST_F(FilesTest, AClockThatIsSetAheadThrowsNoFileAway_MEDIA_4) {
  upload(ana, file(1), "file");
  world.loops.pass(2 * 3600 * 1000);
  world.loops.clock.unix_us += 100 * kDayMs * 1000;
  world.loops.pass(2 * 3600 * 1000);
  EXPECT_EQ(get(file(1)), "file");
}

TEST_F(FilesTest, ASweepThatWasInterruptedIsTakenUpAgain_MEDIA_4) {
  upload(ana, file(1), "first");
  upload(ana, file(2), "second");
  blobs().faults.fail(StoreError::kUnavailable);
  world.loops.pass(30 * kDayMs + 3600 * 1000);
  EXPECT_EQ(get(file(1)), "kNotFound") << "it is nobody's from then on";
  EXPECT_EQ(bytes_of(ana), 11u) << "and counts until its bytes are gone";
  blobs().faults.fail(std::nullopt);
  world.loops.pass(3 * 3600 * 1000);
  EXPECT_EQ(blobs().count(), 0u);
  EXPECT_EQ(bytes_of(ana), 0u);
}

TEST_F(FilesTest, ADeletionThatWasInterruptedIsFinishedByTheSweep) {
  upload(ana, file(1), "file");
  blobs().faults.fail_next(StoreError::kUnavailable);
  ASSERT_TRUE(remove(ana, file(1)));
  EXPECT_EQ(get(file(1)), "kNotFound");
  expect_refused(begin(ana, file(1), 4), wire::kUnavailable);
  expect_refused(begin(ben, file(1), 4), wire::kUnavailable);
  world.loops.pass(3 * 3600 * 1000);
  EXPECT_EQ(blobs().count(), 0u);
  EXPECT_EQ(bytes_of(ana), 0u);
  EXPECT_TRUE(begin(ana, file(1), 4));
}

TEST_F(FilesTest, WhatACrashLeavesBetweenIndexAndStoreIsMadeRightByWhoeverComesNext_MEDIA_2) {
  // Begun in the index alone.
  blobs().faults.fail(StoreError::kUnavailable);
  expect_refused(begin(ana, file(1), 4), wire::kUnavailable);
  blobs().faults.fail(std::nullopt);
  expect_refused(go_on(ana, file(1), 0, "file"), wire::kWrongOffset);
  EXPECT_EQ(world.run(handlers::upload_state(world.services(), ana, file(1)))->offset(), 0u);
  // Whole in the store alone.
  ASSERT_TRUE(go_on(ana, file(1), 0, "fil"));
  {
    ScriptedSource body("e");
    ASSERT_TRUE(world.run(blobs().append(file(1), 3, 4, body)));
    ASSERT_TRUE(world.run(blobs().finish(file(1), 4)));
  }
  EXPECT_EQ(get(file(1)), "kNotFound");
  expect_refused(go_on(ana, file(1), 3, "e"), wire::kWrongOffset);
  EXPECT_EQ(world.run(handlers::upload_state(world.services(), ana, file(1)))->offset(), 4u);
  EXPECT_EQ(get(file(1)), "file");
  EXPECT_EQ(media().totals().uploads, 0u);
}

TEST_F(FilesTest, AStoreThatIsAwayIsToldAndNothingIsLost) {
  ASSERT_TRUE(begin(ana, file(1), 4));
  media().faults.fail(StoreError::kUnavailable);
  expect_refused(begin(ana, file(2), 4), wire::kUnavailable);
  expect_refused(go_on(ana, file(1), 0, "file"), wire::kUnavailable);
  EXPECT_EQ(get(file(1)), "kUnavailable");
  expect_refused(remove(ana, file(1)), wire::kUnavailable);
  media().faults.fail(std::nullopt);
  ASSERT_TRUE(go_on(ana, file(1), 0, "file"));
  EXPECT_EQ(get(file(1)), "file");
}

class FilesRatesTest : public FilesTest {
 protected:
  FilesRatesTest() : FilesTest(slow()) {}
  static HandlersWorldOptions slow() {
    HandlersWorldOptions options = small_bounds();
    options.rates.file_write = {5, 60'000};
    return options;
  }
};
TEST_F(FilesRatesTest, WhoWritesWithoutEndIsRefused) {
  ASSERT_TRUE(begin(ana, file(1), 4));
  ASSERT_TRUE(go_on(ana, file(1), 0, "f"));
  ASSERT_TRUE(go_on(ana, file(1), 1, "ile"));
  ASSERT_TRUE(remove(ana, file(1)));
  ASSERT_TRUE(begin(ana, file(1), 4));
  expect_refused(begin(ana, file(2), 4), wire::kRateLimited);
  expect_refused(go_on(ana, file(1), 0, "f"), wire::kRateLimited);
  expect_refused(remove(ana, file(1)), wire::kRateLimited);
  EXPECT_TRUE(begin(ben, file(2), 4)) << "another account";
  EXPECT_TRUE(world.run(handlers::upload_state(world.services(), ana, file(1))));
  world.loops.pass(60'000);
  EXPECT_TRUE(go_on(ana, file(1), 0, "f"));
}

}  // namespace
}  // namespace kith::testing
