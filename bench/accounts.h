// SPDX-License-Identifier: AGPL-3.0-or-later

// Accounts for the load: registered over HTTP as any device does, with the code that the echo sender answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
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

// Makes `count` accounts out of one that is registered, in its database's file, with no server running on it: many
// thousands a second. They have its device, its keys and its secret; ids and phone numbers are their own. Absent when
// the database refuses.
std::optional<std::vector<BenchAccount>> copy_account(const std::string& accounts_file, const BenchAccount& like,
                                                      size_t count);

// Registers `count` accounts, sixteen at a time. They share the device's keys (the load never encrypts); account keys
// and signatures of device lists are each account's own, and the server checks them all. Absent when the server refuses
// one.
std::optional<std::vector<BenchAccount>> register_accounts(uint16_t port, size_t count);

}  // namespace kith::bench
