// SPDX-License-Identifier: AGPL-3.0-or-later

// Signal state on SQLite.
//
//   sessions         account BLOB(16), device INTEGER, record BLOB; unique (account, device)
//   prekeys          ordinal INTEGER PRIMARY KEY: ascending in the order in which they were made, id INTEGER UNIQUE
//                    (1..16777215), record BLOB: one-time prekeys not used yet
//   signed_prekeys   id INTEGER PRIMARY KEY, record BLOB: the current one and some before it, for messages that are
//                    under way
//
// Records are libsignal's, opaque here. Of sessions up to kSessionsKept are kept while a transaction lasts: the library
// reads a record several times for a message, and several messages to one device are one write. The own identity comes
// from AccountTable (read once, until forget_identity), trusted identities from DeviceListsTable.
//
// Calls: inside the caller's Transaction, so that a ratchet is rolled back with everything else (INBOX-2).
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/store/account_table.h"
#include "core/store/database.h"
#include "core/store/device_lists_table.h"
#include "crypto/signal_store.h"

namespace kith::core {

class SignalTables : public crypto::SignalStore, private TransactionCache {
 public:
  static constexpr size_t kSessionsKept = 64;

  // Borrows all three; they outlive it.
  SignalTables(Database& database, AccountTable& account, DeviceListsTable& device_lists)
      : TransactionCache(database), database_(database), account_(account), device_lists_(device_lists) {}

  // Empty before registration.
  crypto::IdentityKeyPair identity() override;
  uint32_t registration_id() override;
  std::optional<Bytes> load_session(const DeviceAddress& peer) override;
  bool store_session(const DeviceAddress& peer, BytesView record) override;
  void remove_session(const DeviceAddress& peer) override;
  std::optional<Bytes> load_prekey(uint32_t id) override;
  bool store_prekey(uint32_t id, BytesView record) override;
  void remove_prekey(uint32_t id) override;
  std::optional<Bytes> load_signed_prekey(uint32_t id) override;
  bool store_signed_prekey(uint32_t id, BytesView record) override;
  std::optional<Bytes> trusted_identity(const DeviceAddress& peer) override;

  // Beyond SignalStore.
  void keep_newest_prekeys(uint32_t count);
  std::vector<uint32_t> signed_prekey_ids();  // ascending
  void remove_signed_prekey(uint32_t id);
  // After the registration changed.
  void forget_identity() { own_.reset(); }
  // For a new registration: sessions and prekeys belong to the old identity.
  void remove_everything();

 private:
  struct Own {
    crypto::IdentityKeyPair identity;
    uint32_t registration_id = 0;
  };
  const Own& own();

  // A row of `sessions`, as it is to be.
  struct Session {
    std::optional<Bytes> record;  // absent: there is none
    bool changed = false;
  };
  Session& session(const DeviceAddress& peer);
  void write_back() override;
  void forget() override { sessions_.clear(); }

  Database& database_;
  AccountTable& account_;
  DeviceListsTable& device_lists_;
  std::optional<Own> own_;
  std::map<DeviceAddress, Session> sessions_;
};

}  // namespace kith::core
