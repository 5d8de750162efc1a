// SPDX-License-Identifier: AGPL-3.0-or-later

// Sealed files as user interfaces and hosts name them.
#pragma once

#include "client_api/client_api.pb.h"
#include "crypto/media.h"

namespace kith::core {

client_api::SealedFile shown(const crypto::SealedFile& file);
// Of what is none the result is not valid (SealedFile::is_valid).
crypto::SealedFile read_sealed_file(const client_api::SealedFile& said);

}  // namespace kith::core
