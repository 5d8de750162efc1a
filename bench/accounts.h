// SPDX-License-Identifier: AGPL-3.0-or-later

// Accounts for the load: registered over HTTP as any device does, with the code that the echo sender answers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"

namespace kith::bench {

struct BenchAccount {
  AccountId id;
  uint32_t device = 0;
  uint64_t list_revision = 0;
  Bytes token;
  Position confirmed;  // by this device, over all its connections
};

// Registers `count` accounts, sixteen at a time. They share the device's keys (the load never encrypts); account keys
// and signatures of device lists are each account's own, and the server checks them all. Absent when the server refuses
// one.
std::optional<std::vector<BenchAccount>> register_accounts(uint16_t port, size_t count);

}  // namespace kith::bench
