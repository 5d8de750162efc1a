// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/hash.h"

#include <gtest/gtest.h>

#include "crypto/pin_hash.h"

namespace kith::crypto {
namespace {

// Computed apart from this code: Python's hashlib.blake2b(b"kith token v1\0secret", digest_size=32).
TEST(Hash, ADigestIsBlake2bOverDomainZeroAndInput) {
  EXPECT_EQ(to_hex(digest("kith token v1", "secret")),
            "22c79ea04d60687d5ca702b7d66fe559cab9b55c7350d7405f08aa44cb89ee75");
}

TEST(Hash, DomainsAreApart) {
  EXPECT_NE(digest("kith token v1", "secret"), digest("kith code v1", "secret"));
  EXPECT_NE(digest("a", "bc"), digest("ab", "c"));
  EXPECT_NE(digest("a", ""), digest("a", Bytes(1, '\0')));
}

TEST(Hash, SystemRandomnessFillsEverythingAndDoesNotRepeat) {
  SystemRandom random;
  const Bytes one = random.bytes(100'000);
  EXPECT_NE(one, random.bytes(100'000));
  // A run of 16 zeros has a chance of 2^-111 in this many bytes.
  EXPECT_EQ(one.find(Bytes(16, '\0')), Bytes::npos);
  EXPECT_EQ(random.bytes(0), "");
}

TEST(PinHash, TheRightPinVerifiesAndNoOther) {
  const std::string hash = hash_pin("4711");
  EXPECT_EQ(hash.rfind("$argon2id$", 0), 0u) << hash;
  EXPECT_TRUE(verify_pin(hash, "4711"));
  EXPECT_FALSE(verify_pin(hash, "4712"));
  EXPECT_FALSE(verify_pin(hash, ""));
  EXPECT_FALSE(verify_pin(hash, "47110"));
}

TEST(PinHash, TwoHashesOfAPinDiffer) { EXPECT_NE(hash_pin("4711"), hash_pin("4711")); }

TEST(PinHash, WhatIsNoHashOfOursVerifiesNothing) {
  EXPECT_FALSE(verify_pin("", "4711"));
  EXPECT_FALSE(verify_pin("4711", "4711"));
  std::string changed = hash_pin("4711");
  changed.back() = changed.back() == 'A' ? 'Q' : 'A';
  EXPECT_FALSE(verify_pin(changed, "4711"));
  EXPECT_FALSE(verify_pin(changed.substr(0, changed.size() / 2), "4711"));
  EXPECT_FALSE(verify_pin(std::string(1000, '$'), "4711"));
}

TEST(TableHash, IsTheSameForTheSameInputAndUnderAnotherKeyAnother) {
  const TableHash one;
  const TableHash other;
  EXPECT_EQ(one("input"), one("input"));
  EXPECT_NE(one("input"), one("inpuT"));
  EXPECT_NE(one("input"), one(BytesView("input\0", 6)));
  EXPECT_NE(one("input"), other("input"));
}

}  // namespace
}  // namespace kith::crypto
