// SPDX-License-Identifier: AGPL-3.0-or-later

// Comparing identities: the number of 60 digits, the QR code, and the mark "verified" that stays until the identity
// changes.
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "client_api/client_api.pb.h"
#include "content/content.pb.h"

namespace kith::core {

struct Engine;

// Fetches the account's device list first when this device does not have it. Fails the request with kOffline,
// kNoSuchAccount, kIdentityInvalid.
void get_safety_number(Engine& engine, uint32_t request, const client_api::GetSafetyNumberRequest& what);
// A scanned payload that does not match changes nothing and fails with kIdentityInvalid.
void set_verified(Engine& engine, uint32_t request, const client_api::SetVerifiedRequest& what);

// What another device of the account says of it: the key that was compared, which counts for that key alone (STATE-6).
void apply_verified(Engine& engine, BytesView subject, const content::StateValue& value);
// The account's list is under another key. One that was compared on any device of this account is verified; if another
// one was, nothing is sent before the person agrees (IDENTITY-6), also where that has not been seen here.
void compared_identity_changed(Engine& engine, const AccountId& account);
// The person agrees to a key that was not compared: so none is.
void agreed_to_identity(Engine& engine, const AccountId& account);

}  // namespace kith::core
