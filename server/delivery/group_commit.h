// SPDX-License-Identifier: AGPL-3.0-or-later

// When entries go to disk: the shard's group commit.
//
// Inboxes with undurable entries register here. When the first of their entries is due, everything that is due goes to
// the store as one batch, with what may be forgotten. One batch is in flight at a time; the next gathers meanwhile.
// What was confirmed before it is due has left its inbox by then and is not written.
//
// Limits: undurable bytes of all inboxes are counted here and bounded by the setting (LIMIT-1).
// Calls:  on the shard's executor.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/task.h"
#include "base/timers.h"
#include "server/ports/inbox_store.h"

namespace kith {

class DeviceInbox;
class Shard;

class GroupCommit {
 public:
  explicit GroupCommit(Shard& shard) : shard_(shard) {}

  // The inbox has an entry that is due at `due_ms`. `notice`: nobody waits for it.
  void add(DeviceInbox& inbox, uint64_t due_ms, bool notice);
  // The inbox has something to forget on disk.
  void forget_later(DeviceInbox& inbox);
  // A device that is no more: everything of it is forgotten.
  void forget_all(DeviceAddress device);

  void count_undurable(std::ptrdiff_t bytes) { undurable_bytes_ += static_cast<size_t>(bytes); }
  [[nodiscard]] size_t undurable_bytes() const { return undurable_bytes_; }

  // Commits everything, due or not, until nothing waits or the store fails: then whoever waits is refused. Nothing is
  // committed afterwards.
  Task<void> drain();

 private:
  struct Forgettable {
    DeviceInbox* inbox;
    uint64_t due_ms;
  };
  void arm(uint64_t due_ms);
  // Hands over what is due at `now_ms` (UINT64_MAX: everything), unless a batch is in flight, and arms the timer for
  // the rest.
  void tick(uint64_t now_ms);
  void collect_messages(uint64_t now_ms, uint64_t& next_due_ms);
  void collect_notices(uint64_t now_ms, uint64_t& next_due_ms);
  void take(DeviceInbox& inbox, uint64_t now_ms);
  void collect_forgets(uint64_t now_ms, uint64_t& next_due_ms);
  Task<void> write();

  Shard& shard_;
  std::vector<DeviceInbox*> messages_;          // inboxes with an entry that a send may wait for
  std::vector<DeviceInbox*> notices_;           // inboxes with notices; looked at less often
  std::vector<Forgettable> forgets_;            // in order of due_ms
  std::vector<InboxStore::Forget> forget_all_;  // of ended devices, and those of a batch that failed
  InboxStore::Batch batch_;                     // being gathered
  std::vector<DeviceInbox*> batch_inboxes_;     // of the batch gathered or in flight
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
