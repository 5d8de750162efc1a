// SPDX-License-Identifier: AGPL-3.0-or-later

// Bytes from anybody: nothing crashes, nothing but the original is ever read, and the session survives.
#include <gtest/gtest.h>

#include <set>

#include "crypto/testing/test_device.h"

namespace kith::crypto {
namespace {

class HostileMessagesTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(pair.ana.open(pair.ben));
    opening = pair.ana.encrypt(pair.ben, "opening");
    before_opening.emplace(pair.ben.store);
    ASSERT_TRUE(pair.ben.decrypt(pair.ana, opening));
    ASSERT_TRUE(pair.ana.decrypt(pair.ben, pair.ben.encrypt(pair.ana, "answer")));
    message = pair.ana.encrypt(pair.ben, "message");
    before_message.emplace(pair.ben.store);
  }

  // Decrypts on the store as it was; says whether it was read, and if so that it is nothing else than was sent.
  std::optional<CryptoError> attempt(const MemorySignalStore& store, const Ciphertext& bytes, BytesView sent) {
    pair.ben.store = store;
    const auto result = pair.ben.decrypt(pair.ana, bytes);
    if (!result) {
      EXPECT_NE(result.error(), CryptoError::kStorage);
      EXPECT_EQ(pair.ben.store, store) << "a refused message changed the store";
      return result.error();
    }
    EXPECT_EQ(*result, sent);
    return std::nullopt;
  }

  TestPair pair;
  Ciphertext opening;
  Ciphertext message;
  std::optional<MemorySignalStore> before_opening;
  std::optional<MemorySignalStore> before_message;
};

TEST_F(HostileMessagesTest, NoChangedBitOfASessionMessageIsEverAccepted) {
  std::set<CryptoError> seen;
  for (size_t bit = 0; bit < message.bytes.size() * 8; ++bit) {
    Ciphertext changed = message;
    changed.bytes[bit / 8] = static_cast<char>(changed.bytes[bit / 8] ^ 1 << bit % 8);
    const auto error = attempt(*before_message, changed, "message");
    ASSERT_TRUE(error) << "bit " << bit;
    seen.insert(*error);
  }
  EXPECT_TRUE(seen.contains(CryptoError::kBadMessage));
  EXPECT_TRUE(seen.contains(CryptoError::kMalformed));
  EXPECT_FALSE(attempt(*before_message, message, "message"));
}

// Outside its authenticated part an opening message has a registration id and a version's lower half, which change
// nothing.
TEST_F(HostileMessagesTest, AChangedBitOfAnOpeningMessageNeverChangesWhatIsRead) {
  for (size_t bit = 0; bit < opening.bytes.size() * 8; ++bit) {
    Ciphertext changed = opening;
    changed.bytes[bit / 8] = static_cast<char>(changed.bytes[bit / 8] ^ 1 << bit % 8);
    attempt(*before_opening, changed, "opening");
  }
  EXPECT_FALSE(attempt(*before_opening, opening, "opening"));
}

TEST_F(HostileMessagesTest, NoPieceOfAMessageIsAccepted) {
  for (const Ciphertext& whole : {opening, message}) {
    const auto& store = whole.opens_session ? *before_opening : *before_message;
    for (size_t size = 0; size < whole.bytes.size(); ++size) {
      EXPECT_TRUE(attempt(store, {whole.opens_session, whole.bytes.substr(0, size)}, "")) << size;
      EXPECT_TRUE(attempt(store, {!whole.opens_session, whole.bytes.substr(0, size)}, "")) << size;
      EXPECT_TRUE(attempt(store, {whole.opens_session, whole.bytes.substr(whole.bytes.size() - size)}, "")) << size;
    }
    EXPECT_TRUE(attempt(store, {!whole.opens_session, whole.bytes}, ""));
  }
}

TEST_F(HostileMessagesTest, RandomBytesAreMalformed) {
  SeededRandom random(4711);
  for (int i = 0; i < 2000; ++i) {
    Bytes bytes = random.bytes(random.below(200));
    if (!bytes.empty() && i % 2 == 0) bytes[0] = 0x33;  // the right version
    for (const bool opens_session : {false, true}) {
      EXPECT_EQ(attempt(*before_message, {opens_session, bytes}, ""), CryptoError::kMalformed) << to_hex(bytes);
    }
  }
}

TEST_F(HostileMessagesTest, SplicedAndOverwrittenMessagesNeverReadAsAnythingElse) {
  SeededRandom random(4712);
  for (int i = 0; i < 2000; ++i) {
    const Ciphertext& original = i % 2 == 0 ? opening : message;
    Ciphertext changed = original;
    const size_t at = random.below(changed.bytes.size());
    const Bytes piece =
        i % 3 == 0 ? random.bytes(random.below(40)) : opening.bytes.substr(random.below(opening.bytes.size()), 40);
    changed.bytes.replace(at, i % 5 == 0 ? 0 : piece.size(), piece);
    if (changed.bytes == original.bytes) continue;
    attempt(original.opens_session ? *before_opening : *before_message, changed,
            original.opens_session ? "opening" : "message");
  }
}

}  // namespace
}  // namespace kith::crypto
