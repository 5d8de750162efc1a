// SPDX-License-Identifier: AGPL-3.0-or-later

// Between a content.Content and the payload of an envelope: padding, the Signal session, and the outer form.
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/groups.h"
#include "crypto/sessions.h"

namespace kith::core {

// A serialized content.Sealed for the peer. `content` is a serialized content.Content. Errors: those of
// Sessions::encrypt.
Result<Bytes, crypto::CryptoError> seal(crypto::Sessions& sessions, const DeviceAddress& peer, BytesView content);

// The serialized Content inside. `begins_session` as with Sessions::decrypt. Errors: those of Sessions::decrypt;
// kMalformed too for an outer form or padding that is none.
Result<Bytes, crypto::CryptoError> unseal(crypto::Sessions& sessions, const DeviceAddress& peer, BytesView payload,
                                          bool& begins_session);

// The same of a message to a group, with the sender's key. Errors: those of Groups::open, and the same.
Result<Bytes, crypto::CryptoError> unseal_in_group(crypto::Groups& groups, const GroupId& group,
                                                   const DeviceAddress& sender, BytesView payload);

}  // namespace kith::core
