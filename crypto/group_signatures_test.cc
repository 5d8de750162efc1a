// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/group_signatures.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "crypto/sessions.h"

namespace kith::crypto {
namespace {

class GroupSignaturesTest : public ::testing::Test {
 protected:
  SystemRandom random_;
  const IdentityKeyPair identity_ = Sessions::make_identity(random_);
  const Bytes state_ = group_state_digest("state");
};

TEST_F(GroupSignaturesTest, AChangeIsOfWhoSignedItAndOfNobodyElse_GROUP_2) {
  const Bytes signature = sign_group_change(identity_, random_, "change", state_);
  EXPECT_EQ(signature.size(), 64u);
  EXPECT_TRUE(verify_group_change(identity_.public_key, "change", state_, signature));
  EXPECT_FALSE(verify_group_change(identity_.public_key, "changed", state_, signature));
  EXPECT_FALSE(verify_group_change(identity_.public_key, "change", group_state_digest("other"), signature));
  EXPECT_FALSE(verify_group_change(Sessions::make_identity(random_).public_key, "change", state_, signature));
  for (size_t i = 0; i < signature.size(); ++i) {
    Bytes other = signature;
    other[i] ^= 1;
    EXPECT_FALSE(verify_group_change(identity_.public_key, "change", state_, other)) << i;
  }
}

TEST_F(GroupSignaturesTest, WhereAChangeEndsAndTheStateBeginsCanNotBeMoved) {
  const Bytes signature = sign_group_change(identity_, random_, "change", state_);
  EXPECT_FALSE(verify_group_change(identity_.public_key, "change" + state_.substr(0, 1), state_.substr(1), signature));
  EXPECT_FALSE(verify_group_change(identity_.public_key, "change" + state_, "", signature));
}

TEST_F(GroupSignaturesTest, WhatIsNoKeyOrSignatureIsFalseAndHarmsNobody) {
  const Bytes signature = sign_group_change(identity_, random_, "change", state_);
  EXPECT_FALSE(verify_group_change("", "change", state_, signature));
  EXPECT_FALSE(verify_group_change(Bytes(33, '\x05'), "change", state_, signature));
  EXPECT_FALSE(verify_group_change(identity_.public_key, "change", state_, ""));
  EXPECT_FALSE(verify_group_change(identity_.public_key, "change", state_, signature + "x"));
  EXPECT_EQ(sign_group_change({}, random_, "change", state_), "");
  EXPECT_EQ(sign_with_group_link({}, "statement"), "");
}

TEST_F(GroupSignaturesTest, ASignedPrekeyOrADeviceListStandsForNoChange) {
  const AccountKeyPair key = make_account_key(random_);
  const Bytes list = sign_device_list(key, "statement");
  EXPECT_FALSE(verify_group_link(key.public_key, "statement", list));
  const Bytes link = sign_with_group_link(key, "statement");
  EXPECT_TRUE(verify_group_link(key.public_key, "statement", link));
  EXPECT_FALSE(verify_group_link(key.public_key, "statements", link));
  EXPECT_FALSE(verify_group_link(make_account_key(random_).public_key, "statement", link));
  EXPECT_FALSE(verify_device_list(key.public_key, "statement", link));
}

TEST_F(GroupSignaturesTest, DigestsOfChangeAndStateDiffer) {
  EXPECT_EQ(group_change_digest("x").size(), 32u);
  EXPECT_NE(group_change_digest("x"), group_state_digest("x"));
  EXPECT_NE(group_change_digest("x"), group_change_digest("y"));
}

}  // namespace
}  // namespace kith::crypto
