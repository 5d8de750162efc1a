// SPDX-License-Identifier: AGPL-3.0-or-later

// Comparing identities: the number of 60 digits, the QR code, and the mark "verified" that stays until the identity
// changes.
#pragma once

#include "client_api/client_api.pb.h"

namespace kith::core {

struct Engine;

// Fetches the account's device list first when this device does not have it. Fails the request with kOffline,
// kNoSuchAccount, kIdentityInvalid.
void get_safety_number(Engine& engine, uint32_t request, const client_api::GetSafetyNumberRequest& what);
// A scanned payload that does not match changes nothing and fails with kIdentityInvalid.
void set_verified(Engine& engine, uint32_t request, const client_api::SetVerifiedRequest& what);

}  // namespace kith::core
