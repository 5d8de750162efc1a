// SPDX-License-Identifier: AGPL-3.0-or-later

// This device becomes another one of its account, or of an account for the first time: what both ways in have in
// common, by a code (registration.h) and by a link (joining.h).
#pragma once

#include <string_view>

#include "core/store/account_table.h"
#include "wire/api.pb.h"

namespace kith::core {

struct Engine;

// What a device may be called, and say that it is: UTF-8 of at most kDeviceNameBytesMax bytes, none too.
bool is_device_name(std::string_view text);

// Commits the registration, whose keys the server does not have yet, and forgets what was of use to the device before:
// sessions, and what was encrypted. `revision`: of the list that is to be published.
void take_registration(Engine& engine, Registration now, Revision revision);

// A request that publishes the new device's keys together with its account's list, which is here already. False: the
// database failed, and the commit will.
bool make_publication(Engine& engine, bool with_list, wire::PublishKeysRequest& body);

}  // namespace kith::core
