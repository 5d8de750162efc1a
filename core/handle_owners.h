// SPDX-License-Identifier: AGPL-3.0-or-later

// Whose a handle is: what the server says of it is believed, or is a change of identity that the person agrees to
// (IDENTITY-1, IDENTITY-6).
#pragma once

#include "base/handle.h"
#include "base/ids.h"

namespace kith::core {

struct Engine;

class HandleOwners {
 public:
  explicit HandleOwners(Engine& engine) : engine_(engine) {}

  // The server says that this handle is this account's (IDENTITY-1). False, and nothing is believed: the handle is
  // known to be another account's, which is a change of identity, or the account has as many as there can be.
  bool take(const Handle& handle, const AccountId& account);
  // The person agrees to what changed about this account (IDENTITY-6): its key, or whose the handle is.
  void agree(const AccountId& account);

 private:
  // The server has said whose handle it is that the provisional account stands for.
  void resolve(const AccountId& provisional, const AccountId& account);
  void handle_moved(const Handle& handle, const AccountId& known, const AccountId& account);

  Engine& engine_;
};

}  // namespace kith::core
