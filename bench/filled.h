// SPDX-License-Identifier: AGPL-3.0-or-later

// A device with many messages, which none has sent.
#pragma once

#include <cstddef>

#include "base/random.h"
#include "bench/core_host.h"

namespace kith::bench {

struct Filling {
  size_t messages = 0;
  size_t conversations = 0;  // with one other each
  size_t payload_bytes = 0;
};

// Two of three came, one was sent; in turn in all conversations. False: the database failed.
bool fill(BenchHost& host, RandomSource& random, const Filling& filling);

}  // namespace kith::bench
