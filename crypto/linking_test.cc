// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/linking.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "crypto/hash.h"

namespace kith::crypto {
namespace {

class LinkingTest : public testing::Test {
 protected:
  std::optional<LinkKeys> new_side(const LinkInvitation& invitation, const LinkOpening& opening) {
    return agree(invitation, nonce_, opening, new_.private_key, opening.public_key);
  }
  std::optional<LinkKeys> first_side(const LinkInvitation& invitation, const LinkOpening& opening) {
    return agree(invitation, nonce_, opening, first_.private_key, invitation.public_key);
  }

  SystemRandom random_;
  LinkKeyPair new_ = make_link_key(random_);
  LinkKeyPair first_ = make_link_key(random_);
  LinkInvitation invitation_ = make_link_invitation(random_, new_.public_key);
  Bytes nonce_ = random_.bytes(kLinkNonceBytes);
  LinkOpening opening_{first_.public_key, random_.bytes(kLinkNonceBytes)};
};

TEST_F(LinkingTest, BothSidesHaveTheSameKeyAndTheSameCode) {
  const auto at_new = new_side(invitation_, opening_);
  const auto at_first = first_side(invitation_, opening_);
  ASSERT_TRUE(at_new && at_first);
  EXPECT_EQ(at_new->key, at_first->key);
  EXPECT_EQ(at_new->code, at_first->code);
  EXPECT_EQ(at_new->code.size(), 6u);
  const Bytes sealed = seal_link(*at_new, 4, "identity", random_);
  EXPECT_EQ(open_link(*at_first, 4, sealed), "identity");
}

TEST_F(LinkingTest, WhatIsForgottenIsOverwritten) {
  auto keys = *new_side(invitation_, opening_);
  // Strings keep their memory when they are emptied.
  std::vector<std::string_view> memory;
  for (const Bytes* const secret : {&new_.private_key, &invitation_.secret, &keys.key, &keys.code}) {
    memory.emplace_back(*secret);
    ASSERT_NE(memory.back(), std::string(secret->size(), '\0'));
  }
  new_.forget();
  invitation_.forget();
  keys.forget();
  EXPECT_TRUE(new_.private_key.empty() && invitation_.secret.empty() && keys.key.empty() && keys.code.empty());
  for (const std::string_view was : memory) EXPECT_EQ(was, std::string(was.size(), '\0'));
}

TEST_F(LinkingTest, AnInvitationComesBackFromItsBytesAndFromNoOthers) {
  const Bytes bytes = invitation_.encode();
  EXPECT_EQ(bytes.size(), 65u);
  const auto read = LinkInvitation::decode(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, invitation_.id);
  EXPECT_EQ(read->public_key, invitation_.public_key);
  EXPECT_EQ(read->secret, invitation_.secret);
  EXPECT_FALSE(LinkInvitation::decode(bytes + "x"));
  EXPECT_FALSE(LinkInvitation::decode(bytes.substr(1)));
  EXPECT_FALSE(LinkInvitation::decode(""));
  Bytes later = bytes;
  later[0] = 2;
  EXPECT_FALSE(LinkInvitation::decode(later));
  EXPECT_FALSE(LinkOpening::decode(opening_.encode() + "x"));
  EXPECT_EQ(LinkOpening::decode(opening_.encode())->nonce, opening_.nonce);
}

// The mailbox knows its id and everything that passes through it, but not the secret.
TEST_F(LinkingTest, WhoeverKeepsTheMailboxCanNotAnswerForTheFirstDevice) {
  LinkInvitation guessed = invitation_;
  guessed.secret = random_.bytes(guessed.secret.size());
  const auto at_new = new_side(invitation_, opening_);
  const auto at_mailbox = first_side(guessed, opening_);
  ASSERT_TRUE(at_new && at_mailbox);
  EXPECT_NE(at_new->key, at_mailbox->key);
  EXPECT_FALSE(open_link(*at_new, 5, seal_link(*at_mailbox, 5, "come to my account", random_)));
}

TEST_F(LinkingTest, EverythingThatPassedIsInTheCode) {
  const auto right = new_side(invitation_, opening_);
  ASSERT_TRUE(right);
  LinkInvitation other_id = invitation_;
  other_id.id = random_.bytes(kLinkIdBytes);
  EXPECT_NE(new_side(other_id, opening_)->key, right->key);
  LinkOpening other_nonce = opening_;
  other_nonce.nonce = random_.bytes(kLinkNonceBytes);
  EXPECT_NE(new_side(invitation_, other_nonce)->key, right->key);
  EXPECT_NE(link_commitment(opening_), link_commitment(other_nonce));
  nonce_ = random_.bytes(kLinkNonceBytes);
  EXPECT_NE(new_side(invitation_, opening_)->key, right->key);
}

TEST_F(LinkingTest, AMessageStaysInItsSlotAndAsItWasSealed) {
  const auto keys = new_side(invitation_, opening_);
  ASSERT_TRUE(keys);
  Bytes sealed = seal_link(*keys, 4, "identity", random_);
  EXPECT_FALSE(open_link(*keys, 5, sealed)) << "moved";
  EXPECT_FALSE(open_link(*keys, 4, sealed.substr(0, sealed.size() - 1))) << "cut off";
  EXPECT_FALSE(open_link(*keys, 4, ""));
  EXPECT_NE(sealed, seal_link(*keys, 4, "identity", random_)) << "a nonce of its own";
  sealed.back() = static_cast<char>(sealed.back() ^ 1);
  EXPECT_FALSE(open_link(*keys, 4, sealed)) << "changed";
}

TEST_F(LinkingTest, APointOfSmallOrderIsNoKey) {
  const Bytes zero(kLinkPublicKeyBytes, '\0');
  EXPECT_FALSE(agree(invitation_, nonce_, {zero, opening_.nonce}, new_.private_key, zero));
  EXPECT_FALSE(agree(invitation_, nonce_, opening_, new_.private_key, "short"));
  EXPECT_FALSE(agree(invitation_, "short", opening_, new_.private_key, opening_.public_key));
}

}  // namespace
}  // namespace kith::crypto
