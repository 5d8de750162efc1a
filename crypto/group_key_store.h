// SPDX-License-Identifier: AGPL-3.0-or-later

// Where the keys of groups live, as SignalStore has those of sessions: implemented by the client core on SQLite, and in
// memory by tests.
//
// All calls happen inside a call of Groups, on its thread, and so inside the transaction that the caller has open: when
// it is rolled back, so are the keys (INBOX-2). Chains are opaque and secret.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"

namespace kith::crypto {

// What this device encrypts a group's messages with.
struct OwnChain {
  uint32_t id = 0;
  Bytes ready_for;  // digest of the roster whose devices all have it, and no other device; empty: not known
};

class GroupKeyStore {
 public:
  virtual ~GroupKeyStore() = default;

  // Chains of keys by group, sender and the number that the sender has given it. False: storage failed.
  virtual std::optional<Bytes> load_chain(const GroupId& group, const DeviceAddress& sender, uint32_t id) = 0;
  virtual bool store_chain(const GroupId& group, const DeviceAddress& sender, uint32_t id, BytesView chain) = 0;
  virtual void remove_chain(const GroupId& group, const DeviceAddress& sender, uint32_t id) = 0;
  // A sender's, in the order in which they were stored first.
  virtual std::vector<uint32_t> chains(const GroupId& group, const DeviceAddress& sender) = 0;

  virtual std::optional<OwnChain> load_own(const GroupId& group) = 0;
  virtual bool store_own(const GroupId& group, const OwnChain& own) = 0;
  // With its holders.
  virtual void remove_own(const GroupId& group) = 0;

  // The devices that this device's chain was handed to, in order of their addresses.
  virtual std::vector<DeviceAddress> holders(const GroupId& group) = 0;
  virtual bool add_holder(const GroupId& group, const DeviceAddress& holder) = 0;  // one that is there stays

  virtual void remove_group(const GroupId& group) = 0;  // all of the above
};

}  // namespace kith::crypto
