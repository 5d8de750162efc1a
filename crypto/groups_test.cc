// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages of a group between devices: who can read what, and that nothing is lost or read twice for it.
#include "crypto/groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/testing/memory_group_key_store.h"
#include "crypto/testing/seeded_random.h"

namespace kith::crypto {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Result<Bytes, CryptoError> Fails(CryptoError error) { return Fail(error); }
Result<Bytes, CryptoError> Gives(BytesView plaintext) { return Bytes(plaintext); }

struct Device {
  explicit Device(uint64_t seed)
      : random(seed), address{random.id<AccountId>(), DeviceId{1}}, groups(store, address, random) {}

  SeededRandom random;
  DeviceAddress address;
  MemoryGroupKeyStore store;
  Groups groups;
};

class GroupsTest : public testing::Test {
 protected:
  using Devices = std::vector<Device*>;

  static GroupRoster roster(const Devices& devices) {
    std::vector<DeviceAddress> addresses;
    for (const Device* device : devices) addresses.push_back(device->address);
    return GroupRoster(std::move(addresses));
  }
  // Hands the sender's key to those who lack it, as sessions between them would.
  void hand_out(Device& sender, const Devices& to) {
    const auto out = sender.groups.hand_out(group, roster(to));
    ASSERT_TRUE(out);
    for (Device* device : to) {
      const bool lacks = std::find(out->to.begin(), out->to.end(), device->address) != out->to.end();
      ASSERT_TRUE(!lacks || device->groups.take(group, sender.address, out->key));
    }
    ASSERT_TRUE(sender.groups.handed(group, out->chain, out->to));
  }
  // The key handed out, and then a message.
  Bytes send(Device& sender, const Devices& to, BytesView plaintext) {
    hand_out(sender, to);
    const auto sealed = sender.groups.seal(group, roster(to), plaintext);
    EXPECT_TRUE(sealed);
    return sealed ? *sealed : Bytes();
  }
  Result<Bytes, CryptoError> open(Device& device, Device& sender, BytesView message) {
    return device.groups.open(group, sender.address, message);
  }

  GroupId group = SeededRandom(77).id<GroupId>();
  Device ana{1}, ben{2}, cem{3}, dee{4};
};

TEST_F(GroupsTest, OneCiphertextIsReadByAllDevicesOfTheRoster) {
  const Bytes message = send(ana, {&ben, &cem}, "hello all");
  EXPECT_EQ(open(ben, ana, message), Gives("hello all"));
  EXPECT_EQ(open(cem, ana, message), Gives("hello all"));
  EXPECT_EQ(open(dee, ana, message), Fails(CryptoError::kNoSession));
  // Each has a key of its own.
  EXPECT_EQ(open(ana, ben, message), Fails(CryptoError::kNoSession));
  EXPECT_EQ(open(cem, ana, send(ana, {&ben, &cem}, "again")), Gives("again"));
}

TEST_F(GroupsTest, TheKeyIsHandedOutOnceToEachAndAPartAtATime) {
  const GroupRoster three = roster({&ben, &cem, &dee});
  auto out = ana.groups.hand_out(group, three);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->to, three.devices());
  EXPECT_EQ(ana.groups.seal(group, three, "too early"), Fails(CryptoError::kNoSession));

  ASSERT_TRUE(ana.groups.handed(group, out->chain, {ben.address, dee.address}));
  EXPECT_EQ(ana.groups.seal(group, three, "too early"), Fails(CryptoError::kNoSession));
  const auto rest = ana.groups.hand_out(group, three);
  ASSERT_TRUE(rest);
  EXPECT_THAT(rest->to, ElementsAre(cem.address));
  EXPECT_EQ(rest->key, out->key);

  ASSERT_TRUE(ana.groups.handed(group, rest->chain, rest->to));
  out = ana.groups.hand_out(group, three);
  ASSERT_TRUE(out);
  EXPECT_THAT(out->to, IsEmpty());
  EXPECT_TRUE(ana.groups.seal(group, three, "now"));
}

TEST_F(GroupsTest, WhoJoinsReadsNothingFromBefore) {
  const Bytes before = send(ana, {&ben}, "before");
  const Bytes after = send(ana, {&ben, &cem}, "after");
  EXPECT_EQ(open(cem, ana, before), Fails(CryptoError::kBadMessage));
  EXPECT_EQ(open(cem, ana, after), Gives("after"));
  EXPECT_EQ(open(ben, ana, before), Gives("before"));
  EXPECT_EQ(open(ben, ana, after), Gives("after"));
  EXPECT_EQ(ana.store.all_chains.size(), 1u);  // it is the same chain
}

TEST_F(GroupsTest, WhoLeavesReadsNothingFromAfter) {
  EXPECT_EQ(open(cem, ana, send(ana, {&ben, &cem}, "all")), Gives("all"));
  const GroupRoster without = roster({&ben});
  // The present key seals nothing for fewer than have it.
  EXPECT_EQ(ana.groups.seal(group, without, "for Ben"), Fails(CryptoError::kNoSession));
  const Bytes after = send(ana, {&ben}, "for Ben");
  EXPECT_EQ(open(cem, ana, after), Fails(CryptoError::kNoSession));
  EXPECT_EQ(open(ben, ana, after), Gives("for Ben"));
  // Nor when one leaves while another joins, and the number is as before.
  const Bytes exchanged = send(ana, {&dee}, "for Dee");
  EXPECT_EQ(open(ben, ana, exchanged), Fails(CryptoError::kNoSession));
  EXPECT_EQ(open(dee, ana, exchanged), Gives("for Dee"));
}

TEST_F(GroupsTest, WhatWasReadyForFewerIsNotWhenOneMoreHasTheKey) {
  send(ana, {&ben}, "for Ben");
  hand_out(ana, {&ben, &cem});
  EXPECT_EQ(ana.groups.seal(group, roster({&ben}), "for Ben"), Fails(CryptoError::kNoSession));
}

TEST_F(GroupsTest, AKeyThatWasReplacedIsNoMoreHandedOut) {
  const auto first = ana.groups.hand_out(group, roster({&ben, &cem}));
  ASSERT_TRUE(first);
  ASSERT_TRUE(ana.groups.handed(group, first->chain, {cem.address}));
  hand_out(ana, {&ben});  // Cem is gone
  const auto late = ana.groups.handed(group, first->chain, {ben.address});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error(), CryptoError::kNoSession);
  EXPECT_FALSE(ana.groups.hand_again(group, cem.address));
}

TEST_F(GroupsTest, AMessageIsReadOnceAndInAnyOrder) {
  const Bytes one = send(ana, {&ben}, "one");
  const Bytes two = send(ana, {&ben}, "two");
  const Bytes three = send(ana, {&ben}, "three");
  EXPECT_EQ(open(ben, ana, three), Gives("three"));
  EXPECT_EQ(open(ben, ana, one), Gives("one"));
  EXPECT_EQ(open(ben, ana, one), Fails(CryptoError::kDuplicate));
  EXPECT_EQ(open(ben, ana, two), Gives("two"));
  EXPECT_EQ(open(ben, ana, three), Fails(CryptoError::kDuplicate));
}

TEST_F(GroupsTest, AKeyThatComesOnceMoreLosesNothingThatIsOnItsWay) {
  const Bytes one = send(ana, {&ben}, "one");
  const Bytes two = send(ana, {&ben}, "two");
  const auto again = ana.groups.hand_again(group, ben.address);
  ASSERT_TRUE(again);
  ASSERT_TRUE(ben.groups.take(group, ana.address, *again));
  EXPECT_EQ(open(ben, ana, one), Gives("one"));
  EXPECT_EQ(open(ben, ana, two), Gives("two"));
}

TEST_F(GroupsTest, ADeviceThatHasLostItsKeysReadsOnWithTheKeyHandedAgain) {
  const Bytes lost = send(ana, {&ben}, "lost");
  ben.store = {};
  EXPECT_EQ(open(ben, ana, lost), Fails(CryptoError::kNoSession));
  const auto again = ana.groups.hand_again(group, ben.address);
  ASSERT_TRUE(again);
  ASSERT_TRUE(ben.groups.take(group, ana.address, *again));
  EXPECT_EQ(open(ben, ana, lost), Fails(CryptoError::kBadMessage));  // it is not said to be a copy: it is asked for
  EXPECT_EQ(open(ben, ana, send(ana, {&ben}, "next")), Gives("next"));
  EXPECT_FALSE(ana.groups.hand_again(group, cem.address)) << "who never had it is not given it so";
}

TEST_F(GroupsTest, ARefreshedKeyIsANewOneAndTheOldOneReadsWhatIsLate) {
  const Bytes late = send(ana, {&ben}, "late");
  ana.groups.refresh(group);
  EXPECT_EQ(ana.groups.seal(group, roster({&ben}), "x"), Fails(CryptoError::kNoSession));
  const Bytes fresh = send(ana, {&ben}, "fresh");
  EXPECT_EQ(open(ben, ana, fresh), Gives("fresh"));
  EXPECT_EQ(open(ben, ana, late), Gives("late"));
}

TEST_F(GroupsTest, OfASenderTheNewestFiveKeysAreKept) {
  std::vector<Bytes> messages;
  for (int i = 0; i < 6; ++i) {
    messages.push_back(send(ana, {&ben}, "message " + std::to_string(i)));
    ana.groups.refresh(group);
  }
  EXPECT_EQ(open(ben, ana, messages[0]), Fails(CryptoError::kNoSession));
  for (size_t i = 1; i < messages.size(); ++i)
    EXPECT_EQ(open(ben, ana, messages[i]), Gives("message " + std::to_string(i)));
}

TEST_F(GroupsTest, NobodySpeaksForAnotherOrForAnotherGroup) {
  hand_out(ben, {&cem});
  const Bytes message = send(ana, {&ben, &cem}, "Ana's");
  EXPECT_EQ(open(cem, ben, message), Fails(CryptoError::kNoSession));
  const GroupId other = SeededRandom(78).id<GroupId>();
  EXPECT_EQ(ben.groups.open(other, ana.address, message), Fails(CryptoError::kNoSession));

  // Ben has Ana's chain as every member does, but signs with nothing of hers.
  Bytes forged = message;
  forged.back() = static_cast<char>(forged.back() ^ 1);
  const auto before = cem.store.all_chains;
  EXPECT_EQ(open(cem, ana, forged), Fails(CryptoError::kBadMessage));
  EXPECT_EQ(cem.store.all_chains, before);
  EXPECT_EQ(open(cem, ana, message), Gives("Ana's"));
}

TEST_F(GroupsTest, EveryChangedByteIsRefusedAndChangesNothing) {
  const Bytes message = send(ana, {&ben}, "whole");
  const auto before = ben.store.all_chains;
  for (size_t i = 0; i < message.size(); ++i) {
    Bytes changed = message;
    changed[i] = static_cast<char>(changed[i] ^ 0x21);
    EXPECT_FALSE(open(ben, ana, changed)) << i;
    EXPECT_FALSE(open(ben, ana, BytesView(message).substr(0, i))) << i;
  }
  EXPECT_EQ(ben.store.all_chains, before);
  EXPECT_EQ(open(ben, ana, message), Gives("whole"));
}

TEST_F(GroupsTest, WhatIsNoKeyIsRefused) {
  const auto out = ana.groups.hand_out(group, roster({&ben}));
  ASSERT_TRUE(out);
  for (size_t size = 0; size < out->key.size(); ++size) {
    const auto taken = ben.groups.take(group, ana.address, BytesView(out->key).substr(0, size));
    ASSERT_FALSE(taken) << size;
    EXPECT_EQ(taken.error(), CryptoError::kMalformed) << size;
  }
  EXPECT_THAT(ben.store.chains(group, ana.address), IsEmpty());
}

TEST_F(GroupsTest, WhatIsRolledBackWasNotSealedAndIsReadAgain) {
  hand_out(ana, {&ben});
  const MemoryGroupKeyStore sender = ana.store;
  const auto first = ana.groups.seal(group, roster({&ben}), "first");
  ASSERT_TRUE(first);
  const MemoryGroupKeyStore receiver = ben.store;
  EXPECT_EQ(open(ben, ana, *first), Gives("first"));
  ben.store = receiver;
  EXPECT_EQ(open(ben, ana, *first), Gives("first"));
  ana.store = sender;
  const auto repeated = ana.groups.seal(group, roster({&ben}), "first");
  ASSERT_TRUE(repeated);
  EXPECT_EQ(open(ben, ana, *repeated), Fails(CryptoError::kDuplicate));
}

TEST_F(GroupsTest, AStoreThatFailsIsSaidAndGivesNoCiphertext) {
  const Bytes message = send(ana, {&ben}, "one");
  ana.store.fail_writes = ben.store.fail_writes = true;
  EXPECT_EQ(ana.groups.seal(group, roster({&ben}), "two"), Fails(CryptoError::kStorage));
  EXPECT_EQ(open(ben, ana, message), Fails(CryptoError::kStorage));
  cem.store.fail_writes = true;
  EXPECT_FALSE(cem.groups.hand_out(group, roster({&ben})));
  const auto again = ana.groups.hand_again(group, ben.address);
  ASSERT_TRUE(again);
  EXPECT_FALSE(cem.groups.take(group, ana.address, *again));
}

TEST_F(GroupsTest, WhoseKeysAreDroppedIsNotReadAnyMore) {
  const Bytes message = send(ana, {&ben}, "one");
  ben.groups.drop(group, ana.address);
  EXPECT_EQ(open(ben, ana, message), Fails(CryptoError::kNoSession));
  hand_out(ben, {&ana});
  ben.groups.forget(group);
  EXPECT_TRUE(ben.store.own.empty() && ben.store.all_holders.empty() && ben.store.all_chains.empty());
}

TEST_F(GroupsTest, WhatGoesToTheSameDevicesLooksAtNoHolder) {
  std::vector<DeviceAddress> addresses;
  for (uint64_t i = 0; i < 5 * 1023; ++i)
    addresses.push_back({SeededRandom(1000 + i / 5).id<AccountId>(), DeviceId{1 + static_cast<uint32_t>(i % 5)}});
  const GroupRoster all(addresses);
  const auto out = ana.groups.hand_out(group, all);
  ASSERT_TRUE(out);
  ASSERT_EQ(out->to.size(), addresses.size());
  ASSERT_TRUE(ana.groups.handed(group, out->chain, out->to));
  ASSERT_TRUE(ana.groups.seal(group, all, "first"));
  ana.store.reads_of_holders = 0;
  const auto more = ana.groups.hand_out(group, all);
  ASSERT_TRUE(more);
  EXPECT_THAT(more->to, IsEmpty());
  ASSERT_TRUE(ana.groups.seal(group, all, "second"));
  EXPECT_EQ(ana.store.reads_of_holders, 0);
}

TEST_F(GroupsTest, ARosterIsItsDevicesInWhateverOrder) {
  EXPECT_EQ(roster({&ana, &ben}).digest(), roster({&ben, &ana, &ben}).digest());
  EXPECT_NE(roster({&ana, &ben}).digest(), roster({&ana, &cem}).digest());
  EXPECT_NE(roster({}).digest(), roster({&ana}).digest());
  const AccountId account = ana.address.account;
  EXPECT_NE(GroupRoster({{account, DeviceId{1}}}).digest(), GroupRoster({{account, DeviceId{256}}}).digest());
}

}  // namespace
}  // namespace kith::crypto
