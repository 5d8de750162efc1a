// SPDX-License-Identifier: AGPL-3.0-or-later

#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/account_key.h"
#include "crypto/testing/seeded_random.h"

namespace kith::crypto {
namespace {

class SafetyNumberTest : public testing::Test {
 protected:
  SeededRandom random{11};
  AccountId ana = random.id<AccountId>();
  AccountId ben = random.id<AccountId>();
  Bytes ana_key = make_account_key(random).public_key;
  Bytes ben_key = make_account_key(random).public_key;
};

TEST_F(SafetyNumberTest, BothSidesSeeTheSameSixtyDigits) {
  const std::string number = safety_number(ana, ana_key, ben, ben_key);
  EXPECT_EQ(number.size(), 60u);
  EXPECT_TRUE(std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; })) << number;
  EXPECT_EQ(safety_number(ben, ben_key, ana, ana_key), number);
  EXPECT_LE(number.substr(0, 30), number.substr(30));
}

TEST_F(SafetyNumberTest, AnotherKeyOrAccountIsAnotherNumber) {
  const std::string number = safety_number(ana, ana_key, ben, ben_key);
  Bytes changed = ben_key;
  changed[31] ^= 1;
  EXPECT_NE(safety_number(ana, ana_key, ben, changed), number);
  EXPECT_NE(safety_number(ana, changed, ben, ben_key), number);
  EXPECT_NE(safety_number(random.id<AccountId>(), ana_key, ben, ben_key), number);
}

// Fixed for ever: people compare numbers across versions. The value was computed apart from this code, by Python's
//   hashlib: h = bytes(2) + key + account
//   for i in range(5200): h = hashlib.sha512(h + key).digest()
//   "".join("%05d" % (int.from_bytes(h[i:i+5], "big") % 100000) for i in range(0, 30, 5))
TEST_F(SafetyNumberTest, KnownKeysGiveTheKnownNumber) {
  const AccountId one = *AccountId::from_hex("000102030405060708090a0b0c0d0e0f");
  const AccountId other = *AccountId::from_hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  EXPECT_EQ(safety_number(one, Bytes(32, '\x11'), other, Bytes(32, '\x22')),
            "024265483488828113268461686149547643712149810065747569131456");
}

TEST_F(SafetyNumberTest, TheQrCodeOfOneMatchesTheOther) {
  const Bytes shown = safety_number_qr(ben, ben_key, ana, ana_key);
  EXPECT_EQ(shown.size(), 65u);
  EXPECT_EQ(shown[0], 1);
  EXPECT_TRUE(safety_number_qr_matches(shown, ana, ana_key, ben, ben_key));
}

TEST_F(SafetyNumberTest, AnyOtherQrCodeDoesNotMatch) {
  const Bytes shown = safety_number_qr(ben, ben_key, ana, ana_key);
  EXPECT_FALSE(safety_number_qr_matches(safety_number_qr(ana, ana_key, ben, ben_key), ana, ana_key, ben, ben_key))
      << "one's own";
  for (const size_t at : {0, 1, 32, 33, 64}) {
    Bytes changed = shown;
    changed[at] ^= 1;
    EXPECT_FALSE(safety_number_qr_matches(changed, ana, ana_key, ben, ben_key)) << at;
  }
  EXPECT_FALSE(safety_number_qr_matches("", ana, ana_key, ben, ben_key));
  EXPECT_FALSE(safety_number_qr_matches(shown.substr(0, 64), ana, ana_key, ben, ben_key));
  EXPECT_FALSE(safety_number_qr_matches(shown + 'x', ana, ana_key, ben, ben_key));
  EXPECT_FALSE(safety_number_qr_matches(shown, ana, ben_key, ben, ben_key));
  EXPECT_FALSE(safety_number_qr_matches(shown, ana, ana_key, ben, ana_key));
}

}  // namespace
}  // namespace kith::crypto
