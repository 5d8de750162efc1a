// SPDX-License-Identifier: AGPL-3.0-or-later

// What every BlobStore promises, as tests.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "base/testing/numbered_bytes.h"
#include "server/ports/blob_store.h"
#include "server/ports/contract_runner.h"
#include "server/ports/scripted_source.h"

namespace kith {

// A backend under test: an empty store of its own for each test.
class BlobStoreBackend {
 public:
  virtual ~BlobStoreBackend() = default;
  virtual BlobStore& blobs() = 0;
  // Until told otherwise there is room for so many bytes more, or a little less.
  virtual void leave_room(uint64_t bytes) = 0;
  // Closes the store and opens it again, as a restart of the program would. False: nothing survives that (a backend in
  // memory).
  virtual bool reopen() = 0;
};

using BlobStoreCase = ContractCase<BlobStoreBackend>;

class BlobStoreContract : public ::testing::TestWithParam<BlobStoreCase> {
 protected:
  using Held = BlobStore::Held;
  using Appended = Result<BlobStore::Appended, StoreError>;

  static FileId file(uint8_t number) {
    FileId id;
    id.value.fill(number);
    return id;
  }
  BlobStore& blobs() { return backend_->blobs(); }
  Result<void, StoreError> begin(uint8_t number, uint64_t size = 1000) {
    return runner_.run(blobs().begin(file(number), size));
  }
  Appended append(uint8_t number, uint64_t offset, uint64_t size, BytesView bytes,
                  std::optional<StreamError> error = std::nullopt) {
    ScriptedSource body(bytes, error);
    return runner_.run(blobs().append(file(number), offset, size, body));
  }
  Result<void, StoreError> finish(uint8_t number, uint64_t size) {
    return runner_.run(blobs().finish(file(number), size));
  }
  std::optional<Held> held(uint8_t number) {
    const auto held = runner_.run(blobs().held(file(number)));
    if (held) return *held;
    EXPECT_EQ(held.error(), StoreError::kNotFound);
    return std::nullopt;
  }
  // All of a source; "failed" when it ends with an error.
  static Task<Bytes> drained(ByteSource& source) {
    Bytes all;
    for (;;) {
      const auto piece = co_await source.next();
      if (!piece) co_return Bytes("failed");
      EXPECT_LE(piece->size(), ByteSource::kPieceBytesMax);
      if (piece->empty()) co_return all;
      all += *piece;
    }
  }
  Bytes read(uint8_t number, uint64_t first, uint64_t size) {
    const auto source = runner_.run(blobs().open(file(number), first, size));
    if (!source) return "can't be opened";
    return runner_.run(drained(**source));
  }
  std::optional<StoreError> error_of_open(uint8_t number, uint64_t first, uint64_t size) {
    const auto source = runner_.run(blobs().open(file(number), first, size));
    if (source) return std::nullopt;
    return source.error();
  }
  // What somebody does while another body is on its way.
  Task<void> append_rest(uint8_t number, const Bytes& bytes) {
    // What the other has gathered may be there, or not yet.
    const auto held = co_await blobs().held(file(number));
    co_await enter(runner_);
    ScriptedSource rest(BytesView(bytes).substr(held->bytes));
    const auto appended = co_await blobs().append(file(number), held->bytes, bytes.size(), rest);
    EXPECT_TRUE(appended);
    co_await enter(runner_);
  }
  Task<void> remove_it(uint8_t number) {
    const auto removed = co_await blobs().remove(file(number));
    EXPECT_TRUE(removed);
    co_await enter(runner_);
  }
  void make_whole(uint8_t number, const Bytes& bytes) {
    ASSERT_TRUE(begin(number, bytes.size()));
    ASSERT_TRUE(append(number, 0, bytes.size(), bytes));
    ASSERT_TRUE(finish(number, bytes.size()));
  }

  ContractRunner runner_;
  std::unique_ptr<BlobStoreBackend> backend_ = GetParam().make();
};

TEST_P(BlobStoreContract, AFileThatWentUpInPartsComesDownAsItWas_MEDIA_2) {
  const Bytes bytes = numbered_bytes(1'300'000);
  ASSERT_TRUE(begin(1, bytes.size()));
  EXPECT_EQ(held(1), (Held{0, false}));
  const BytesView all = bytes;
  uint64_t at = 0;
  for (const uint64_t size : {uint64_t{700'000}, uint64_t{1}, uint64_t{0}, bytes.size() - 700'001}) {
    const auto appended = append(1, at, bytes.size(), all.substr(at, size));
    ASSERT_TRUE(appended);
    EXPECT_FALSE(appended->broke_off);
    at += size;
    EXPECT_EQ(appended->bytes, at);
    EXPECT_EQ(held(1), (Held{at, false}));
    EXPECT_EQ(error_of_open(1, 0, 1), StoreError::kNotFound) << "before it is whole";
    backend_->reopen();
  }
  ASSERT_TRUE(finish(1, bytes.size()));
  backend_->reopen();
  EXPECT_EQ(held(1), (Held{bytes.size(), true}));
  EXPECT_EQ(read(1, 0, bytes.size()), bytes);
  EXPECT_TRUE(finish(1, bytes.size())) << "once more";
  EXPECT_GE(blobs().traffic().read, bytes.size());
}

TEST_P(BlobStoreContract, ItIsReadFromAnywhere) {
  const Bytes bytes = numbered_bytes(600'000);
  make_whole(1, bytes);
  for (const auto& [first, size] : std::vector<std::pair<uint64_t, uint64_t>>{
           {0, 1}, {599'999, 1}, {1, 65'536}, {65'536, 65'536}, {262'143, 262'145}, {100'000, 500'000}, {600'000, 0}})
    EXPECT_EQ(read(1, first, size), bytes.substr(first, size)) << first << " " << size;
  EXPECT_EQ(error_of_open(1, 599'999, 2), StoreError::kDamaged) << "beyond its end";
  EXPECT_EQ(error_of_open(2, 0, 1), StoreError::kNotFound);
}

TEST_P(BlobStoreContract, WhatCameOfABodyThatBrokeOffStays_MEDIA_2) {
  const Bytes bytes = numbered_bytes(900'000);
  const BytesView all = bytes;
  ASSERT_TRUE(begin(1, bytes.size()));
  const auto broken = append(1, 0, bytes.size(), all.substr(0, 777'777), StreamError::kGone);
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->bytes, 777'777u);
  EXPECT_EQ(broken->broke_off, StreamError::kGone);
  backend_->reopen();
  EXPECT_EQ(held(1), (Held{777'777, false}));
  ASSERT_TRUE(append(1, 777'777, bytes.size(), all.substr(777'777)));
  ASSERT_TRUE(finish(1, bytes.size()));
  EXPECT_EQ(read(1, 0, bytes.size()), bytes);
}

TEST_P(BlobStoreContract, ABodyGoesOnWhereTheFileEndsAndNowhereElse_MEDIA_2) {
  ASSERT_TRUE(begin(1));
  ASSERT_TRUE(append(1, 0, 1000, "0123456789"));
  for (const uint64_t offset : {0, 9, 11, 1000, 1001})
    EXPECT_EQ(append(1, offset, 1000, "x").error(), StoreError::kConflict) << offset;
  EXPECT_EQ(held(1), (Held{10, false}));
  EXPECT_EQ(append(2, 0, 1000, "x").error(), StoreError::kNotFound) << "one that was not begun";
  EXPECT_EQ(held(2), std::nullopt);
}

TEST_P(BlobStoreContract, ABodyBeyondTheEndIsBrokenOff) {
  const Bytes bytes = numbered_bytes(25'000);
  ASSERT_TRUE(begin(1, bytes.size()));
  const auto appended = append(1, 0, bytes.size(), bytes + "and more");
  ASSERT_TRUE(appended);
  EXPECT_EQ(appended->broke_off, StreamError::kTooLong);
  EXPECT_LE(appended->bytes, bytes.size());
  EXPECT_EQ(held(1), (Held{appended->bytes, false}));
  ASSERT_TRUE(append(1, appended->bytes, bytes.size(), BytesView(bytes).substr(appended->bytes)));
  ASSERT_TRUE(finish(1, bytes.size()));
  EXPECT_EQ(read(1, 0, bytes.size()), bytes);
}

TEST_P(BlobStoreContract, WhoComesLaterTakesThePlaceOfABodyThatIsStillUnderWay_MEDIA_2) {
  const Bytes bytes = numbered_bytes(30'000);
  ASSERT_TRUE(begin(1, bytes.size()));
  ScriptedSource first(bytes);
  first.before_last = [this, &bytes] { return append_rest(1, bytes); };
  EXPECT_EQ(runner_.run(blobs().append(file(1), 0, bytes.size(), first)).error(), StoreError::kConflict);
  ASSERT_TRUE(finish(1, bytes.size()));
  EXPECT_EQ(read(1, 0, bytes.size()), bytes);
}

TEST_P(BlobStoreContract, OneThatIsRemovedOrFinishedTakesNoMoreOfABodyThatIsUnderWay) {
  const Bytes bytes = numbered_bytes(30'000);
  ASSERT_TRUE(begin(1, bytes.size()));
  ScriptedSource body(bytes);
  body.before_last = [this] { return remove_it(1); };
  EXPECT_EQ(runner_.run(blobs().append(file(1), 0, bytes.size(), body)).error(), StoreError::kConflict);
  EXPECT_EQ(held(1), std::nullopt);
  make_whole(2, bytes);
  EXPECT_EQ(append(2, bytes.size(), 2 * bytes.size(), "x").error(), StoreError::kNotFound);
  EXPECT_EQ(read(2, 0, bytes.size()), bytes);
}

TEST_P(BlobStoreContract, ItIsWholeWhenAllOfItIsThereAndNotBefore) {
  ASSERT_TRUE(begin(1, 10));
  ASSERT_TRUE(append(1, 0, 10, "01234"));
  EXPECT_EQ(finish(1, 10).error(), StoreError::kConflict);
  EXPECT_EQ(finish(2, 10).error(), StoreError::kNotFound);
  EXPECT_EQ(held(1), (Held{5, false}));
  ASSERT_TRUE(append(1, 5, 10, "56789"));
  ASSERT_TRUE(finish(1, 10));
  EXPECT_EQ(finish(1, 11).error(), StoreError::kConflict);
}

TEST_P(BlobStoreContract, WhatIsBegunAgainStaysAsItIs_MEDIA_2) {
  ASSERT_TRUE(begin(1, 10));
  ASSERT_TRUE(append(1, 0, 10, "01234"));
  ASSERT_TRUE(begin(1, 10));
  EXPECT_EQ(held(1), (Held{5, false}));
  make_whole(2, "whole");
  ASSERT_TRUE(begin(2, 5));
  EXPECT_EQ(held(2), (Held{5, true}));
  EXPECT_EQ(read(2, 0, 5), "whole");
}

TEST_P(BlobStoreContract, WhatIsRemovedIsGoneAndOthersStay) {
  make_whole(1, "one");
  make_whole(2, "two");
  ASSERT_TRUE(begin(3));
  ASSERT_TRUE(append(3, 0, 1000, "three"));
  for (const uint8_t number : {1, 3, 4}) EXPECT_TRUE(runner_.run(blobs().remove(file(number)))) << int{number};
  backend_->reopen();
  for (const uint8_t number : {1, 3, 4}) EXPECT_EQ(held(number), std::nullopt) << int{number};
  EXPECT_EQ(read(2, 0, 3), "two");
  ASSERT_TRUE(begin(1, 3));
  EXPECT_EQ(held(1), (Held{0, false})) << "and can be begun anew";
}

TEST_P(BlobStoreContract, WithoutRoomItIsFullAndWhatIsThereGoesOnAfterwards_MEDIA_4) {
  const Bytes bytes = numbered_bytes(1'500'000);
  const BytesView all = bytes;
  ASSERT_TRUE(begin(1, bytes.size()));
  ASSERT_TRUE(append(1, 0, bytes.size(), all.substr(0, 100'000)));
  backend_->leave_room(600'000);
  EXPECT_EQ(begin(2, bytes.size()).error(), StoreError::kFull);
  EXPECT_EQ(append(1, 100'000, bytes.size(), all.substr(100'000)).error(), StoreError::kFull);
  const auto there = held(1);
  ASSERT_TRUE(there);
  EXPECT_GE(there->bytes, 100'000u);
  EXPECT_LT(there->bytes, bytes.size());
  backend_->leave_room(UINT64_MAX);
  ASSERT_TRUE(append(1, there->bytes, bytes.size(), all.substr(there->bytes)));
  ASSERT_TRUE(finish(1, bytes.size()));
  EXPECT_EQ(read(1, 0, bytes.size()), bytes);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BlobStoreContract);

}  // namespace kith
