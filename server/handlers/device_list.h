// SPDX-License-Identifier: AGPL-3.0-or-later

// The signed device list (DEVICE-1) as the server checks it. Devices trust the account's key, not the server: it checks
// so that one client's mistake does not lock an account, and stores the bytes as they were signed.
#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "server/handlers/refusal.h"
#include "server/ports/account_store.h"
#include "wire/api.pb.h"

namespace kith::handlers {

// The list that is current; absent when none was ever published.
std::optional<wire::DeviceList> current_list(const AccountRecord& account);
// The identity key that a list names for a device; empty when it does not name it.
Bytes identity_in(const wire::DeviceList& list, DeviceId device);

// Adds to the list what others are told of the account's handles: the first, if it has one (HANDLE-2).
void tell_handle(const AccountRecord& account, wire::SignedDeviceList& list);

// Parses and checks a list that `caller` wants to make current. A device that is active may not change the account's
// key, nor may one that was let in by another; one that has just registered may (the handle has come to another
// device), but then it can't vouch for the devices of the old key. Errors: kInvalidArgument, kInvalidRevision,
// kInvalidSignature.
Outcome<wire::DeviceList> check_list(const AccountRecord& account, DeviceId caller,
                                     const wire::PublishKeysRequest& request);

}  // namespace kith::handlers
