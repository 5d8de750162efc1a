// SPDX-License-Identifier: AGPL-3.0-or-later

// Registration PINs at rest: Argon2id, in libsodium's text form. Native only; not part of the browser module.
#pragma once

#include <string>
#include <string_view>

namespace kith::crypto {

// Interactive limits: 64 MiB of memory, tens of milliseconds of CPU. Never on an event loop. Any thread may call.
// Empty when that much memory is not to be had.
[[nodiscard]] std::string hash_pin(std::string_view pin);

// Costs what making the hash cost, which it says itself: hashes come from our own store only. False for what is no such
// hash, too.
[[nodiscard]] bool verify_pin(std::string_view hash, std::string_view pin);

}  // namespace kith::crypto
