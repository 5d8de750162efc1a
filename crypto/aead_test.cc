// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/aead.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"

namespace kith::crypto {
namespace {

class AeadTest : public ::testing::Test {
 protected:
  SystemRandom random_;
  const Bytes key_ = random_.bytes(kAeadKeyBytes);
};

TEST_F(AeadTest, OpensWhatWasSealedWithTheSameKeyAndBinding) {
  const Bytes sealed = seal_aead(key_, "group", "title", random_);
  EXPECT_EQ(sealed.size(), 5 + kAeadOverheadBytes);
  EXPECT_EQ(open_aead(key_, "group", sealed), "title");
  EXPECT_EQ(open_aead(key_, "other", sealed), std::nullopt);
  EXPECT_EQ(open_aead(random_.bytes(kAeadKeyBytes), "group", sealed), std::nullopt);
  EXPECT_NE(seal_aead(key_, "group", "title", random_), sealed);
}

TEST_F(AeadTest, OpensNothingThatWasChangedOrCutOff) {
  const Bytes sealed = seal_aead(key_, "group", "title", random_);
  for (size_t i = 0; i < sealed.size(); ++i) {
    Bytes other = sealed;
    other[i] ^= 1;
    EXPECT_EQ(open_aead(key_, "group", other), std::nullopt) << i;
    EXPECT_EQ(open_aead(key_, "group", BytesView(sealed).substr(0, i)), std::nullopt) << i;
  }
}

// Known answer: XChaCha20-Poly1305, draft-irtf-cfrg-xchacha-03, A.3.1.
TEST(Aead, OpensTheTestVectorOfTheStandard) {
  const auto hex = [](std::string_view text) { return *from_hex(text); };
  const Bytes key = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  const Bytes bound = hex("50515253c0c1c2c3c4c5c6c7");
  const Bytes nonce = hex("404142434445464748494a4b4c4d4e4f5051525354555657");
  const Bytes box = hex(
      "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216"
      "cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13"
      "b52ec0875924c1c7987947deafd8780acf49");
  const auto plain = open_aead(key, bound, nonce + box);
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->substr(0, 45), "Ladies and Gentlemen of the class of '99: If ");
}

TEST_F(AeadTest, SealsNothingUnderAKeyThatIsNone) { EXPECT_EQ(seal_aead("short", "", "title", random_), ""); }

}  // namespace
}  // namespace kith::crypto
