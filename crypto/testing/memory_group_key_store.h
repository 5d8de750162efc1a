// SPDX-License-Identifier: AGPL-3.0-or-later

// A GroupKeyStore in memory, for tests. Copyable: a copy is a savepoint, and assigning it back is a rollback.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "crypto/group_key_store.h"

namespace kith::crypto {

class MemoryGroupKeyStore : public GroupKeyStore {
 public:
  struct Chain {
    uint32_t id = 0;
    Bytes bytes;
    friend bool operator==(const Chain&, const Chain&) = default;
  };
  using Sender = std::pair<GroupId, DeviceAddress>;

  std::optional<Bytes> load_chain(const GroupId& group, const DeviceAddress& sender, uint32_t id) override {
    const Chain* chain = find(group, sender, id);
    return chain ? std::optional(chain->bytes) : std::nullopt;
  }
  bool store_chain(const GroupId& group, const DeviceAddress& sender, uint32_t id, BytesView bytes) override {
    if (fail_writes) return false;
    if (Chain* chain = find(group, sender, id)) {
      chain->bytes = Bytes(bytes);
    } else {
      all_chains[{group, sender}].push_back({id, Bytes(bytes)});
    }
    return true;
  }
  void remove_chain(const GroupId& group, const DeviceAddress& sender, uint32_t id) override {
    std::erase_if(all_chains[{group, sender}], [&](const Chain& chain) { return chain.id == id; });
  }
  std::vector<uint32_t> chains(const GroupId& group, const DeviceAddress& sender) override {
    std::vector<uint32_t> ids;
    for (const Chain& chain : all_chains[{group, sender}]) ids.push_back(chain.id);
    return ids;
  }

  std::optional<OwnChain> load_own(const GroupId& group) override {
    const auto found = own.find(group);
    return found == own.end() ? std::nullopt : std::optional(found->second);
  }
  bool store_own(const GroupId& group, const OwnChain& chain) override {
    if (!fail_writes) own[group] = chain;
    return !fail_writes;
  }
  void remove_own(const GroupId& group) override {
    own.erase(group);
    all_holders.erase(group);
  }

  std::vector<DeviceAddress> holders(const GroupId& group) override {
    ++reads_of_holders;
    return {all_holders[group].begin(), all_holders[group].end()};
  }
  bool add_holder(const GroupId& group, const DeviceAddress& holder) override {
    if (!fail_writes) all_holders[group].insert(holder);
    return !fail_writes;
  }

  void remove_group(const GroupId& group) override {
    std::erase_if(all_chains, [&](const auto& chain) { return chain.first.first == group; });
    remove_own(group);
  }

  // Open to tests: what is stored, whether writes fail, and what was asked for.
  std::map<Sender, std::vector<Chain>> all_chains;
  std::map<GroupId, OwnChain> own;
  std::map<GroupId, std::set<DeviceAddress>> all_holders;
  bool fail_writes = false;
  int reads_of_holders = 0;

 private:
  Chain* find(const GroupId& group, const DeviceAddress& sender, uint32_t id) {
    auto& chains = all_chains[{group, sender}];
    const auto found = std::find_if(chains.begin(), chains.end(), [&](const Chain& chain) { return chain.id == id; });
    return found == chains.end() ? nullptr : &*found;
  }
};

}  // namespace kith::crypto
