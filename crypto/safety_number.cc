// SPDX-License-Identifier: AGPL-3.0-or-later

// Safety numbers: what two people compare to know that no key was exchanged on the way.
//
//   hash 0   = SHA-512( version 00 00 | key | account id | key )
//   hash n   = SHA-512( hash n-1 | key ),  n up to 5,199
//   digits   = six times five bytes of the last hash, each as a big-endian number modulo 100,000 in five digits
//   QR code  = 01 | first 32 bytes of one's own last hash | first 32 bytes of the other's
#include <sodium.h>

#include "crypto/account_key.h"
#include "crypto/signal_handles.h"
#include "crypto/sodium.h"

namespace kith::crypto {

namespace {

constexpr int kIterations = 5200;
constexpr BytesView kFingerprintVersion("\0\0", 2);
constexpr char kQrVersion = 1;
constexpr size_t kQrFingerprintBytes = 32;
constexpr int kChunks = 6;

Bytes fingerprint(const AccountId& account, BytesView key) {
  Bytes input(kFingerprintVersion);
  input += key;
  input += account.view();
  Bytes hash(crypto_hash_sha512_BYTES, '\0');
  for (int i = 0; i < kIterations; ++i) {
    input += key;
    crypto_hash_sha512(reinterpret_cast<unsigned char*>(hash.data()), octets(input), input.size());
    input = hash;
  }
  return hash;
}

std::string digits_of(BytesView hash) {
  std::string digits;
  for (int chunk = 0; chunk < kChunks; ++chunk) {
    uint64_t number = 0;
    for (int i = 0; i < 5; ++i) number = number << 8 | static_cast<unsigned char>(hash[chunk * 5 + i]);
    number %= 100'000;
    for (uint64_t place = 10'000; place > 0; place /= 10) digits += static_cast<char>('0' + number / place % 10);
  }
  return digits;
}

}  // namespace

std::string safety_number(const AccountId& one, BytesView one_key, const AccountId& other, BytesView other_key) {
  start_sodium();
  const std::string one_half = digits_of(fingerprint(one, one_key));
  const std::string other_half = digits_of(fingerprint(other, other_key));
  return one_half < other_half ? one_half + other_half : other_half + one_half;
}

Bytes safety_number_qr(const AccountId& self, BytesView self_key, const AccountId& other, BytesView other_key) {
  start_sodium();
  Bytes payload(1, kQrVersion);
  payload += fingerprint(self, self_key).substr(0, kQrFingerprintBytes);
  payload += fingerprint(other, other_key).substr(0, kQrFingerprintBytes);
  return payload;
}

bool safety_number_qr_matches(BytesView scanned, const AccountId& self, BytesView self_key, const AccountId& other,
                              BytesView other_key) {
  return equal_in_constant_time(scanned, safety_number_qr(other, other_key, self, self_key));
}

}  // namespace kith::crypto
