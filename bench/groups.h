// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups for the load: made over HTTP by a signed change, as any member's device makes one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "bench/accounts.h"

namespace kith::bench {

struct BenchGroup {
  GroupId id;
  Revision revision;
  Bytes lists_digest;  // wire.ToGroup
};

// Of all these accounts, made by the one of that index. Absent when the server refuses it.
std::optional<BenchGroup> make_group(uint16_t port, std::span<const BenchAccount> members, size_t by);

}  // namespace kith::bench
