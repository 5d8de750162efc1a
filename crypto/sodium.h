// SPDX-License-Identifier: AGPL-3.0-or-later

// libsodium, started. Internal to crypto/.
#pragma once

namespace kith::crypto {

// Must come before the first use of libsodium by a thread; repeating it is free. Ends the program where there is no
// randomness.
void start_sodium();

}  // namespace kith::crypto
