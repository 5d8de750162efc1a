// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/ed25519.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace kith::crypto {
namespace {

TEST(Ed25519, ASignatureIsOfOneKeyDomainAndMessage) {
  SystemRandom random;
  const Ed25519KeyPair key = make_ed25519_key(random);
  EXPECT_EQ(key.public_key.size(), 32u);
  EXPECT_EQ(key.private_key.size(), 64u);
  const Bytes signature = sign_ed25519(key.private_key, "kith test v1", "message");
  EXPECT_EQ(signature.size(), 64u);
  EXPECT_TRUE(verify_ed25519(key.public_key, "kith test v1", "message", signature));
  EXPECT_FALSE(verify_ed25519(make_ed25519_key(random).public_key, "kith test v1", "message", signature));
  EXPECT_FALSE(verify_ed25519(key.public_key, "kith test v2", "message", signature));
  EXPECT_FALSE(verify_ed25519(key.public_key, "kith test v1", "messages", signature));
  EXPECT_FALSE(verify_ed25519(key.public_key, "kith test v1m", "essage", signature))
      << "where the domain ends can't be moved";
  for (size_t i = 0; i < signature.size(); ++i) {
    Bytes other = signature;
    other[i] ^= 1;
    EXPECT_FALSE(verify_ed25519(key.public_key, "kith test v1", "message", other)) << i;
  }
}

TEST(Ed25519, WhatIsNoKeyOrSignatureIsFalseAndHarmsNobody) {
  SystemRandom random;
  const Ed25519KeyPair key = make_ed25519_key(random);
  const Bytes signature = sign_ed25519(key.private_key, "kith test v1", "message");
  EXPECT_EQ(sign_ed25519("", "kith test v1", "message"), "");
  EXPECT_EQ(sign_ed25519(key.private_key.substr(1), "kith test v1", "message"), "");
  EXPECT_FALSE(verify_ed25519("", "kith test v1", "message", signature));
  EXPECT_FALSE(verify_ed25519(key.public_key + "x", "kith test v1", "message", signature));
  EXPECT_FALSE(verify_ed25519(key.public_key, "kith test v1", "message", ""));
  EXPECT_FALSE(verify_ed25519(key.public_key, "kith test v1", "message", signature + "x"));
}

}  // namespace
}  // namespace kith::crypto
