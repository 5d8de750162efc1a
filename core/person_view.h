// SPDX-License-Identifier: AGPL-3.0-or-later

// People as user interfaces see them.
//
// Life:  of one request or event: whom it has looked up it does not look up again.
// Calls: reads only. A failed read shows as Database::failed(): the caller answers kStorage then.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/handle.h"
#include "client_api/client_api.pb.h"
#include "core/store/store.h"

namespace kith::core {

// A handle as user interfaces see it.
client_api::Handle shown(const Handle& handle);

class PersonView {
 public:
  explicit PersonView(Store& store) : store_(store) {}

  const client_api::Person& build(const AccountId& account);
  bool is_self(const AccountId& account);

 private:
  std::string name_of(const AccountId& account, const std::vector<Handle>& handles);

  Store& store_;
  std::optional<AccountId> self_;
  std::map<AccountId, client_api::Person> known_;
};

}  // namespace kith::core
