// SPDX-License-Identifier: AGPL-3.0-or-later

// Everything that one loop owns: accounts, their devices' inboxes and sessions, presence. No locks: whoever needs an
// account goes to its loop (`co_await enter(shards.of(account).executor())`).
//
// Where to look
//   account.h         what is kept of an account
//   device_inbox.h    the stream of entries of one device; SEND-2, INBOX-1, INBOX-3
//   group_commit.h    when entries go to disk
//   presence.h        online, last seen, subscriptions
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
#include "server/delivery/group_commit.h"
#include "server/delivery/presence.h"
#include "server/delivery/session.h"
#include "server/delivery/settings.h"
#include "server/delivery/shards.h"

namespace kith {

// What has happened since the start, for metrics. Read on the shard's executor.
struct ShardCounters {
  uint64_t sessions = 0;           // now
  uint64_t available = 0;          // now: devices whose user is looking
  uint64_t messages_appended = 0;  // device entries
  uint64_t messages_repeated = 0;
  uint64_t entries_delivered = 0;
  uint64_t entries_confirmed = 0;
  uint64_t confirmed_before_commit = 0;  // entries that never touched the disk
  uint64_t entries_committed = 0;
  uint64_t commits = 0;
  uint64_t commit_failures = 0;
  uint64_t inbox_full = 0;
  uint64_t receipts_appended = 0;
  uint64_t receipts_coalesced = 0;
  uint64_t notices_dropped = 0;
  uint64_t entries_expired = 0;
};

class Shard {
 public:
  Shard(Executor& executor, Timers& timers, Clock& clock, DeliveryPorts ports, DeliverySettings settings,
        Shards& shards, uint32_t epoch);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  [[nodiscard]] Executor& executor() { return executor_; }
  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] const DeliverySettings& settings() const { return settings_; }
  [[nodiscard]] DeliveryPorts& ports() { return ports_; }
  [[nodiscard]] Shards& shards() { return shards_; }

  // Starts the periodic work (expiry, idle accounts). Once, on the executor.
  void start();
  // Refuses new entries with kUnavailable, commits what waits, notices too, and ends the periodic work. Sessions should
  // be detached before. A store that fails makes what waits fail; it does not hold this up.
  Task<void> close();
  [[nodiscard]] bool closing() const { return closing_; }

  // Microseconds of the clock, but strictly increasing on this shard even when the clock is set back (ORDER-1).
  UnixMicros server_time();
  // When an entry that is appended now expires; `life_ms` 0: when the retention says so, which no life is beyond.
  [[nodiscard]] UnixMicros expiry_of(uint32_t life_ms);
  // Whether something that expires then has expired. A clock that is set ahead throws nothing away: time passes here no
  // faster than the monotonic clock and a tenth.
  [[nodiscard]] bool is_over(UnixMicros expires_at) { return expires_at <= believed_time(); }
  // The same of a stored entry that is to be delivered. One from before the start is not over before the first sweep: a
  // machine may start with a clock that is wrong, and has time to set it.
  [[nodiscard]] bool is_over(const InboxEntry& stored);

  // The account when it is in memory and nobody waits for it, else null: then call account(). The pointer holds until
  // the caller waits.
  [[nodiscard]] Account* find(const AccountId& account);
  // The account when it is in memory, no matter who waits for it: for what has no order to keep.
  [[nodiscard]] Account* in_memory(const AccountId& account);
  // Loads it if needed; concurrent calls share one load and go on in the order of their calls. The pointer holds until
  // the caller waits again. Errors: kNotFound, kUnavailable.
  Task<Result<Account*, StoreError>> account(AccountId account);

  // A newer record of an account than the one loaded (older ones are ignored): devices begin and end. Devices that are
  // no more lose their inbox, and their sessions are closed with kUnauthenticated.
  void apply(const AccountRecord& record);
  void apply(const AccountId& account, PrivacyRecord privacy);

  // ---- sessions

  struct Attached {
    Position first_position;  // for Welcome
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
  void close_session(DeviceAddress device, wire::ErrorCode code, const char* detail);
  void set_available(DeviceAddress device, bool available);
  void subscribe(DeviceAddress device, std::vector<AccountId> accounts);
  // To all sessions of an account of this shard, if there are any.
  void send_to_sessions(const AccountId& account, const wire::ServerFrame& frame);
  void send_to_session(DeviceAddress device, const wire::ServerFrame& frame);

  // ---- notices to other accounts' inboxes; each goes to the shard that owns them, those of one turn in one hop

  void send_receipt(const DeviceAddress& confirmed_by, const DeviceAddress& sender, const wire::ReceiptRun& run);
  void send_account_changed(const AccountId& to, const AccountId& changed, Revision revision);

  // ---- for the parts of the shard

  [[nodiscard]] GroupCommit& commit() { return commit_; }
  [[nodiscard]] Presence& presence() { return presence_; }
  [[nodiscard]] KnownPairs& known_pairs() { return known_pairs_; }
  [[nodiscard]] ShardCounters& counters() { return counters_; }
  [[nodiscard]] TaskScope& scope() { return scope_; }
  [[nodiscard]] Timers& timers() { return timers_; }
  [[nodiscard]] uint64_t now_ms() const { return clock_.monotonic().value; }
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
    DeviceId sender;  // zero: account changed
    wire::ReceiptRun run;
    Revision revision;
  };

  struct LoadWait;

  Task<void> load(AccountId account);
  Task<Result<void, StoreError>> read_account(Account& account);
  void apply_to(Account& account, const AccountRecord& record);
  void send_notice(OutgoingNotice notice);
  void flush_notices();
  Task<void> take_notices(std::vector<OutgoingNotice> notices);
  static void put_notice(Account& account, const OutgoingNotice& notice);
  void end_device(Account& account, Device& device);
  Device* find_device(const DeviceAddress& address, Account*& account);

  // The clock as far as expiry believes it: never back, for what was said to be over stays so.
  UnixMicros believed_time();
  void schedule_expiry(uint64_t delay_ms);
  Task<void> expire();
  void schedule_sweep();
  Task<void> sweep();
  [[nodiscard]] bool evictable(const Account& account) const;

  Executor& executor_;
  Timers& timers_;
  Clock& clock_;
  DeliveryPorts ports_;
  DeliverySettings settings_;
  Shards& shards_;
  uint32_t epoch_;
  const uint32_t first_epoch_ = epoch_;
  bool closing_ = false;
  UnixMicros last_time_;

  std::unordered_map<AccountId, std::unique_ptr<Account>> accounts_;
  std::unordered_map<AccountId, std::unique_ptr<Loading>> loading_;
  std::vector<std::unique_ptr<DeviceInbox>> ended_;  // inboxes of ended devices, until nothing refers to them
  std::vector<OutgoingNotice> notices_;
  size_t sweep_bucket_ = 0;
  uint64_t started_ms_ = 0;
  uint64_t epoch_taken_ms_ = 0;
  UnixMicros expiry_time_;  // the clock as far as expiry believes it, at the time
  uint64_t expiry_checked_ms_ = 0;
  Timers::Handle expiry_timer_ = 0;
  Timers::Handle sweep_timer_ = 0;

  KnownPairs known_pairs_;  // whom this shard's accounts have written to
  ShardCounters counters_;
  TaskScope scope_;
  GroupCommit commit_;
  Presence presence_;
};

}  // namespace kith
