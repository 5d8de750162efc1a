// SPDX-License-Identifier: AGPL-3.0-or-later

// At a change of identity: no read receipt counts any more for what was sent to the account up to now. Whoever has the
// other key has not read it (TICK-1).
//
//   sent.closed   INTEGER 0/1
//
// Calls: inside the caller's Transaction.
#pragma once

#include "base/ids.h"
#include "core/store/database.h"

namespace kith::core {

void close_sent(Database& database, const AccountId& account);

}  // namespace kith::core
