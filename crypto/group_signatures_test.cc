// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/group_signatures.h"

#include <gtest/gtest.h>

#include "crypto/account_key.h"
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

TEST_F(GroupSignaturesTest, ADigestIsOfWhoHasWhichListOfDevices_GROUP_3) {
  const auto account = [](char byte) { return *AccountId::from_bytes(Bytes(AccountId::kBytes, byte)); };
  const std::vector<MemberList> lists = {{account('a'), {1}}, {account('b'), {7}}};
  const Bytes digest = group_lists_digest(lists);
  EXPECT_EQ(digest, crypto::digest("kith group lists v1", Bytes(16, 'a') + Bytes("\0\0\0\0\0\0\0\1", 8) +
                                                              Bytes(16, 'b') + Bytes("\0\0\0\0\0\0\0\7", 8)));
  std::vector<MemberList> other = lists;
  other[1].revision = {8};
  EXPECT_NE(group_lists_digest(other), digest);
  other.pop_back();
  EXPECT_NE(group_lists_digest(other), digest);
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
  const GroupLinkKeyPair key = make_group_link_key(random_);
  const Bytes list = sign_device_list(key, "statement");
  EXPECT_FALSE(verify_group_link(key.public_key, "statement", list));
  const Bytes link = sign_with_group_link(key, "statement");
  EXPECT_TRUE(verify_group_link(key.public_key, "statement", link));
  EXPECT_FALSE(verify_group_link(key.public_key, "statements", link));
  EXPECT_FALSE(verify_group_link(make_group_link_key(random_).public_key, "statement", link));
  EXPECT_FALSE(verify_device_list(key.public_key, "statement", link));
}

TEST_F(GroupSignaturesTest, DigestsAreTheseOnEverySystem_GROUP_2) {
  EXPECT_EQ(to_hex(group_state_digest("state")), "3753a708b0a70d4eb75d859c4fe55ebbf1b444c4b4eb42a22a80225c82d107db");
  EXPECT_EQ(to_hex(group_change_digest("change", Bytes(32, 'd'), Bytes(64, 's'))),
            "34a6d41a01a4e654936ae7bf9a4f01ff569a078373dcc60b057ab51263362d68");
}

TEST_F(GroupSignaturesTest, WhatTheNextChangeNamesIsOfChangeStateAndSignature_GROUP_2) {
  const Bytes digest = group_change_digest("change", state_, Bytes(64, 's'));
  EXPECT_EQ(digest.size(), kGroupDigestBytes);
  EXPECT_NE(group_change_digest("other", state_, Bytes(64, 's')), digest);
  EXPECT_NE(group_change_digest("change", group_state_digest("other"), Bytes(64, 's')), digest);
  EXPECT_NE(group_change_digest("change", state_, Bytes(64, 't')), digest) << "nobody puts another signature there";
  EXPECT_NE(group_change_digest("change", "", ""), group_state_digest("change"));
}

}  // namespace
}  // namespace kith::crypto
