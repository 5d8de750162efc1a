// SPDX-License-Identifier: AGPL-3.0-or-later

// What of a message's openings counts (openings_table.h): those by whom it was sent to.
//
// Calls: reads only.
#pragma once

#include <optional>
#include <vector>

#include "core/store/messages_table.h"
#include "core/store/openings_table.h"

namespace kith::core {

struct Store;

// Whom the outgoing message was sent to, of those that are still in its group: in the order of their ids. Nobody for a
// note to oneself.
std::vector<AccountId> receivers(Store& store, const MessageRow& message);
// Whether an account can have opened it: it was sent to it, as far as is known here.
bool may_have_opened(Store& store, const MessageRow& message, const AccountId& account);
// Who of receivers() has opened the outgoing message.
std::vector<Opening> opened_by(Store& store, const MessageRow& message);
// Whether it shows as opened (client_api.Media.opened).
bool is_opened(Store& store, const MessageRow& message);

}  // namespace kith::core
