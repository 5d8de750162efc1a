// SPDX-License-Identifier: AGPL-3.0-or-later

#include "crypto/sodium.h"

#include <sodium.h>

#include <cstdlib>

namespace kith::crypto {

void start_sodium() {
  if (sodium_init() < 0) std::abort();
}

}  // namespace kith::crypto
