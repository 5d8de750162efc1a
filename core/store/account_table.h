// SPDX-License-Identifier: AGPL-3.0-or-later

// This device's own account, and how far it is.
//
//   registration   one row (id 1), written at registration and never changed
//     server TEXT, server_id BLOB(16), handle TEXT (its canonical text, "" for none), account BLOB(16), device INTEGER,
//     token BLOB(52), account_public BLOB(32),
//     account_private BLOB(64, or empty on a linked device), identity_public BLOB(33), identity_private BLOB(32),
//     registration_id INTEGER (1..16380), device_name TEXT
//   progress       one row (id 1), made by the migration, all 0 or empty (next ids 1) at first; one column for each
//                  field of Progress, and taken_sequence INTEGER: messages up to this sequence were taken
//                  (MessagesTable::take)
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <string>

#include "base/handle.h"
#include "base/ids.h"
#include "core/store/database.h"
#include "crypto/account_key.h"
#include "crypto/signal_store.h"

namespace kith::core {

struct Registration {
  std::string server;  // "http://localhost:8080"
  ServerId server_id;  // who answered there (IDENTITY-7)
  Handle handle;       // by which others find the account; none: they can't
  AccountId account;
  DeviceId device;
  Bytes token;
  crypto::AccountKeyPair account_key;  // on a linked device without its private half
  crypto::IdentityKeyPair identity;
  uint32_t registration_id = 0;
  std::string device_name;

  // The account's first device, which alone can sign its device list.
  [[nodiscard]] bool is_first() const { return !account_key.private_key.empty(); }
};

// What the server last said of this device, when it did not take it.
enum class Standing : uint8_t {
  kKnown = 0,
  kEnded = 1,        // registered elsewhere
  kUnknown = 2,      // the server has no such device: it has lost data
  kOtherServer = 3,  // not the server of the registration (IDENTITY-7)
};

struct Progress {
  Position confirmed_position;  // INBOX-2: everything up to here is committed
  uint64_t undecryptable = 0;   // messages that could not be decrypted so far
  uint32_t next_prekey_id = 1;  // 1..16777214, wraps
  uint32_t next_signed_prekey_id = 1;
  UnixMicros signed_prekey_made_at;  // when the current signed prekey was made
  bool keys_published = false;       // the server has this registration's keys: the device is active
  Revision device_list_revision;     // of the own list: the one to publish, then the one that is current
  Standing standing = Standing::kKnown;
  Bytes registration_request;  // DEVICE-7: the id of the registration that is under way, 16 bytes; empty: none is
};

class AccountTable {
 public:
  explicit AccountTable(Database& database) : database_(database) {}

  // A row that can't be one, and a lack of progress, count as damage of the file.
  std::optional<Registration> registration();
  // Parts of it that are wanted often; the none id and no handle before registration.
  AccountId account_id();
  Handle handle();
  // Replaces any registration before it.
  void set_registration(const Registration& registration);

  Progress progress();
  void set_progress(const Progress& progress);
  // What changes often, alone.
  void set_confirmed_position(Position position);
  void count_undecryptable(uint64_t more);

 private:
  Database& database_;
};

}  // namespace kith::core
