// SPDX-License-Identifier: AGPL-3.0-or-later

// The undurable log of one inbox: the entries that have a position and are neither confirmed nor durable. They are in
// memory, whoever waits for them with them; and the log knows how far the store is.
//
//   durable_last        batch_last               last
//        |  in the batch    |  gathers meanwhile   |
//   -----+------------------+----------------------+--->  positions
//
// Rules
//   SEND-2   whoever waits is settled when an entry is confirmed or durable, whichever is first.
//   INBOX-3  positions are dense. One that was ever delivered (up to `spent`) names no other entry; one that a failed
//            write may have left on disk neither, until it is written again.
//   Failed commit: whoever waits is refused. When the disk was full, it has taken nothing: what was never delivered is
//            taken back, with everything after it, and the positions are given again. A store that is away may have
//            written some of it, and a later run would find that on disk, while the device may have confirmed another
//            entry at its position: so it keeps the position and is written with a later batch, and its sender, who
//            does not know, sends the same id (SEND-3).
//
// A part of DeviceInbox, without I/O, clock or session: times are parameters, in milliseconds of the monotonic clock.
// Settlement is the other end of it: how a send learns that its entries are safe.
#pragma once

#include <array>
#include <coroutine>
#include <cstdint>
#include <forward_list>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/limits.h"
#include "server/delivery/amount.h"
#include "server/delivery/due.h"
#include "server/delivery/group_message.h"
#include "server/delivery/queue.h"
#include "server/ports/inbox_store.h"
#include "wire/entry_body.h"
#include "wire/receipt_run.h"

namespace kith {

// Ordered from good to bad: a send answers with the worst of its devices.
enum class Settled : uint8_t {
  kSafe,         // the device has confirmed the entry, or it is durable
  kFull,         // the store's disk is at its bound. Retryable
  kUnavailable,  // the store failed, or the shard closes. Retryable
  kEnded,        // the device is no more
};

// Waits for the entries of one send. Lives in the frame of a coroutine that waits until all are settled, so that
// entries can point into it. Filled and settled on the addressees' executor; the waiter goes on at `home`.
class Settlement {
 public:
  // Parts that need no memory of their own: a message to one account has no more.
  static constexpr size_t kPartsInside = kDevicesMax;

  // One entry's end of it: a link in the entry's list of who waits. (A repeated send waits for the entry of the first.)
  struct Part {
    Settlement* owner = nullptr;
    Part* next = nullptr;
  };

  explicit Settlement(Executor& home) : home_(home) {}
  Settlement(const Settlement&) = delete;
  Settlement& operator=(const Settlement&) = delete;

  // A new part, not settled.
  Part& add() {
    Part& part = count_ < kPartsInside ? parts_[count_] : more_.emplace_front();
    ++count_;
    part.owner = this;
    ++open_;
    return part;
  }
  // Settles every part of a list. Touches no part after its waiter was posted.
  static void settle_all(Part* list, Settled how) {
    while (list != nullptr) {
      Part* const next = list->next;
      list->owner->settle_one(how);
      list = next;
    }
  }

  [[nodiscard]] bool await_ready() const noexcept { return open_ == 0; }
  void await_suspend(std::coroutine_handle<> continuation) noexcept { waiter_ = continuation; }
  [[nodiscard]] Settled await_resume() const noexcept { return worst_; }

 private:
  void settle_one(Settled how) {
    if (how > worst_) worst_ = how;
    if (--open_ == 0 && waiter_) home_.post(waiter_);
  }

  Executor& home_;
  std::array<Part, kPartsInside> parts_;
  std::forward_list<Part> more_;
  uint32_t count_ = 0;
  uint32_t open_ = 0;
  Settled worst_ = Settled::kSafe;
  std::coroutine_handle<> waiter_;
};

class UndurableLog {
 public:
  enum class Kind : uint8_t { kMessage, kReceipt, kAccountChanged, kGroupChanged, kGroupReceipt };
  struct Entry {
    InboxEntry stored;
    DeviceAddress origin;  // who sent, who confirmed, or who changed
    UnixMicros time;       // server time; a revision for kAccountChanged and kGroupChanged
    wire::ReceiptRun run;  // of the receipt; of a message, what its receipt would say
    uint64_t due_ms = 0;
    Settlement::Part* waiting = nullptr;
    DeviceId sender;  // receipts
    Kind kind = Kind::kMessage;
    GroupId group;  // of a message to one, and of what is said of one; else none

    // `withheld`: the entry is empty, and wants no receipt (SEND-4).
    static Entry message(const IncomingMessage& message, bool withheld);
    static Entry group_message(const GroupMessage& message);
    // Notices: their bodies are made when they get a position.
    static Entry receipt(const DeviceAddress& from, DeviceId sender, const wire::ReceiptRun& run);
    static Entry account_changed(const AccountId& account, Revision revision);
    static Entry group_changed(const GroupId& group, Revision revision);
    // Gathered before it comes (group_receipts.h), so it takes no other up.
    static Entry group_receipt(InboxBody body);
  };

  // What an entry whose body many share counts for in the shard's bytes: the body is counted where it comes from
  // (group_handler.h).
  static constexpr size_t kSharedEntryBytes = 128;

  // The first position is the first of `epoch`. Its bytes are counted in `shard_bytes`, too, which outlives it.
  UndurableLog(uint32_t epoch, size_t& shard_bytes);
  ~UndurableLog();
  UndurableLog(const UndurableLog&) = delete;
  UndurableLog& operator=(const UndurableLog&) = delete;

  // What is stored goes as far as this. Once, before anything is appended.
  void loaded(Position durable_last) { durable_last_ = durable_last; }

  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] size_t size() const { return entries_.size(); }
  [[nodiscard]] uint64_t bytes() const { return bytes_; }
  [[nodiscard]] Entry& operator[](size_t index) { return entries_[index]; }
  // The first entry after `position`, as an index.
  [[nodiscard]] size_t first_after(Position position) const;

  [[nodiscard]] Position last() const { return last_; }
  [[nodiscard]] Position durable_last() const { return durable_last_; }
  // Zero when nothing of this log is in a batch.
  [[nodiscard]] Position batch_last() const { return batch_last_; }
  // A write that failed may have left entries up to here.
  [[nodiscard]] Position maybe_written() const { return maybe_written_; }

  // ---- appending

  // At the next position; `stored.expires_at` and `due_ms` are the caller's.
  Entry& append(Entry entry);
  // Whether an entry of the last few says from now on what this notice says: one that was not delivered (its position
  // is not spent) and is not being written. A hole between two runs of receipts stays a hole (TICK-1).
  bool take_up(const Entry& notice, Position spent);
  // Whoever has sent the message again waits for its entry, too, if there is one.
  void wait_for(const MessageId& id, const DeviceAddress& from, Settlement& settlement);

  // ---- leaving

  // What the device has confirmed leaves; `each` sees every entry before.
  template <class Each>
  void confirm(Position up_to, Each each) {
    while (!entries_.empty() && entries_.front().stored.position <= up_to) {
      each(static_cast<const Entry&>(entries_.front()));
      pop_front(Settled::kSafe);
    }
  }
  // Everything leaves; a batch in flight is still to be answered.
  void drop(Settled how);
  void refuse_waiting(Settled why);
  // Gives memory back that only recent traffic needs.
  void shrink() { entries_.release(); }

  // ---- committing

  [[nodiscard]] Due due() const;
  // Adds to the batch what is due and everything before it, in order, until `bytes_left` is used up. What is on disk is
  // so always a beginning of what is unconfirmed, and a crash leaves no gap. True when it added something: committed()
  // or failed() follows.
  bool collect(uint64_t now_ms, const DeviceAddress& device, InboxStore::Batch& batch, size_t& bytes_left);
  // The batch is durable. What of it was still there.
  Amount committed();
  // What is taken back, newest first: messages, whose senders are told, and notices, which have lost their position.
  // What remains is due again at `retry_ms`.
  std::vector<Entry> failed(StoreError error, Position spent, uint64_t retry_ms);

 private:
  static Bytes encode_notice(const Entry& notice);
  static size_t shard_bytes_of(const Entry& entry);
  void count(const Entry& entry);
  void discount(const Entry& entry);
  void pop_front(Settled how);

  Queue<Entry> entries_;
  size_t& shard_bytes_;
  uint64_t bytes_ = 0;
  Position last_;
  Position durable_last_;
  Position batch_last_;  // of the batch in flight; zero when nothing of this log is in it
  Position maybe_written_;
};

}  // namespace kith
