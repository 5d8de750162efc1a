// SPDX-License-Identifier: AGPL-3.0-or-later

// A device for tests of sessions: an account of one device, its store, and what it has published.
#pragma once

#include <cstdlib>

#include "crypto/sessions.h"
#include "crypto/testing/memory_signal_store.h"
#include "crypto/testing/seeded_random.h"

namespace kith::crypto {

class TestDevice {
 public:
  explicit TestDevice(uint64_t seed)
      : random(seed),
        address{random.id<AccountId>(), DeviceId{1}},
        store(Sessions::make_identity(random), Sessions::make_registration_id(random)),
        sessions(store, random) {
    const auto made = sessions.make_signed_prekey(1, UnixMicros{1'700'000'000'000'000});
    const auto prekeys = sessions.make_prekeys(1, 20);
    if (!made || !prekeys) std::abort();
    signed_prekey = *made;
    one_time_prekeys = *prekeys;
  }
  TestDevice(const TestDevice&) = delete;
  TestDevice& operator=(const TestDevice&) = delete;

  // What the key directory gives out: the next one-time prekey, or none when they have run out.
  PrekeyBundle bundle() {
    PrekeyBundle bundle{.registration_id = store.registration_id(),
                        .identity_key = store.identity().public_key,
                        .signed_prekey_id = signed_prekey.id,
                        .signed_prekey = signed_prekey.public_key,
                        .signed_prekey_signature = signed_prekey.signature,
                        .prekey_id = std::nullopt,
                        .prekey = {}};
    if (!one_time_prekeys.empty()) {
      bundle.prekey_id = one_time_prekeys.front().id;
      bundle.prekey = one_time_prekeys.front().public_key;
      one_time_prekeys.erase(one_time_prekeys.begin());
    }
    return bundle;
  }
  // As a verified device list would have it.
  void trust(TestDevice& peer) { store.trusted[peer.address] = peer.store.identity().public_key; }

  Result<void, CryptoError> open(TestDevice& peer) { return sessions.open_session(peer.address, peer.bundle()); }
  Ciphertext encrypt(TestDevice& peer, BytesView plaintext) {
    auto message = sessions.encrypt(peer.address, plaintext);
    return message ? *message : Ciphertext{};
  }
  Result<Bytes, CryptoError> decrypt(TestDevice& peer, const Ciphertext& message) {
    return sessions.decrypt(peer.address, message);
  }

  SeededRandom random;
  DeviceAddress address;
  MemorySignalStore store;
  Sessions sessions;
  PublicPrekeyPart signed_prekey;
  std::vector<PublicPrekeyPart> one_time_prekeys;
};

// Two devices that trust each other's identities.
struct TestPair {
  explicit TestPair(uint64_t seed = 1) : ana(seed), ben(seed + 1000) {
    ana.trust(ben);
    ben.trust(ana);
  }
  TestDevice ana;
  TestDevice ben;
};

}  // namespace kith::crypto
