// SPDX-License-Identifier: AGPL-3.0-or-later

// The bytes of changes and states, which are signed and hashed: were one made otherwise, by another version or another
// protobuf, groups that exist could not go on. The same program runs in WebAssembly
// (web/core-client/known_answers.test.ts).
#include <gtest/gtest.h>

#include "wire/testing/group_changes.h"

namespace kith {
namespace {

using kith::testing::FollowedGroup;
using wire::GroupChange;

AccountId account(uint8_t number) {
  AccountId id;
  id.value.fill(number);
  return id;
}
const AccountId kAna = account(0xa1);
const AccountId kBen = account(0xb2);
const AccountId kCleo = account(0xc3);

class GroupBytesTest : public ::testing::Test {
 protected:
  void take(GroupChange change) {
    auto after = apply_change(group_.state, change);
    ASSERT_TRUE(after);
    group_.state = std::move(*after);
  }
  GroupChange creating() const {
    GroupChange change = group_.creating(kAna, {kCleo, kBen});
    change.mutable_create()->set_sealed_info("sealed");
    change.set_made_us(1'700'000'000'000'000);
    return change;
  }
  FollowedGroup group_{*GroupId::from_hex("00112233445566778899aabbccddeeff")};
};

TEST_F(GroupBytesTest, AChangeHasTheseBytes_GROUP_2) {
  EXPECT_EQ(to_hex(creating().SerializeAsString()),
            "0a1000112233445566778899aabbccddeeff10012210a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a12801308080f9c0c1c482"
            "0352300a10c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c30a10b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2120208011a06736561"
            "6c6564");
  FollowedGroup later = group_;
  later.last = Bytes(32, 'p');
  GroupChange links = later.linking({kBen, {3}}, Bytes(32, 'k'), true, 300);
  EXPECT_EQ(to_hex(links.SerializeAsString()),
            "0a1000112233445566778899aabbccddeeff10011a207070707070707070707070707070707070707070707070707070"
            "7070707070702210b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b228038a01290a270a206b6b6b6b6b6b6b6b6b6b6b6b6b6b6b"
            "6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b100118ac02");
  EXPECT_EQ(to_hex(later.leaving(kBen).SerializeAsString()),
            "0a1000112233445566778899aabbccddeeff10011a207070707070707070707070707070707070707070707070707070"
            "7070707070702210b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b228016a00");
}

TEST_F(GroupBytesTest, AStateHasTheseBytes_GROUP_2) {
  take(creating());
  EXPECT_EQ(to_hex(group_state_bytes(*group_.state)),
            "0a1000112233445566778899aabbccddeeff1001188080f9c0c1c4820322160a10a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
            "a11002180122160a10b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b21001180122160a10c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3"
            "c3100118012a02080132067365616c6564");
  take(group_.linking(kAna, Bytes(32, 'k'), true, 300));
  take(group_.removing(kAna, {kCleo}));
  take(group_.joining(kCleo));
  take(group_.giving(kAna, kBen, wire::kGroupAdmin));
  take(group_.permitting(kAna, false, true, false));
  EXPECT_EQ(to_hex(group_state_bytes(*group_.state)),
            "0a1000112233445566778899aabbccddeeff1006188080f9c0c1c4820322160a10a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
            "a11002180122160a10b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2100218012a02100132067365616c65643a270a206b6b6b"
            "6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b100118ac0242140a10c3c3c3c3c3c3c3c3c3c3"
            "c3c3c3c3c3c31004");
}

TEST_F(GroupBytesTest, WhatALinkSignsHasTheseBytes_GROUP_2) {
  take(creating());
  EXPECT_EQ(to_hex(join_statement(group_.joining(kBen))),
            "6b6974682067726f7570206a6f696e2076310000112233445566778899aabbccddeeffb2b2b2b2b2b2b2b2b2b2b2b2b2"
            "b2b2b20000000000000002");
  EXPECT_EQ(to_hex(read_statement(group_.id, kBen)),
            "6b6974682067726f757020726561642076310000112233445566778899aabbccddeeffb2b2b2b2b2b2b2b2b2b2b2b2b2"
            "b2b2b2");
}

}  // namespace
}  // namespace kith
