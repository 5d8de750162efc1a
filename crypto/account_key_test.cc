// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/account_key.h"

#include <gtest/gtest.h>

#include "crypto/testing/seeded_random.h"
#include "crypto/testing/test_device.h"

namespace kith::crypto {
namespace {

class AccountKeyTest : public testing::Test {
 protected:
  SeededRandom random{9};
  AccountKeyPair key = make_account_key(random);
};

TEST_F(AccountKeyTest, KeysHaveTheirLengthsAndDiffer) {
  EXPECT_EQ(key.public_key.size(), 32u);
  EXPECT_EQ(key.private_key.size(), 64u);
  EXPECT_NE(make_account_key(random).public_key, key.public_key);
}

// [DEVICE-1]
TEST_F(AccountKeyTest, ASignedDeviceListVerifies) {
  const Bytes signature = sign_device_list(key, "device list");
  EXPECT_EQ(signature.size(), 64u);
  EXPECT_TRUE(verify_device_list(key.public_key, "device list", signature));
  EXPECT_TRUE(verify_device_list(key.public_key, "", sign_device_list(key, "")));
}

// [DEVICE-1]
TEST_F(AccountKeyTest, NoChangedBitOfADeviceListKeyOrSignatureVerifies) {
  const Bytes list = "device list";
  const Bytes signature = sign_device_list(key, list);
  const auto flipped = [](Bytes bytes, size_t bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
    return bytes;
  };
  for (size_t bit = 0; bit < list.size() * 8; ++bit)
    EXPECT_FALSE(verify_device_list(key.public_key, flipped(list, bit), signature));
  for (size_t bit = 0; bit < 512; ++bit)
    EXPECT_FALSE(verify_device_list(key.public_key, list, flipped(signature, bit))) << bit;
  for (size_t bit = 0; bit < 256; ++bit)
    EXPECT_FALSE(verify_device_list(flipped(key.public_key, bit), list, signature)) << bit;
  EXPECT_FALSE(verify_device_list(make_account_key(random).public_key, list, signature));
}

TEST_F(AccountKeyTest, WrongLengthsNeverVerify) {
  const Bytes signature = sign_device_list(key, "list");
  EXPECT_FALSE(verify_device_list("", "list", signature));
  EXPECT_FALSE(verify_device_list(key.public_key + 'x', "list", signature));
  EXPECT_FALSE(verify_device_list(key.public_key.substr(0, 31), "list", signature));
  EXPECT_FALSE(verify_device_list(key.public_key, "list", ""));
  EXPECT_FALSE(verify_device_list(key.public_key, "list", signature + 'x'));
  EXPECT_FALSE(verify_device_list(key.public_key, "list", signature.substr(0, 63)));
  EXPECT_EQ(sign_device_list({.public_key = key.public_key, .private_key = "short"}, "list"), "");
}

// A key of small order would verify signatures that nobody made.
TEST_F(AccountKeyTest, TheNeutralPointIsNoAccountKey) {
  Bytes neutral(32, '\0');
  neutral[0] = 1;
  EXPECT_FALSE(verify_device_list(neutral, "list", neutral + Bytes(32, '\0')));
}

TEST_F(AccountKeyTest, APrekeySignatureVerifiesForItsIdentityAndPrekeyAlone) {
  TestDevice device(3);
  TestDevice other(4);
  const Bytes identity = device.store.identity().public_key;
  const Bytes prekey = device.signed_prekey.public_key;
  const Bytes signature = device.signed_prekey.signature;
  EXPECT_TRUE(verify_prekey_signature(identity, prekey, signature));
  EXPECT_FALSE(verify_prekey_signature(other.store.identity().public_key, prekey, signature));
  EXPECT_FALSE(verify_prekey_signature(identity, other.signed_prekey.public_key, signature));
  EXPECT_FALSE(verify_prekey_signature(identity, prekey, other.signed_prekey.signature));
}

TEST_F(AccountKeyTest, AMalformedPrekeySignatureIsFalse) {
  TestDevice device(3);
  const Bytes identity = device.store.identity().public_key;
  const Bytes prekey = device.signed_prekey.public_key;
  const Bytes signature = device.signed_prekey.signature;
  EXPECT_FALSE(verify_prekey_signature("", prekey, signature));
  EXPECT_FALSE(verify_prekey_signature(identity.substr(1), prekey, signature));
  EXPECT_FALSE(verify_prekey_signature('\x04' + identity.substr(1), prekey, signature));
  EXPECT_FALSE(verify_prekey_signature(identity, "", signature));
  EXPECT_FALSE(verify_prekey_signature(identity, prekey + 'x', signature));
  EXPECT_FALSE(verify_prekey_signature(identity, Bytes(100'000, '\x05'), signature));
  EXPECT_FALSE(verify_prekey_signature(identity, prekey, ""));
  EXPECT_FALSE(verify_prekey_signature(identity, prekey, signature.substr(0, 63)));
  EXPECT_FALSE(verify_prekey_signature(identity, prekey, signature + 'x'));
}

}  // namespace
}  // namespace kith::crypto
