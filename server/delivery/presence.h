// SPDX-License-Identifier: AGPL-3.0-or-later

// Who is online, who may know, and who wants to (EPHEMERAL-1: nothing of it is stored or queued but the last-seen
// time).
//
// An account is online while one of its devices is available. A session subscribes to accounts; the subscriber is
// remembered at the shard that owns the account subscribed to, and notices hop from there to the session's shard. What
// a viewer may see needs the settings of both: the viewer's shard tells, with the subscription, whether the viewer
// shows itself to the account (reciprocity, and the viewer's block list); the account's shard adds its own scope and
// block list. Either side changing its settings changes live subscriptions at once.
//
// Calls: on the shard's executor. Order: notices about one account reach one session in the order of its changes.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/task.h"
#include "server/delivery/account.h"
#include "server/delivery/shard_counters.h"
#include "server/ports/last_seen_store.h"

namespace kith {

class Presence {
 public:
  // What a viewer's shard tells the shard of an account. Changes may overtake each other while accounts are loaded:
  // `version` orders them, and a subscription that should not be is taken back when its first notice finds nobody who
  // wants it.
  struct Change {
    AccountId target;
    DeviceAddress viewer;
    uint64_t version = 0;
    bool viewer_shows = false;
    bool subscribed = false;
  };
  struct Notice {
    AccountId target;
    DeviceAddress viewer;
    wire::PresenceNotice::Visibility visibility{};
    UnixMicros last_seen;
  };

  // The shard's accounts, and the way to the presence of others.
  class Accounts {
   public:
    // The account when it is in memory, else null. The pointer holds until the caller waits.
    [[nodiscard]] virtual Account* in_memory(const AccountId& account) = 0;
    // Loads it if needed.
    virtual Task<Result<Account*, StoreError>> account(AccountId account) = 0;
    // Each goes to the shard that owns its target, or its viewer: apply() and take_notices() there, in later turns.
    virtual void send(std::vector<Change> changes) = 0;
    virtual void send(std::vector<Notice> notices) = 0;

   protected:
    ~Accounts() = default;
  };
  // All outlive the presence.
  struct Ports {
    Executor& executor;
    TaskScope& scope;
    Clock& clock;
    LastSeenStore& last_seen;
    ShardCounters& counters;
    Accounts& accounts;
  };
  explicit Presence(const Ports& ports) : ports_(ports) {}

  // A device of this shard became (un)available. The last one to go sets the account's last-seen time.
  void set_available(Account& account, Device& device, bool available);
  // The accounts a device of this shard wants, replacing those before. A notice comes for each.
  void subscribe(Account& account, Device& device, std::vector<AccountId> wanted);
  // The device's session is gone: it is neither available nor subscribed.
  void drop(Account& account, Device& device);
  // The account's privacy or block list is a new one.
  void privacy_changed(Account& account);

  // From other shards, whose viewers want accounts of this one; and from those whose accounts are watched here.
  Task<void> apply(std::vector<Change> changes);
  void take_notices(const std::vector<Notice>& notices);

 private:
  void unsubscribe_all(Account& account, Device& device);
  // Tells every subscriber; those who may see nothing only when `hidden_too`.
  void notify_all(Account& account, UnixMicros last_seen, bool hidden_too);
  Task<void> notify_all_later(AccountId account);
  [[nodiscard]] static Notice notice_for(const Account& account, const Subscriber& subscriber, UnixMicros last_seen);

  const Ports ports_;
  uint64_t version_ = 0;
};

}  // namespace kith
