// SPDX-License-Identifier: AGPL-3.0-or-later

// The inbox side of a message to a group: takes it into the inboxes of those members that this loop owns, and says when
// each of them has it confirmed or durable (GROUP-3). The other side is group_handler.h.
//
//   1  each member that is in memory, then those that have to be loaded; of each group one message after the other, so
//      that none overtakes one that has to ask a store first, as after a start
//   2  each of its devices but the one that has sent: who has it already waits for the entry that is there (SEND-1);
//      where there is no room in the inbox, or in a stranger's share of it (LIMIT-2), it is not kept, and counted;
//      everybody else has it now
//   3  wait until each is confirmed or durable. Whatever the stores have failed is tried again, every second, until it
//      works or the shard closes; then the log still has the message
//
// Blocks do not matter between members. Calls: on the shard's executor.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/task.h"
#include "base/timers.h"
#include "server/delivery/group_message.h"
#include "server/delivery/group_turns.h"
#include "server/delivery/shard_counters.h"
#include "server/delivery/undurable_log.h"

namespace kith {

class DeviceInbox;
class Shard;
struct Account;

class GroupInboxes {
 public:
  struct Job {
    std::shared_ptr<const GroupMessage> message;
    std::vector<AccountId> members;
    std::move_only_function<void()> done;  // called on this shard's executor, once; never when it closes before
    std::set<DeviceAddress> dropped;       // devices whose inboxes had no room, the last time that they were tried
  };

  // All outlive it.
  GroupInboxes(Shard& shard, Timers& timers, TaskScope& scope, ShardCounters& counters)
      : shard_(shard), timers_(timers), scope_(scope), counters_(counters) {}

  void take(Job job);
  // Nothing is tried again.
  void close();

 private:
  Task<void> run(Job job);
  // False: a store was away, or there is too much that waits for the disk.
  Task<bool> put(AccountId member, Job& job, Settlement& settlement);
  bool append(const Account& account, DeviceInbox& inbox, Job& job, bool repeated, Settlement& settlement);
  void try_again(Job job);

  Shard& shard_;
  Timers& timers_;
  TaskScope& scope_;
  ShardCounters& counters_;
  GroupTurns turns_;  // to put something into the inboxes
  std::vector<Job> waiting_;
  Timers::Handle timer_ = 0;
  bool closed_ = false;
};

}  // namespace kith
