// SPDX-License-Identifier: AGPL-3.0-or-later

// What an account shows of itself, and to whom (C1).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/store_error.h"

namespace kith {

struct ProfileRecord {
  std::string name;  // "" when deleted or never set
  std::string about;
  Bytes photo = {};  // as wire.Profile has it; at most kProfilePhotoReferenceBytesMax
};

// Numbers as in wire.Privacy.Scope.
enum class Scope : uint8_t { kEveryone = 1, kContacts = 2, kNobody = 3 };

struct PrivacyRecord {
  Scope last_seen = Scope::kEveryone;
  Scope about = Scope::kEveryone;
  std::vector<AccountId> contacts;  // whom Scope::kContacts means; ascending, at most 5000
  std::vector<AccountId> blocked;   // ascending, at most 5000
  uint64_t revision = 0;            // how often it was changed: of two copies, the higher one is
  Scope photo = Scope::kEveryone;
};

// What is to be changed; the rest stays.
struct PrivacyChange {
  std::optional<Scope> last_seen;
  std::optional<Scope> about;
  std::optional<std::vector<AccountId>> contacts;
  std::optional<std::vector<AccountId>> blocked;
  std::optional<Scope> photo = {};
};

class ProfileStore {
 public:
  virtual ~ProfileStore() = default;

  // An account that never wrote has the empty profile and the default privacy: never kNotFound. Writes are durable when
  // they complete.
  virtual Task<Result<ProfileRecord, StoreError>> load_profile(AccountId account) = 0;
  virtual Task<Result<void, StoreError>> put_profile(AccountId account, ProfileRecord profile) = 0;
  virtual Task<Result<void, StoreError>> remove_profile(AccountId account) = 0;

  virtual Task<Result<PrivacyRecord, StoreError>> load_privacy(AccountId account) = 0;
  // Those of the accounts that have blocked `other`, in the order in which they are named.
  virtual Task<Result<std::vector<AccountId>, StoreError>> find_blocking(std::vector<AccountId> accounts,
                                                                         AccountId other) = 0;
  // Answers what it is afterwards. Of changes at once, here or in another process, none undoes what another one named.
  virtual Task<Result<PrivacyRecord, StoreError>> change_privacy(AccountId account, PrivacyChange change) = 0;
};

}  // namespace kith
