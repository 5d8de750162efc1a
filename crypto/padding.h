// SPDX-License-Identifier: AGPL-3.0-or-later

// Padding to buckets before encryption, so that a length says little: the content, one byte 0x80, zeros up to the
// bucket. Buckets: 128, 256, 512, 1024, then multiples of 1024.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace kith::crypto {

Bytes pad(BytesView content);
// Absent when there is no valid padding.
std::optional<Bytes> unpad(BytesView padded);

}  // namespace kith::crypto
