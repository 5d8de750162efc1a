// SPDX-License-Identifier: AGPL-3.0-or-later

// When entries go to disk: the shard's group commit.
//
// Inboxes with undurable entries are its members, and register here. When the first of their entries is due, everything
// that is due goes to the store as one batch, with what may be forgotten. Some batches may be in flight at a time
// (commit_batches_max); when all are, the next gathers meanwhile. What was confirmed before it is due has left its
// inbox by then and is not written.
//
// Order:  a member is in one batch at a time, with its appends and its forgets: however late a batch is answered,
//         nothing of the same device overtakes it. Batches of different members are answered in any order.
// Errors: each member is told what became of its own part (InboxStore::Written): another device's failure is not its.
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
  explicit GroupCommit(const Ports& ports);

  // An inbox, as the group commit sees it. It stays where it is as long as it is in a list or in a batch.
  class Member {
   public:
    [[nodiscard]] virtual const DeviceAddress& address() const = 0;
    [[nodiscard]] virtual Due due() const = 0;
    // Adds to the batch what is due, in order, until `bytes_left` is used up. True when it added something: committed()
    // follows.
    virtual bool collect(uint64_t now_ms, InboxStore::Batch& batch, size_t& bytes_left) = 0;
    virtual void committed(Result<void, StoreError> result) = 0;
    // Up to where it may be forgotten on disk now; the member is not in the list of those any more. It may call
    // forget_later().
    [[nodiscard]] virtual std::optional<Position> forgettable() = 0;
    // The group commit gives up: whoever waits is told.
    virtual void refuse_waiting() = 0;

   protected:
    ~Member() = default;
    [[nodiscard]] bool is_listed() const { return in_messages_ || in_notices_ || in_again_ || batch_ != 0; }

   private:
    friend class GroupCommit;
    bool in_messages_ = false;
    bool in_notices_ = false;
    bool in_again_ = false;
    uint8_t batch_ = 0;  // which has something of it, from 1; 0: none
  };

  // The member has an entry that is due then.
  void add(Member& member, Due due);
  // The member has something to forget on disk. It is not in the list of those yet.
  void forget_later(Member& member);
  // The member's device is no more: everything of it is forgotten.
  void forget_all(Member& member);

  // Bytes of undurable entries of all inboxes, which count here what comes and goes (undurable_log.h).
  [[nodiscard]] size_t& undurable_counter() { return undurable_bytes_; }
  [[nodiscard]] size_t undurable_bytes() const { return undurable_bytes_; }

  // Commits everything, due or not. A member that the store fails is not tried again: whoever waits there is refused.
  // Nothing is committed afterwards.
  Task<void> drain();
  // drain() has begun: nothing new is to come.
  [[nodiscard]] bool is_draining() const { return draining_; }

 private:
  struct Forgettable {
    Member* member;
    uint64_t due_ms;
  };
  struct Forgotten {
    Member* member;
    Position up_to;
  };
  // A batch that is gathered or in flight.
  struct Flight {
    InboxStore::Batch batch;
    std::vector<Member*> members;    // with appends in it
    std::vector<Forgotten> forgets;  // as in the batch
    bool in_use = false;
    bool only_forgets = false;  // the store was full
  };
  static constexpr uint8_t kGivenUp = UINT8_MAX;  // instead of a batch: drain() has met a failure of the member

  [[nodiscard]] uint64_t now_ms() const { return ports_.clock.monotonic().value; }
  void arm(uint64_t due_ms);
  // Hands over what is due at `now_ms` (UINT64_MAX: everything), as far as batches may be in flight, and arms the timer
  // for the rest. False: nothing was handed over.
  bool tick(uint64_t now_ms);
  [[nodiscard]] Flight* free_flight();
  [[nodiscard]] uint8_t number_of(const Flight& flight) const;
  // Whether another batch than `flight` has something of the member.
  [[nodiscard]] bool is_elsewhere(const Member& member, const Flight& flight) const;
  void gather(Flight& flight, uint64_t now_ms, uint64_t& next_due_ms);
  void collect_messages(Flight& flight, uint64_t now_ms, uint64_t& next_due_ms);
  void collect_notices(Flight& flight, uint64_t now_ms, uint64_t& next_due_ms);
  void collect_again(Flight& flight, uint64_t now_ms, uint64_t& next_due_ms);
  void collect_forgets(Flight& flight, uint64_t now_ms, size_t count_max, uint64_t& next_due_ms);
  void take(Flight& flight, Member& member, uint64_t now_ms);
  void forget(Flight& flight, Member& member, Position up_to);
  Task<void> write(Flight& flight);
  void answered(Flight& flight, const InboxStore::Written& written);

  const Ports ports_;
  std::vector<Member*> messages_;     // inboxes with an entry that a send may wait for
  std::vector<Member*> notices_;      // inboxes with notices; looked at less often
  std::vector<Forgettable> forgets_;  // in order of due_ms
  std::vector<Forgotten> again_;      // of ended devices, and what could not be forgotten; each member once
  std::vector<Flight> flights_;       // as many as may be in flight
  size_t in_flight_ = 0;
  size_t bytes_left_ = 0;  // of the batch that is gathered
  size_t undurable_bytes_ = 0;
  bool draining_ = false;
  bool forgets_first_ = false;  // the store was full: give space back before anything is appended
  bool giving_back_ = false;    // such a batch is in flight
  uint64_t armed_ms_ = UINT64_MAX;
  uint64_t notice_look_ms_ = 0;  // not before
  uint64_t retry_ms_ = 0;        // again_ waits until then
  Timers::Handle timer_ = 0;
  OneShot<bool>* written_ = nullptr;  // drain() waits for a batch in flight
};

}  // namespace kith
