// SPDX-License-Identifier: AGPL-3.0-or-later

// Receipts of groups, gathered at the loop of whoever sent (GROUP-5): what members' devices confirm and what members
// have read of one device's messages to one group, put together into entries for the sending account's devices.
//
// When: 50 ms after the first that says something, and not before a wait since the entry before it, which doubles with
//       each entry until a message with a higher number is confirmed: to ten minutes, stays so for a while, and doubles
//       on. So however many members come at whatever rate, a message is under at most kEntriesMax entries in the time
//       that it can be in an inbox; whoever comes when nobody came for long is told at once.
//       What somebody says of messages whose number nobody has confirmed does not begin anew: nobody but the server
//       knows that they are there.
// What: each member once for each message, whichever of its devices came first; runs of several members that are the
//       same are one.
// Lost: what is gathered is in memory alone. The end of a process in order puts it into the inboxes; a crash loses what
//       is gathered for more than the second or two for which a confirmation is not forgotten (decision 0005), and of
//       what was read, all: clients name that again.
// Limits: kRunsMax runs wait for one entry, kRunsOfAllMax for all of them, and kSendersMax pairs of a device and a
//       group are known, of which those are forgotten first that have nothing waiting, oldest first; beyond, what comes
//       is dropped and counted.
// Calls: on the shard's executor.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/timers.h"
#include "server/delivery/shard_counters.h"
#include "server/delivery/shard_time.h"
#include "wire/entry_body.h"

namespace kith {

class GroupReceipts {
 public:
  static constexpr size_t kEntriesMax = 32;
  static constexpr size_t kRunsMax = 4096;
  static constexpr size_t kRunsOfAllMax = 1 << 20;  // of about 130 bytes
  static constexpr size_t kSendersMax = 65'536;

  // All outlive it.
  struct Ports {
    Timers& timers;
    ShardTime& time;
    ShardCounters& counters;
    // An entry for the devices of the account.
    std::function<void(const AccountId& account, Bytes body)> put;
    size_t runs_of_all_max = kRunsOfAllMax;
  };
  explicit GroupReceipts(Ports ports) : ports_(std::move(ports)) {}

  // `member` has, or has read, these messages of the device.
  void add(const DeviceAddress& sender, const GroupId& group, const AccountId& member, const wire::ReceiptRun& run,
           bool read);
  // Drops what was told too long ago to be told apart.
  void sweep();
  // Everything that waits is put now. Nothing may come afterwards.
  void close();

 private:
  using Key = std::pair<DeviceAddress, GroupId>;
  struct Pending {
    wire::ReceiptRun run;
    bool read = false;
  };
  struct Sender {
    uint32_t level = 0;    // entries since `newest` was first confirmed
    uint64_t newest = 0;   // the highest number confirmed
    uint64_t last_ms = 0;  // of the last entry; 0: none
    uint64_t due_ms = 0;   // 0: nothing waits
    size_t runs = 0;       // in `pending`
    std::unordered_map<AccountId, std::vector<Pending>> pending;
    // What was told last of whom, so that a second device of the same member tells nothing. For ten minutes.
    std::unordered_map<AccountId, wire::ReceiptRun> told;
  };

  static uint64_t wait_ms(uint32_t level);
  [[nodiscard]] bool is_known(Sender& sender, const AccountId& member, const Pending& pending) const;
  void schedule(const Key& key, Sender& sender);
  void arm();
  void fire();
  void emit(const Key& key, Sender& sender);
  bool make_room();

  Ports ports_;
  std::map<Key, Sender> senders_;
  size_t runs_ = 0;  // that wait, of all
  std::set<std::pair<uint64_t, Key>> due_;
  Timers::Handle timer_ = 0;
  uint64_t armed_ms_ = UINT64_MAX;
  bool closed_ = false;
};

}  // namespace kith
