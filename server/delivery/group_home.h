// SPDX-License-Identifier: AGPL-3.0-or-later

// What is asked of groups wherever their members live, as account_home.h for accounts: values go in, and each call
// returns at once, from any loop. What a loop knows of a group itself is with it (Shard::groups).
#pragma once

#include <vector>

#include "base/ids.h"
#include "server/delivery/group_message.h"

namespace kith {

class Shards;

class GroupHome {
 public:
  // Borrows the shards, which outlive it.
  explicit GroupHome(Shards& shards) : shards_(shards) {}

  // A change was taken: these accounts' devices are told, but for the one that has made it, and every loop knows.
  void tell_changed(const std::vector<AccountId>& accounts, const DeviceAddress& by, const GroupId& group,
                    Revision revision);

  // The groups' log has the record: it is taken from there to the members (GROUP-3).
  void appended(const GroupId& group, uint64_t number);

  // The account has read these messages: their senders are told (GROUP-5).
  void tell_read(const AccountId& reader, const GroupId& group, std::vector<GroupRead> reads);

  // To those of the accounts that are connected now, but not to `from` (EPHEMERAL-1).
  void show_typing(const AccountId& from, const GroupId& group, std::vector<AccountId> accounts, bool active);

 private:
  Shards& shards_;
};

}  // namespace kith
