// SPDX-License-Identifier: AGPL-3.0-or-later

// Sessions between two devices, as they go when all is well, and when the network, the server or the disk is not.
#include "crypto/sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/account_key.h"
#include "crypto/testing/test_device.h"

namespace kith::crypto {
namespace {

// For EXPECT_EQ on results.
Result<Bytes, CryptoError> Fails(CryptoError error) { return Fail(error); }
Result<Bytes, CryptoError> Gives(BytesView plaintext) { return Bytes(plaintext); }

class SessionsTest : public testing::Test {
 protected:
  // Both have heard of each other: no message opens a session any more.
  void converse() {
    ASSERT_TRUE(ana.open(ben));
    ASSERT_EQ(ben.decrypt(ana, ana.encrypt(ben, "first")), Gives("first"));
    ASSERT_EQ(ana.decrypt(ben, ben.encrypt(ana, "answer")), Gives("answer"));
  }

  TestPair pair;
  TestDevice& ana = pair.ana;
  TestDevice& ben = pair.ben;
};

TEST_F(SessionsTest, TwoDevicesConverseBothWays) {
  EXPECT_FALSE(ana.sessions.has_session(ben.address));
  ASSERT_TRUE(ana.open(ben));
  EXPECT_TRUE(ana.sessions.has_session(ben.address));

  const Ciphertext first = ana.encrypt(ben, "hello");
  EXPECT_TRUE(first.opens_session);
  EXPECT_EQ(ben.decrypt(ana, first), Gives("hello"));
  EXPECT_TRUE(ben.sessions.has_session(ana.address));

  const Ciphertext answer = ben.encrypt(ana, "hello yourself");
  EXPECT_FALSE(answer.opens_session);
  EXPECT_EQ(ana.decrypt(ben, answer), Gives("hello yourself"));
  EXPECT_FALSE(ana.encrypt(ben, "so").opens_session);
}

TEST_F(SessionsTest, MessagesOpenTheSessionUntilThePeerHasAnswered) {
  ASSERT_TRUE(ana.open(ben));
  const Ciphertext one = ana.encrypt(ben, "one");
  const Ciphertext two = ana.encrypt(ben, "two");
  EXPECT_TRUE(two.opens_session);
  // The second is read as the first to come: it opens the session just as well.
  EXPECT_EQ(ben.decrypt(ana, two), Gives("two"));
  EXPECT_EQ(ben.decrypt(ana, one), Gives("one"));
}

TEST_F(SessionsTest, TheFirstMessageOfASessionSaysThatItIs) {
  ASSERT_TRUE(ana.open(ben));
  for (const bool begins : {true, false}) {
    bool said = !begins;
    EXPECT_TRUE(ben.sessions.decrypt(ana.address, ana.encrypt(ben, "hello"), &said));
    EXPECT_EQ(said, begins);
  }
  bool said = true;
  EXPECT_TRUE(ana.sessions.decrypt(ben.address, ben.encrypt(ana, "hello yourself"), &said) && !said)
      << "Ana has opened it herself";
  ASSERT_TRUE(ana.open(ben));
  EXPECT_TRUE(ben.sessions.decrypt(ana.address, ana.encrypt(ben, "anew"), &said) && said);
}

TEST_F(SessionsTest, MessagesDecryptInAnyOrder) {
  converse();
  std::vector<Ciphertext> messages;
  for (int i = 0; i < 50; ++i) messages.push_back(ana.encrypt(ben, std::to_string(i)));
  for (int i = 49; i >= 0; i -= 2) EXPECT_EQ(ben.decrypt(ana, messages[i]), Gives(std::to_string(i)));
  // The other half comes after the ratchet has turned twice.
  EXPECT_EQ(ana.decrypt(ben, ben.encrypt(ana, "turn")), Gives("turn"));
  EXPECT_EQ(ben.decrypt(ana, ana.encrypt(ben, "turn back")), Gives("turn back"));
  for (int i = 0; i < 50; i += 2) EXPECT_EQ(ben.decrypt(ana, messages[i]), Gives(std::to_string(i)));
}

TEST_F(SessionsTest, AChainOfAThousandMessagesDecrypts) {
  converse();
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(ben.decrypt(ana, ana.encrypt(ben, std::to_string(i))), Gives(std::to_string(i)));
}

TEST_F(SessionsTest, AMessageTooFarAheadIsBad) {
  converse();
  const Ciphertext next = ana.encrypt(ben, "next");
  for (int i = 0; i < 2000; ++i) ana.encrypt(ben, "lost");
  EXPECT_EQ(ben.decrypt(ana, ana.encrypt(ben, "far")), Fails(CryptoError::kBadMessage));
  EXPECT_EQ(ben.decrypt(ana, next), Gives("next"));
}

TEST_F(SessionsTest, AnyLengthDecryptsToItself) {
  converse();
  for (const size_t size : {0, 1, 15, 16, 17, 128, 4096, 70'000}) {
    const Bytes plaintext = ana.random.bytes(size);
    EXPECT_EQ(ben.decrypt(ana, ana.encrypt(ben, plaintext)), Gives(plaintext)) << size;
  }
}

TEST_F(SessionsTest, AReplayIsADuplicateAndChangesNothing) {
  ASSERT_TRUE(ana.open(ben));
  const Ciphertext first = ana.encrypt(ben, "first");
  ASSERT_EQ(ben.decrypt(ana, first), Gives("first"));
  const MemorySignalStore before = ben.store;
  EXPECT_EQ(ben.decrypt(ana, first), Fails(CryptoError::kDuplicate));
  EXPECT_EQ(ben.store, before);

  ASSERT_EQ(ana.decrypt(ben, ben.encrypt(ana, "answer")), Gives("answer"));
  const Ciphertext next = ana.encrypt(ben, "next");
  ASSERT_EQ(ben.decrypt(ana, next), Gives("next"));
  EXPECT_EQ(ben.decrypt(ana, next), Fails(CryptoError::kDuplicate));
}

TEST_F(SessionsTest, ATamperedMessageIsBadAndChangesNothing) {
  converse();
  const Ciphertext message = ana.encrypt(ben, "message");
  const MemorySignalStore before = ben.store;
  Ciphertext tampered = message;
  tampered.bytes.back() ^= 1;  // the authentication code
  EXPECT_EQ(ben.decrypt(ana, tampered), Fails(CryptoError::kBadMessage));
  tampered = message;
  tampered.bytes[tampered.bytes.size() - 9] ^= 1;  // the end of the ciphertext
  EXPECT_EQ(ben.decrypt(ana, tampered), Fails(CryptoError::kBadMessage));
  EXPECT_EQ(ben.store, before);
  EXPECT_EQ(ben.decrypt(ana, message), Gives("message"));
}

TEST_F(SessionsTest, ASessionMessageWithoutASessionSaysSo) {
  converse();
  ben.store.sessions.clear();
  EXPECT_EQ(ben.decrypt(ana, ana.encrypt(ben, "lost")), Fails(CryptoError::kNoSession));
  EXPECT_EQ(ben.sessions.encrypt(ana.address, "lost").error(), CryptoError::kNoSession);
}

TEST_F(SessionsTest, ATakenPrekeyIsGoneAndNamed) {
  ASSERT_TRUE(ana.open(ben));
  const Ciphertext first = ana.encrypt(ben, "first");
  EXPECT_TRUE(ben.store.prekeys.contains(1));
  ASSERT_TRUE(ben.decrypt(ana, first));
  EXPECT_FALSE(ben.store.prekeys.contains(1));

  ben.store.sessions.clear();
  EXPECT_EQ(ben.decrypt(ana, first), Fails(CryptoError::kMissingPrekey));
}

TEST_F(SessionsTest, AMissingSignedPrekeyIsNamed) {
  ASSERT_TRUE(ana.open(ben));
  ben.store.signed_prekeys.clear();
  EXPECT_EQ(ben.decrypt(ana, ana.encrypt(ben, "first")), Fails(CryptoError::kMissingPrekey));
}

TEST_F(SessionsTest, ASessionOpensWithoutAOneTimePrekey) {
  ben.one_time_prekeys.clear();
  ASSERT_TRUE(ana.open(ben));
  EXPECT_EQ(ben.decrypt(ana, ana.encrypt(ben, "first")), Gives("first"));
  EXPECT_EQ(ben.store.prekeys.size(), 20u);
}

// Curve25519 ignores the bit, so both forms open the same session; were both taken, the second would decrypt as a new
// message.
TEST_F(SessionsTest, ASecondFormOfAnOpeningMessageIsRefused) {
  ben.one_time_prekeys.clear();
  ASSERT_TRUE(ana.open(ben));
  const Ciphertext first = ana.encrypt(ben, "first");
  ASSERT_EQ(ben.decrypt(ana, first), Gives("first"));
  Ciphertext second = first;
  // The base key is the first field of the message that holds 33 bytes: tag, length, type byte, 32 bytes.
  const size_t base_key = second.bytes.find("\x12\x21\x05");
  ASSERT_NE(base_key, Bytes::npos);
  second.bytes[base_key + 2 + 32] = static_cast<char>(second.bytes[base_key + 2 + 32] ^ 0x80);
  EXPECT_EQ(ben.decrypt(ana, second), Fails(CryptoError::kMalformed));
}

// [INBOX-2] A transaction that is rolled back takes the ratchet with it, and the message decrypts again.
TEST_F(SessionsTest, ARolledBackStoreDecryptsAgain) {
  ASSERT_TRUE(ana.open(ben));
  const Ciphertext first = ana.encrypt(ben, "first");
  const MemorySignalStore before_first = ben.store;
  ASSERT_TRUE(ben.decrypt(ana, first));
  ben.store = before_first;
  EXPECT_EQ(ben.decrypt(ana, first), Gives("first"));

  ASSERT_TRUE(ana.decrypt(ben, ben.encrypt(ana, "answer")));
  const Ciphertext next = ana.encrypt(ben, "next");
  const MemorySignalStore before_next = ben.store;
  ASSERT_TRUE(ben.decrypt(ana, next));
  ben.store = before_next;
  EXPECT_EQ(ben.decrypt(ana, next), Gives("next"));
}

TEST_F(SessionsTest, AFailingStoreIsNamedAndTheSameCallSucceedsLater) {
  ana.store.fail_writes = true;
  const PrekeyBundle bundle = ben.bundle();
  EXPECT_EQ(ana.sessions.open_session(ben.address, bundle).error(), CryptoError::kStorage);
  EXPECT_EQ(ana.sessions.make_prekeys(50, 1).error(), CryptoError::kStorage);
  EXPECT_EQ(ana.sessions.make_signed_prekey(2, UnixMicros{0}).error(), CryptoError::kStorage);
  ana.store.fail_writes = false;
  ASSERT_TRUE(ana.sessions.open_session(ben.address, bundle));

  ana.store.fail_writes = true;
  EXPECT_EQ(ana.sessions.encrypt(ben.address, "first").error(), CryptoError::kStorage);
  ana.store.fail_writes = false;
  const Ciphertext first = ana.encrypt(ben, "first");

  ben.store.fail_writes = true;
  EXPECT_EQ(ben.decrypt(ana, first), Fails(CryptoError::kStorage));
  EXPECT_TRUE(ben.store.prekeys.contains(1)) << "the prekey went though nothing was stored";
  ben.store.fail_writes = false;
  EXPECT_EQ(ben.decrypt(ana, first), Gives("first"));

  ASSERT_TRUE(ana.decrypt(ben, ben.encrypt(ana, "answer")));
  const Ciphertext next = ana.encrypt(ben, "next");
  ben.store.fail_writes = true;
  EXPECT_EQ(ben.decrypt(ana, next), Fails(CryptoError::kStorage));
  ben.store.fail_writes = false;
  EXPECT_EQ(ben.decrypt(ana, next), Gives("next"));
}

TEST_F(SessionsTest, ARecordThatCannotBeReadIsAFailureOfTheStore) {
  converse();
  const Ciphertext message = ana.encrypt(ben, "message");
  ben.store.sessions[ana.address] = "no record";
  EXPECT_FALSE(ben.sessions.has_session(ana.address));
  EXPECT_EQ(ben.sessions.encrypt(ana.address, "x").error(), CryptoError::kStorage);
  EXPECT_EQ(ben.decrypt(ana, message), Fails(CryptoError::kStorage));
}

TEST_F(SessionsTest, WhenBothOpenSessionsAtOnceNothingIsLostAndTheyConverge) {
  ASSERT_TRUE(ana.open(ben));
  ASSERT_TRUE(ben.open(ana));
  const Ciphertext from_ana = ana.encrypt(ben, "ana first");
  const Ciphertext from_ben = ben.encrypt(ana, "ben first");
  EXPECT_EQ(ben.decrypt(ana, from_ana), Gives("ana first"));
  EXPECT_EQ(ana.decrypt(ben, from_ben), Gives("ben first"));

  for (int i = 0; i < 4; ++i) {  // and once more at once
    const Ciphertext a = ana.encrypt(ben, "a");
    const Ciphertext b = ben.encrypt(ana, "b");
    EXPECT_EQ(ben.decrypt(ana, a), Gives("a"));
    EXPECT_EQ(ana.decrypt(ben, b), Gives("b"));
  }
  for (int i = 0; i < 4; ++i) {
    const Ciphertext a = ana.encrypt(ben, "a");
    EXPECT_FALSE(a.opens_session);
    EXPECT_EQ(ben.decrypt(ana, a), Gives("a"));
    const Ciphertext b = ben.encrypt(ana, "b");
    EXPECT_FALSE(b.opens_session);
    EXPECT_EQ(ana.decrypt(ben, b), Gives("b"));
  }
}

TEST_F(SessionsTest, AfterASessionIsOpenedAnewLateMessagesOfTheOldOneStillDecrypt) {
  converse();
  const Ciphertext late = ben.encrypt(ana, "late");
  const Ciphertext later = ana.encrypt(ben, "later");
  ASSERT_TRUE(ana.open(ben));
  const Ciphertext fresh = ana.encrypt(ben, "fresh");
  EXPECT_TRUE(fresh.opens_session);
  EXPECT_EQ(ben.decrypt(ana, fresh), Gives("fresh"));
  EXPECT_EQ(ana.decrypt(ben, late), Gives("late"));
  EXPECT_EQ(ben.decrypt(ana, later), Gives("later"));
  EXPECT_EQ(ana.decrypt(ben, late), Fails(CryptoError::kDuplicate));
  EXPECT_EQ(ana.decrypt(ben, ben.encrypt(ana, "on")), Gives("on"));
}

// [DEVICE-1] The identity is the one that the signed device list names, and no other.
TEST_F(SessionsTest, AnIdentityThatTheDeviceListDoesNotNameIsRefused) {
  ana.store.trusted[ben.address] = ana.store.identity().public_key;
  EXPECT_EQ(ana.open(ben).error(), CryptoError::kUntrustedIdentity);
  ana.store.trusted.clear();
  EXPECT_EQ(ana.open(ben).error(), CryptoError::kUntrustedIdentity);
  EXPECT_TRUE(ana.store.sessions.empty());

  ana.trust(ben);
  ASSERT_TRUE(ana.open(ben));
  const Ciphertext first = ana.encrypt(ben, "first");
  ben.store.trusted[ana.address] = ben.store.identity().public_key;
  EXPECT_EQ(ben.decrypt(ana, first), Fails(CryptoError::kUntrustedIdentity));
  ben.store.trusted.clear();
  EXPECT_EQ(ben.decrypt(ana, first), Fails(CryptoError::kUntrustedIdentity));
  EXPECT_TRUE(ben.store.sessions.empty());
  ben.trust(ana);
  EXPECT_EQ(ben.decrypt(ana, first), Gives("first"));
}

// [DEVICE-1] After a changed identity nothing goes to the former one, nor is anything taken from it.
TEST_F(SessionsTest, ASessionEndsWhenTheDeviceListNamesAnotherIdentity) {
  converse();
  const Ciphertext from_former = ben.encrypt(ana, "from the former");
  TestDevice successor(77);
  ana.store.trusted[ben.address] = successor.store.identity().public_key;
  EXPECT_FALSE(ana.sessions.has_session(ben.address));
  EXPECT_EQ(ana.sessions.encrypt(ben.address, "x").error(), CryptoError::kNoSession);
  EXPECT_EQ(ana.decrypt(ben, from_former), Fails(CryptoError::kNoSession));

  ASSERT_TRUE(ana.sessions.open_session(ben.address, successor.bundle()));
  successor.trust(ana);
  const auto first = ana.sessions.encrypt(ben.address, "to the successor");
  ASSERT_TRUE(first);
  EXPECT_EQ(successor.decrypt(ana, *first), Gives("to the successor"));
  EXPECT_EQ(ana.decrypt(ben, from_former), Fails(CryptoError::kBadMessage)) << "the former session is still there";
}

// [DEVICE-1] Public keys are known to all: naming one in a message must not cost the session that is there.
TEST_F(SessionsTest, AMessageThatFailsLeavesASessionOfAnotherIdentityWhereItIs) {
  converse();
  TestDevice successor(77);
  successor.trust(ana);
  successor.address = ben.address;
  ASSERT_TRUE(successor.open(ana));
  const Ciphertext opening = successor.encrypt(ana, "opening");

  const MemorySignalStore before = ana.store;
  EXPECT_EQ(ana.decrypt(ben, opening), Fails(CryptoError::kUntrustedIdentity));
  EXPECT_EQ(ana.store, before);

  ana.store.trusted[ben.address] = successor.store.identity().public_key;
  const MemorySignalStore trusting = ana.store;
  Ciphertext tampered = opening;
  tampered.bytes[tampered.bytes.size() - 9] ^= 1;
  EXPECT_FALSE(ana.decrypt(ben, tampered));
  EXPECT_EQ(ana.store, trusting);
  EXPECT_EQ(ana.decrypt(ben, opening), Gives("opening"));
  EXPECT_TRUE(ana.sessions.has_session(ben.address));
}

TEST_F(SessionsTest, ABundleIsCheckedInEveryPart) {
  const PrekeyBundle good = ben.bundle();
  const auto refused = [&](auto change) {
    PrekeyBundle bundle = good;
    change(bundle);
    const auto result = ana.sessions.open_session(ben.address, bundle);
    EXPECT_TRUE(ana.store.sessions.empty());
    return result ? std::nullopt : std::optional(result.error());
  };
  using enum CryptoError;
  EXPECT_EQ(refused([](auto& b) { b.signed_prekey_signature[5] ^= 1; }), kBadSignature);
  EXPECT_EQ(refused([](auto& b) { b.signed_prekey[5] ^= 1; }), kBadSignature);
  EXPECT_EQ(refused([](auto& b) { b.identity_key[5] ^= 1; }), kUntrustedIdentity);
  EXPECT_EQ(refused([](auto& b) { b.signed_prekey_signature.pop_back(); }), kMalformed);
  EXPECT_EQ(refused([](auto& b) { b.signed_prekey_signature.clear(); }), kMalformed);
  EXPECT_EQ(refused([](auto& b) { b.identity_key.clear(); }), kMalformed);
  EXPECT_EQ(refused([](auto& b) { b.identity_key += 'x'; }), kMalformed);
  EXPECT_EQ(refused([](auto& b) { b.signed_prekey[0] = 4; }), kMalformed);
  EXPECT_EQ(refused([](auto& b) { b.prekey.pop_back(); }), kMalformed);
  EXPECT_EQ(refused([](auto& b) { b.prekey.clear(); }), kMalformed);
  EXPECT_TRUE(ana.sessions.open_session(ben.address, good));
}

TEST_F(SessionsTest, PrekeyIdsWrapAndLeaveOutTheOneThatIsNeverRemoved) {
  const auto parts = ana.sessions.make_prekeys(kPrekeyIdMax - 1, 4);
  ASSERT_TRUE(parts);
  std::vector<uint32_t> ids;
  for (const auto& part : *parts) {
    ids.push_back(part.id);
    EXPECT_EQ(part.public_key.size(), 33u);
    EXPECT_TRUE(ana.store.prekeys.contains(part.id));
  }
  EXPECT_THAT(ids, testing::ElementsAre(kPrekeyIdMax - 1, kPrekeyIdMax, 1u, 2u));
  EXPECT_THAT(*ana.sessions.make_prekeys(5, 0), testing::IsEmpty());
}

TEST_F(SessionsTest, APrekeyOfTheHighestIdIsRemovedOnceUsed) {
  const auto parts = ben.sessions.make_prekeys(kPrekeyIdMax, 1);
  ASSERT_TRUE(parts);
  PrekeyBundle bundle = ben.bundle();
  bundle.prekey_id = parts->front().id;
  bundle.prekey = parts->front().public_key;
  ASSERT_TRUE(ana.sessions.open_session(ben.address, bundle));
  ASSERT_TRUE(ben.decrypt(ana, ana.encrypt(ben, "first")));
  EXPECT_FALSE(ben.store.prekeys.contains(kPrekeyIdMax));
}

TEST_F(SessionsTest, IdentitiesAndRegistrationIdsHaveTheirForm) {
  for (int i = 0; i < 1000; ++i) {
    const uint32_t id = Sessions::make_registration_id(ana.random);
    ASSERT_GE(id, 1u);
    ASSERT_LE(id, 16380u);
  }
  const IdentityKeyPair identity = Sessions::make_identity(ana.random);
  EXPECT_EQ(identity.public_key.size(), 33u);
  EXPECT_EQ(identity.public_key[0], 5);
  EXPECT_EQ(identity.private_key.size(), 32u);
  EXPECT_NE(identity.public_key, Sessions::make_identity(ana.random).public_key);
}

TEST_F(SessionsTest, SessionsOfDifferentDevicesOfAnAccountAreApart) {
  const DeviceAddress second{ben.address.account, DeviceId{4'000'000'000}};
  TestDevice other(55);
  ana.store.trusted[second] = other.store.identity().public_key;
  other.trust(ana);
  converse();
  ASSERT_TRUE(ana.sessions.open_session(second, other.bundle()));
  const auto to_second = ana.sessions.encrypt(second, "to the second");
  ASSERT_TRUE(to_second);
  EXPECT_EQ(ben.decrypt(ana, *to_second), Fails(CryptoError::kMissingPrekey));  // the prekey it names was used
  EXPECT_EQ(other.decrypt(ana, *to_second), Gives("to the second"));
}

}  // namespace
}  // namespace kith::crypto
