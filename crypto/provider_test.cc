// SPDX-License-Identifier: AGPL-3.0-or-later

// Known answers for every primitive that is called, from the documents that define them.
#include "crypto/provider.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "crypto/testing/provider_calls.h"

namespace kith::crypto {
namespace {

Bytes hex(std::string_view text) {
  const auto bytes = from_hex(text);
  EXPECT_TRUE(bytes) << text;
  return bytes.value_or("");
}

std::string hex_or_refused(const std::optional<Bytes>& bytes) { return bytes ? to_hex(*bytes) : "refused"; }

class ProviderTest : public testing::Test {
 protected:
  ProviderCalls calls;
};

// NIST SP 800-38A, F.2.5 and F.5.5
const char* const kKey256 = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
const char* const kPlaintext =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

TEST_F(ProviderTest, AesCbcIsThatOfSp800_38AFollowedByABlockOfPadding) {
  const Bytes iv = hex("000102030405060708090a0b0c0d0e0f");
  const auto sealed = calls.encrypt(SG_CIPHER_AES_CBC_PKCS5, hex(kKey256), iv, hex(kPlaintext));
  ASSERT_TRUE(sealed);
  EXPECT_EQ(sealed->size(), 80u);
  EXPECT_EQ(to_hex(sealed->substr(0, 64)),
            "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
            "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b");
  EXPECT_EQ(hex_or_refused(calls.decrypt(SG_CIPHER_AES_CBC_PKCS5, hex(kKey256), iv, *sealed)), kPlaintext);
}

TEST_F(ProviderTest, AesCtrIsThatOfSp800_38A) {
  const Bytes counter = hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  const std::string sealed =
      "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
      "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6";
  EXPECT_EQ(hex_or_refused(calls.encrypt(SG_CIPHER_AES_CTR_NOPADDING, hex(kKey256), counter, hex(kPlaintext))), sealed);
  EXPECT_EQ(hex_or_refused(calls.decrypt(SG_CIPHER_AES_CTR_NOPADDING, hex(kKey256), counter, hex(sealed))), kPlaintext);
  // No padding: any length stays what it is.
  EXPECT_EQ(
      hex_or_refused(calls.encrypt(SG_CIPHER_AES_CTR_NOPADDING, hex(kKey256), counter, hex(kPlaintext).substr(0, 21))),
      sealed.substr(0, 42));
}

TEST_F(ProviderTest, AesRefusesWrongLengthsUnknownModesAndBadPadding) {
  const Bytes key(32, 'k');
  const Bytes iv(16, 'i');
  for (const size_t size : {0, 1, 15, 31, 33, 64}) {
    EXPECT_FALSE(calls.encrypt(SG_CIPHER_AES_CBC_PKCS5, Bytes(size, 'k'), iv, "text")) << size;
    EXPECT_EQ(calls.code, SG_ERR_INVAL);
  }
  for (const size_t size : {0, 8, 15, 17}) {
    EXPECT_FALSE(calls.encrypt(SG_CIPHER_AES_CBC_PKCS5, key, Bytes(size, 'i'), "text")) << size;
    EXPECT_EQ(calls.code, SG_ERR_INVAL);
  }
  EXPECT_FALSE(calls.encrypt(3, key, iv, "text"));
  EXPECT_EQ(calls.code, SG_ERR_INVAL);

  const Bytes sealed = calls.encrypt(SG_CIPHER_AES_CBC_PKCS5, key, iv, "text").value_or("");
  ASSERT_EQ(sealed.size(), 16u);
  for (const Bytes& bad : {Bytes(), sealed.substr(0, 15), sealed + 'x', sealed + sealed}) {
    EXPECT_FALSE(calls.decrypt(SG_CIPHER_AES_CBC_PKCS5, key, iv, bad)) << bad.size();
    EXPECT_EQ(calls.code, SG_ERR_INVALID_MESSAGE);
  }
}

// RFC 4231, cases 1, 2, 4, 6 and 7
TEST_F(ProviderTest, HmacSha256IsThatOfRfc4231) {
  EXPECT_EQ(to_hex(calls.hmac_sha256(Bytes(20, '\x0b'), {"Hi There"})),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(calls.hmac_sha256("Jefe", {"what do ya want ", "for nothing?"})),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(calls.hmac_sha256(hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), {Bytes(50, '\xcd')})),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  EXPECT_EQ(to_hex(calls.hmac_sha256(Bytes(131, '\xaa'), {"Test Using Larger Than Block-Size Key - Hash Key First"})),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(
      to_hex(calls.hmac_sha256(Bytes(131, '\xaa'),
                               {"This is a test using a larger than block-size key and a larger than block-size data. ",
                                "The key needs to be hashed before being used by the HMAC algorithm."})),
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

// FIPS 180-4's examples. One context serves for several digests, as the library expects.
TEST_F(ProviderTest, Sha512IsThatOfFips180) {
  const auto hashes = calls.sha512(
      {"abc", "",
       "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
       "nopqrstu"});
  ASSERT_EQ(hashes.size(), 3u);
  EXPECT_EQ(to_hex(hashes[0]),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(to_hex(hashes[1]),
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
            "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e");
  EXPECT_EQ(to_hex(hashes[2]),
            "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
            "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909");
}

// RFC 5869, A.1, A.2 and A.3
TEST_F(ProviderTest, HkdfSha256IsThatOfRfc5869) {
  EXPECT_EQ(hex_or_refused(calls.hkdf_sha256(Bytes(22, '\x0b'), hex("000102030405060708090a0b0c"),
                                             hex("f0f1f2f3f4f5f6f7f8f9"), 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  const auto run = [](int first, int last) {
    Bytes bytes;
    for (int byte = first; byte <= last; ++byte) bytes += static_cast<char>(byte);
    return bytes;
  };
  EXPECT_EQ(hex_or_refused(calls.hkdf_sha256(run(0x00, 0x4f), run(0x60, 0xaf), run(0xb0, 0xff), 82)),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c"
            "2f09b8367793a9ac"
            "a3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
  EXPECT_EQ(hex_or_refused(calls.hkdf_sha256(Bytes(22, '\x0b'), "", "", 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

// RFC 7748, 5.2 and 6.1
TEST_F(ProviderTest, X25519IsThatOfRfc7748) {
  EXPECT_EQ(hex_or_refused(calls.x25519(hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                                        hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  // The highest bit of a public key is ignored.
  EXPECT_EQ(hex_or_refused(calls.x25519(hex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
                                        hex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"))),
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
  EXPECT_EQ(hex_or_refused(calls.x25519(hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
                                        hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"))),
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
}

// RFC 8032, 7.1, tests 1 to 3
TEST_F(ProviderTest, Ed25519IsThatOfRfc8032) {
  const struct {
    const char *seed, *public_key, *message, *signature;
  } cases[] = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2"
       "4655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302ae"
       "eb00d291612bb0c00"},
      {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28"
       "dc027beceea1ec40a"},
  };
  for (const auto& known : cases) {
    Bytes public_key(32, '\0');
    Bytes private_key(64, '\0');
    Bytes signature(64, '\0');
    const Bytes seed = hex(known.seed);
    const Bytes message = hex(known.message);
    crypto_sign_seed_keypair(reinterpret_cast<unsigned char*>(public_key.data()),
                             reinterpret_cast<unsigned char*>(private_key.data()), octets(seed));
    EXPECT_EQ(to_hex(public_key), known.public_key);
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, octets(message), message.size(),
                         octets(private_key));
    EXPECT_EQ(to_hex(signature), known.signature);
  }
}

// RFC 7693, appendix A
TEST_F(ProviderTest, Blake2bIsThatOfRfc7693) {
  Bytes hash(64, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(), octets("abc"), 3, nullptr, 0);
  EXPECT_EQ(to_hex(hash),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

TEST_F(ProviderTest, RandomnessComesFromTheSourceThatWasGiven) {
  SeededRandom given(5);
  SeededRandom same(5);
  const signal_crypto_provider provider = make_provider(given);
  uint8_t drawn[40];
  ASSERT_EQ(provider.random_func(drawn, sizeof drawn, provider.user_data), SG_SUCCESS);
  EXPECT_EQ(view(drawn, sizeof drawn), same.bytes(sizeof drawn));
}

}  // namespace
}  // namespace kith::crypto
