// SPDX-License-Identifier: AGPL-3.0-or-later

// What accounts say about themselves, the own one among them.
//
//   profiles   account BLOB(16) PRIMARY KEY, name TEXT, about TEXT, fetched_us INTEGER: when the server last gave it;
//              0: never, or it is known to have changed since, photo BLOB: as wire.Profile has it; of the own one a
//              serialized content.PhotoFile; empty: none, profile_keys BLOB: those that the account has said
//              (PHOTO-3), 32 bytes each, the last one first, at most two; of the own account its one; empty: none is
//              known, photo_file BLOB(16): among the device's files (files_table.h); null: none
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "core/store/database.h"

namespace kith::core {

struct ProfileRow {
  AccountId account;
  std::string name;
  std::string about;
  UnixMicros fetched;
  Bytes photo = {};
  Bytes keys = {};
  FileName photo_file = {};  // none: it is shown without one
};

class ProfilesTable {
 public:
  explicit ProfilesTable(Database& database) : database_(database) {}

  std::optional<ProfileRow> find(const AccountId& account);
  void set(const ProfileRow& profile);
  // The profile changed: fetch it again.
  void mark_changed(const AccountId& account);
  // Whether the file is somebody's photo, and whose.
  bool has_photo(const FileName& file) { return !with_photo(file).empty(); }
  std::vector<AccountId> with_photo(const FileName& file);
  // The account's photo, if it is on this device.
  std::optional<FileName> shown_photo(const AccountId& account);
  // Somebody who is shown, without a conversation: fetch it.
  void want(const AccountId& account);
  // Of the accounts with a conversation, those fetched before `before`; of members of groups, and those that are
  // wanted, those that were never fetched or have changed. At most `limit`.
  std::vector<AccountId> to_fetch(UnixMicros before, int64_t limit);

 private:
  Database& database_;
};

}  // namespace kith::core
