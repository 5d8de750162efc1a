// SPDX-License-Identifier: AGPL-3.0-or-later

// A SignalStore in memory, for tests. Copyable: a copy is a savepoint, and assigning it back is a rollback.
#pragma once

#include <map>

#include "crypto/signal_store.h"

namespace kith::crypto {

class MemorySignalStore : public SignalStore {
 public:
  MemorySignalStore(IdentityKeyPair identity, uint32_t registration_id)
      : identity_(std::move(identity)), registration_id_(registration_id) {}

  IdentityKeyPair identity() override { return identity_; }
  uint32_t registration_id() override { return registration_id_; }

  std::optional<Bytes> load_session(const DeviceAddress& peer) override { return find(sessions, peer); }
  bool store_session(const DeviceAddress& peer, BytesView record) override { return put(sessions, peer, record); }
  void remove_session(const DeviceAddress& peer) override { sessions.erase(peer); }

  std::optional<Bytes> load_prekey(uint32_t id) override { return find(prekeys, id); }
  bool store_prekey(uint32_t id, BytesView record) override { return put(prekeys, id, record); }
  void remove_prekey(uint32_t id) override { prekeys.erase(id); }
  std::optional<Bytes> load_signed_prekey(uint32_t id) override { return find(signed_prekeys, id); }
  bool store_signed_prekey(uint32_t id, BytesView record) override { return put(signed_prekeys, id, record); }

  std::optional<Bytes> trusted_identity(const DeviceAddress& peer) override { return find(trusted, peer); }

  friend bool operator==(const MemorySignalStore& a, const MemorySignalStore& b) {
    return a.sessions == b.sessions && a.prekeys == b.prekeys && a.signed_prekeys == b.signed_prekeys &&
           a.trusted == b.trusted;
  }

  // Open to tests: what is stored, whom to trust, and whether writes fail.
  std::map<DeviceAddress, Bytes> sessions;
  std::map<uint32_t, Bytes> prekeys;
  std::map<uint32_t, Bytes> signed_prekeys;
  std::map<DeviceAddress, Bytes> trusted;
  bool fail_writes = false;

 private:
  template <class Key>
  static std::optional<Bytes> find(const std::map<Key, Bytes>& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional(found->second);
  }
  template <class Key>
  bool put(std::map<Key, Bytes>& map, const Key& key, BytesView value) {
    if (fail_writes) return false;
    map[key] = Bytes(value);
    return true;
  }

  IdentityKeyPair identity_;
  uint32_t registration_id_;
};

}  // namespace kith::crypto
