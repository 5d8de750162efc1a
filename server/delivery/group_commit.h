// SPDX-License-Identifier: AGPL-3.0-or-later

// When entries go to disk: the shard's group commit.
//
// Inboxes with undurable entries are its members, and register here. When the first of their entries is due, everything that is due goes to
// the store as one batch, with what may be forgotten. One batch is in flight at a time; the next gathers meanwhile.
// What was confirmed before it is due has left its inbox by then and is not written.
//
// Limits: undurable bytes of all inboxes are counted here and bounded by the setting (LIMIT-1).
// Calls:  on the shard's executor.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/ids.h"
#include "base/task.h"
#include "base/timers.h"
#include "server/delivery/due.h"
#include "server/delivery/settings.h"
#include "server/delivery/settlement.h"
#include "server/delivery/shard_counters.h"
#include "server/ports/inbox_store.h"

namespace kith {

class GroupCommit {
 public:
  // All outlive the group commit.
  struct Ports {
    Executor& executor;
    Timers& timers;
    TaskScope& scope;
    Clock& clock;
    InboxStore& store;
    const DeliverySettings& settings;
    ShardCounters& counters;
  };
  explicit GroupCommit(const Ports& ports) : ports_(ports) {}

  // An inbox, as the group commit sees it. It stays where it is as long as it is in a list or in a batch.
  class Member {
   public:
    [[nodiscard]] virtual Due due() const = 0;
    [[nodiscard]] virtual bool in_batch() const = 0;
    // Adds to the batch what is due, in order, until `bytes_left` is used up. True when it added something: committed()
    // follows.
    virtual bool collect(uint64_t now_ms, InboxStore::Batch& batch, size_t& bytes_left) = 0;
    virtual void committed(Result<void, StoreError> result) = 0;
    // What may be forgotten on disk now; the member is not in the list of those any more. It may call forget_later().
    [[nodiscard]] virtual std::optional<InboxStore::Forget> forgettable() = 0;
    // The group commit gives up: whoever waits is told.
    virtual void refuse_waiting(Settled why) = 0;

   protected:
    ~Member() = default;
    [[nodiscard]] bool is_listed() const { return in_messages_ || in_notices_; }

   private:
    friend class GroupCommit;
    bool in_messages_ = false;
    bool in_notices_ = false;
  };

  // The member has an entry that is due then.
  void add(Member& member, Due due);
  // The member has something to forget on disk. It is not in the list of those yet.
  void forget_later(Member& member);
  // A device that is no more: everything of it is forgotten.
  void forget_all(DeviceAddress device);

  // Bytes of undurable entries of all inboxes, which count here what comes and goes (undurable_log.h).
  [[nodiscard]] size_t& undurable_counter() { return undurable_bytes_; }
  [[nodiscard]] size_t undurable_bytes() const { return undurable_bytes_; }

  // Commits everything, due or not, until nothing waits or the store fails: then whoever waits is refused. Nothing is
  // committed afterwards.
  Task<void> drain();
  // drain() has begun: nothing new is to come.
  [[nodiscard]] bool is_draining() const { return draining_; }

 private:
  struct Forgettable {
    Member* member;
    uint64_t due_ms;
  };
  [[nodiscard]] uint64_t now_ms() const { return ports_.clock.monotonic().value; }
  void arm(uint64_t due_ms);
  // Hands over what is due at `now_ms` (UINT64_MAX: everything), unless a batch is in flight, and arms the timer for
  // the rest.
  void tick(uint64_t now_ms);
  void collect_messages(uint64_t now_ms, uint64_t& next_due_ms);
  void collect_notices(uint64_t now_ms, uint64_t& next_due_ms);
  void take(Member& member, uint64_t now_ms);
  void collect_forgets(uint64_t now_ms, uint64_t& next_due_ms);
  Task<void> write();

  const Ports ports_;
  std::vector<Member*> messages_;               // inboxes with an entry that a send may wait for
  std::vector<Member*> notices_;                // inboxes with notices; looked at less often
  std::vector<Forgettable> forgets_;            // in order of due_ms
  std::vector<InboxStore::Forget> forget_all_;  // of ended devices, and those of a batch that failed
  InboxStore::Batch batch_;                     // being gathered
  std::vector<Member*> batch_members_;          // of the batch gathered or in flight
  size_t bytes_left_ = 0;
  size_t undurable_bytes_ = 0;
  bool writing_ = false;
  bool draining_ = false;
  bool failed_ = false;         // the last batch
  bool forgets_first_ = false;  // the store was full: give space back before anything is appended
  uint64_t armed_ms_ = UINT64_MAX;
  uint64_t notice_look_ms_ = 0;  // not before
  uint64_t retry_ms_ = 0;        // forget_all_ waits until then
  Timers::Handle timer_ = 0;
  OneShot<bool>* written_ = nullptr;  // drain() waits for the batch in flight
};

}  // namespace kith
