// SPDX-License-Identifier: AGPL-3.0-or-later

// Everything that one loop owns: accounts, their devices' inboxes and sessions, presence. No locks: whoever needs an
// account goes to its loop (`co_await enter(shards.of(account).executor())`).
//
// Where to look
//   account.h         what is kept of an account
//   device_inbox.h    the stream of entries of one device, and its four parts; SEND-2, INBOX-1, INBOX-3
//   group_commit.h    when entries go to disk
//   group_handler.h   messages to groups from their log into inboxes (group_inboxes.h); GROUP-3
//   group_cache.h     what is known of groups
//   group_receipts.h  receipts of many members, gathered; GROUP-5
//   presence.h        online, last seen, subscriptions
//   shard_time.h      server times, and when something has expired
//   owned_slots.h     which accounts are this shard's, and the epochs of their positions
//   shards.h          which shard owns an account
//
// Ownership: borrows executor, timers, clock, ports and the other shards; they outlive it. Sessions are borrowed from
// attach() to detach().
// Calls:     on its executor, except executor() and construction.
// Order:     ORDER-1: coroutines that enter in some order and call account() get it in that order, loaded or not.
#pragma once

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/task.h"
#include "base/timers.h"
#include "server/delivery/account.h"
#include "server/delivery/group_cache.h"
#include "server/delivery/group_commit.h"
#include "server/delivery/group_handler.h"
#include "server/delivery/group_inboxes.h"
#include "server/delivery/group_receipts.h"
#include "server/delivery/owned_slots.h"
#include "server/delivery/presence.h"
#include "server/delivery/session.h"
#include "server/delivery/settings.h"
#include "server/delivery/shard_counters.h"
#include "server/delivery/shard_time.h"
#include "server/delivery/shards.h"

namespace kith {

class Shard final : private Presence::Accounts {
 public:
  Shard(Executor& executor, Timers& timers, Clock& clock, DeliveryPorts ports, DeliverySettings settings,
        Shards& shards, OwnedSlots slots);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  [[nodiscard]] Executor& executor() { return executor_; }

  // Starts the periodic work (expiry, idle accounts). Once, on the executor.
  void start();
  // Refuses new entries with kUnavailable, commits what waits, notices too, and ends the periodic work. Sessions should
  // be detached before. A store that fails makes what waits fail; it does not hold this up.
  Task<void> close();

  // Microseconds of the clock, but strictly increasing on this shard even when the clock is set back (ORDER-1).
  UnixMicros server_time() { return time_.server_time(); }

  // The account when it is in memory and nobody waits for it, else null: then call account(). The pointer holds until
  // the caller waits.
  [[nodiscard]] Account* find(const AccountId& account);
  // The account when it is in memory, no matter who waits for it: for what has no order to keep.
  [[nodiscard]] Account* in_memory(const AccountId& account) override;
  // Loads it if needed; concurrent calls share one load and go on in the order of their calls. The pointer holds until
  // the caller waits again. Errors: kNotFound, kUnavailable; its slot is another's by now: kUnavailable, too.
  Task<Result<Account*, StoreError>> account(AccountId account) override;

  // A newer record of an account than the one loaded (older ones are ignored): devices begin and end. Devices that are
  // no more lose their inbox, and their sessions are closed with kUnauthenticated and shown the list.
  void apply(const AccountRecord& record);
  void apply(const AccountId& account, PrivacyRecord privacy);

  // AccountHome::note_written.
  void note_written(const AccountId& writer, const AccountId& to);

  // ---- sessions

  struct Attached {
    Position first_position;  // for Welcome
    Revision list;            // the same: of the account's devices
    bool current = false;     // false: replaced or ended while waiting; the caller drops the session
  };
  // The device's session from now on; nothing is delivered before start_session. Errors: kNotFound (no such active
  // device), kUnavailable: the session is not attached. kConflict: `confirmed` was never given out here (a store
  // restored from an older state).
  // `withheld`, ascending: entries that make no receipt (TICK-1).
  Task<Result<Attached, StoreError>> attach(DeviceAddress device, Session& session, Position confirmed,
                                            std::vector<Position> withheld = {});
  // Delivers backlog and BacklogEnd, then what comes. To be called after Welcome was sent, in the turn in which
  // attach() completed.
  void start_session(DeviceAddress device, Session& session, bool available);
  // The session is forgotten; no call comes to it afterwards.
  void detach(DeviceAddress device, Session& session);

  void confirm(DeviceAddress device, Position position, std::span<const Position> withheld = {});
  void redeliver(DeviceAddress device, Position after);
  // Closes the device's session, if it has one.
  void close_session(DeviceAddress device, EndReason reason);
  void set_available(DeviceAddress device, bool available);
  void subscribe(DeviceAddress device, std::vector<AccountId> accounts);
  // To all sessions of an account of this shard, if there are any.
  void send_to_sessions(const AccountId& account, const wire::ServerFrame& frame);
  void send_to_session(DeviceAddress device, const wire::ServerFrame& frame);

  // ---- notices to other accounts' inboxes; each goes to the shard that owns them, those of one turn in one hop

  void send_receipt(const DeviceAddress& confirmed_by, const DeviceAddress& sender, const wire::ReceiptRun& run);
  void send_group_receipt(const DeviceAddress& confirmed_by, const DeviceAddress& sender, const GroupId& group,
                          const wire::ReceiptRun& run);
  // `by`: the device that has published the account's list, which is not told.
  void send_account_changed(const AccountId& to, const DeviceAddress& by, Revision revision);
  // To all these accounts; from any loop. `by`: the device that has made the change, which is not told.
  static void send_group_changed(Shards& shards, const std::vector<AccountId>& to, const DeviceAddress& by,
                                 const GroupId& group, Revision revision);

  // ---- groups

  [[nodiscard]] GroupCache& groups() { return groups_; }
  [[nodiscard]] GroupHandler& group_handler() { return group_handler_; }
  [[nodiscard]] GroupInboxes& group_inboxes() { return group_inboxes_; }
  // Somebody has read what devices of this shard have sent; of devices that are not there nothing comes of it.
  void take_group_reads(AccountId reader, GroupId group, std::vector<GroupRead> reads);

  // ---- what is counted

  [[nodiscard]] ShardCounters& counters() { return counters_; }
  [[nodiscard]] size_t undurable_bytes() const { return commit_.undurable_bytes(); }
  [[nodiscard]] size_t accounts_in_memory() const { return accounts_.size(); }

 private:
  // An account that is being read. Waiters go on in order; whoever comes before the last of them has, waits behind.
  struct Loading {
    std::vector<std::coroutine_handle<>> waiters;
    Account* account = nullptr;
    StoreError error{};
    bool done = false;
    std::unique_ptr<AccountRecord> newer_record;  // applied while it was read
    std::unique_ptr<PrivacyRecord> newer_privacy;
  };
  struct OutgoingNotice {
    AccountId to;
    DeviceAddress origin;
    DeviceId sender;  // zero: account or group changed; else of a receipt
    wire::ReceiptRun run;
    Revision revision;
    GroupId group = {};  // of which it is said; none: of the two accounts
  };

  struct LoadWait;

  Task<void> load(AccountId account);
  Task<Result<void, StoreError>> read_account(Account& account);
  void apply_to(Account& account, const AccountRecord& record);
  Task<void> store_known_peers(AccountId writer);
  static bool apply_to(Account& account, PrivacyRecord privacy);  // false: there is a newer one
  void send_notice(OutgoingNotice notice);
  void flush_notices();
  static void scatter_notices(Shards& shards, std::vector<OutgoingNotice> notices);
  Task<void> take_notices(std::vector<OutgoingNotice> notices);
  Task<void> take_reads(AccountId reader, GroupId group, std::vector<GroupRead> reads);
  // Loads the account if needed, also again when a store was away for a moment.
  Task<Account*> account_for_notice(AccountId account);
  void put_group_receipt(const AccountId& account, Bytes body);
  Task<void> put_group_receipt_later(AccountId account, Bytes body);
  static void append_group_receipt(Account& account, Bytes body);
  static void put_notice(Account& account, const OutgoingNotice& notice);
  // What goes of a device; its inbox is to be told why.
  DeviceInbox& part_with(Account& account, Device& device);
  void end_device(Account& account, Device& device, ShownList list);
  void note_active(const Account& account, const Device& device);
  // Another has taken them over: their accounts are not here any more.
  void give_up(const OwnedSlots::Set& lost);
  Device* find_device(const DeviceAddress& address, Account*& account);

  void send(std::vector<Presence::Change> changes) override;
  void send(std::vector<Presence::Notice> notices) override;

  void schedule_expiry(uint64_t delay_ms);
  Task<void> expire();
  Task<void> expire_entries();
  Task<void> expire_links();
  Task<void> expire_groups();
  Task<void> expire_files();
  Task<bool> is_sweeper();
  void schedule_sweep();
  Task<void> sweep();
  Task<void> renew_epochs(OwnedSlots::Set needed);
  [[nodiscard]] bool evictable(const Account& account) const;

  Executor& executor_;
  Timers& timers_;
  DeliveryPorts ports_;
  DeliverySettings settings_;
  Shards& shards_;
  ShardTime time_;
  OwnedSlots slots_;
  bool closing_ = false;

  std::unordered_map<AccountId, std::unique_ptr<Account>> accounts_;
  std::unordered_map<AccountId, std::unique_ptr<Loading>> loading_;
  std::vector<std::unique_ptr<DeviceInbox>> ended_;  // inboxes of ended devices, until nothing refers to them
  std::vector<OutgoingNotice> notices_;
  size_t sweep_bucket_ = 0;
  Timers::Handle expiry_timer_ = 0;
  Timers::Handle sweep_timer_ = 0;

  ShardCounters counters_;
  TaskScope scope_;
  GroupCommit commit_;
  Presence presence_;
  GroupCache groups_;
  GroupHandler group_handler_;
  GroupInboxes group_inboxes_;
  GroupReceipts group_receipts_;
  TaskScope group_receipt_scope_;  // entries on their way to accounts that are not in memory
  DeviceInbox::Ports inbox_ports_;
};

}  // namespace kith
