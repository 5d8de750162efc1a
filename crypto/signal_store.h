// SPDX-License-Identifier: AGPL-3.0-or-later

// Where Signal state lives: implemented by the client core on SQLite (core/store/signal_tables.h), and in memory by
// tests.
//
// All calls happen inside a call of Sessions, on its thread, and so inside the transaction that the caller has open:
// when it is rolled back, so is the ratchet (INBOX-2). Values are opaque.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/ids.h"

namespace kith::crypto {

struct IdentityKeyPair {
  Bytes public_key;   // 33 bytes: type byte 5, X25519
  Bytes private_key;  // 32 bytes
};

class SignalStore {
 public:
  virtual ~SignalStore() = default;

  // This device's identity; set once, at registration.
  virtual IdentityKeyPair identity() = 0;
  virtual uint32_t registration_id() = 0;

  virtual std::optional<Bytes> load_session(const DeviceAddress& peer) = 0;
  virtual bool store_session(const DeviceAddress& peer, BytesView record) = 0;  // false: storage failed
  virtual void remove_session(const DeviceAddress& peer) = 0;

  // Serialized libsignal prekey records.
  virtual std::optional<Bytes> load_prekey(uint32_t id) = 0;
  virtual bool store_prekey(uint32_t id, BytesView record) = 0;
  virtual void remove_prekey(uint32_t id) = 0;
  virtual std::optional<Bytes> load_signed_prekey(uint32_t id) = 0;
  virtual bool store_signed_prekey(uint32_t id, BytesView record) = 0;

  // The identity key that the peer's verified device list names for this device: what a session must use. Absent:
  // unknown, refuse.
  virtual std::optional<Bytes> trusted_identity(const DeviceAddress& peer) = 0;
};

}  // namespace kith::crypto
