// SPDX-License-Identifier: AGPL-3.0-or-later

// The durable half of the inboxes: what is neither confirmed nor forgotten (C5). The other half, in memory, is
// server/delivery/device_inbox.h.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/slots.h"
#include "server/ports/store_error.h"

namespace kith {

// The body of an entry: bytes that live as long as somebody holds them. Several entries may share one; those that were
// read together lie in one block, which lives until the last of them is let go.
using InboxBody = std::shared_ptr<const BytesView>;

inline InboxBody make_body(Bytes bytes) {
  struct Owner {
    Bytes bytes;
    BytesView view;
  };
  const auto owner = std::make_shared<Owner>(std::move(bytes));
  owner->view = owner->bytes;
  return {owner, &owner->view};
}

// One entry of a device's inbox: a small head, and its body.
struct InboxEntry {
  Position position;
  UnixMicros expires_at;  // it is of no use from then on, and goes with the next sweep
  MessageId message_id;   // none for entries that are no message
  // What a wire.Entry has besides its position, as it is serialized: a tag, a size, and the message of that kind. At
  // most kFrameBytesMax (base/limits.h) bytes; never null. A store keeps the bytes, not the pointer; one may keep those
  // of several entries once.
  InboxBody body;
  // Entries with the same number, and on the same day of expiry, have the same body, in whatever inboxes they are: a
  // store may keep it once, until none of them is there or that day is over. It is the number of a record of the
  // groups' log, 0: of none. Not answered by reads. An entry whose body a store has lost is not answered either: it is
  // as one that has expired.
  uint64_t shared = 0;
  AccountId shared_by =
      {};  // whose share a shared body is of (GroupLog::append); none for others. Not answered by reads
};

// Gathers the bodies of entries that are read together into one block.
class BodiesReadTogether {
 public:
  void add(BytesView body) {
    block_->bytes.append(body);
    sizes_.push_back(body.size());
  }
  [[nodiscard]] size_t bytes() const { return block_->bytes.size(); }
  // Each entry gets the body that was added in its turn; there are as many. Once.
  void give(std::span<InboxEntry> entries) {
    block_->views.reserve(sizes_.size());
    BytesView left = block_->bytes;
    for (size_t i = 0; i < entries.size(); ++i) {
      block_->views.push_back(left.substr(0, sizes_[i]));
      left.remove_prefix(sizes_[i]);
      entries[i].body = InboxBody(block_, &block_->views.back());
    }
  }

 private:
  struct Block {
    Bytes bytes;
    std::vector<BytesView> views;
  };
  std::shared_ptr<Block> block_ = std::make_shared<Block>();
  std::vector<size_t> sizes_;
};

class InboxStore {
 public:
  virtual ~InboxStore() = default;

  struct Append {
    DeviceAddress device;
    InboxEntry entry;
  };
  // Forgets everything of the device up to and including `up_to`. An absent device is not an error.
  struct Forget {
    DeviceAddress device;
    Position up_to;
  };
  struct Batch {
    std::vector<Append> appends;
    std::vector<Forget> forgets;
  };

  // How a batch went, device by device: what became of its appends and forgets. A device that was not in the batch has
  // not failed.
  class Written {
   public:
    Written() = default;  // nothing has failed
    // The same for every device: of a store that takes a batch as a whole.
    explicit Written(Result<void, StoreError> all) {
      if (!all) all_ = all.error();
    }
    void fail(const DeviceAddress& device, StoreError error) { failed_.insert_or_assign(device, error); }

    [[nodiscard]] Result<void, StoreError> of(const DeviceAddress& device) const {
      if (all_) return Fail(*all_);
      if (failed_.empty()) return {};
      const auto failed = failed_.find(device);
      return failed == failed_.end() ? Result<void, StoreError>() : Fail(failed->second);
    }
    [[nodiscard]] bool all_good() const { return !all_ && failed_.empty(); }

   private:
    std::optional<StoreError> all_;
    std::unordered_map<DeviceAddress, StoreError> failed_;
  };

  // Takes epochs of positions for `owner` (INBOX-3), compare and set, each slot for itself: a slot whose epoch is still
  // the one that the claim knows, or is one that this very owner has taken, gets a higher one and is the owner's. Any
  // other is left as it is. So whoever takes a slot over fences the owner before, whose claims are refused from then
  // on.
  //
  // Shape:   answers in the order of the claims; no slot twice. What a refused one says is to be known for a take-over.
  // Order:   an epoch is above all that this store has given out for the slot. Adapters on disk see to it that this
  //          holds as well when the store was put back from a backup.
  // Durable: before it is answered.
  // Errors:  kFull (nothing was taken), kUnavailable (some may be taken: the same owner claims again with what it
  // knew). Calls:   from any executor, any number in flight.
  virtual Task<Result<std::vector<SlotEpoch>, StoreError>> take_epochs(SlotOwner owner,
                                                                       std::vector<SlotClaim> claims) = 0;

  // Writes the batch, each device's part of it by itself: whatever becomes of one device's part, the others' are
  // written. A store that takes a batch as a whole or not at all answers the same for every device.
  //
  // Order:   a device is in one batch at a time; batches of other devices may be written before or after it. Positions
  // of
  //          one device ascend within a batch and from batch to batch. Appending a position that is there replaces it.
  //          A device's appends come before its forgets.
  // Durable: a device's part when the answer for it is good (synced); a batch without appends may be written lazily.
  // Errors:  of each device: kFull (nothing of its part is written; batches without appends are still taken),
  //          kUnavailable (some of its part may be written).
  // Calls:   from any executor, any number in flight; the store merges what waits into one sync.
  virtual Task<Written> write(Batch batch) = 0;

  // Entries after `after`, ascending, at most `count_max` of them and about `bytes_max` bytes (always at least one when
  // there is one). Everything a completed write() has appended is seen.
  virtual Task<Result<std::vector<InboxEntry>, StoreError>> read(DeviceAddress device, Position after, size_t count_max,
                                                                 size_t bytes_max) = 0;

  // What is stored for a device: for its bounds and for telling a repeated send. An aggregate over all of its entries,
  // and the heads of the newest kRecentMax.
  struct Summary {
    Position last;  // zero when empty
    uint64_t count = 0;
    uint64_t bytes = 0;             // of InboxEntry.body
    std::vector<MessageId> recent;  // of those of the newest kRecentMax entries that are messages, oldest first
  };
  static constexpr size_t kRecentMax = 1024;
  virtual Task<Result<Summary, StoreError>> summarize(DeviceAddress device) = 0;

  // Whether what has expired goes by itself, some time after it has: of a store whose records have an end of their own
  // (TTL). Always the same. Whoever reads has to look at `expires_at` in any case: what is over may still be there.
  [[nodiscard]] virtual bool expires_by_itself() const = 0;

  // Forgets every entry that expires before `now`, wherever it lies in its inbox, at most `count_max` a call; answers
  // how many. Less than the maximum: there are no more. A store that expires by itself has nothing to do, and answers
  // zero.
  virtual Task<Result<size_t, StoreError>> expire(UnixMicros now, size_t count_max) = 0;

  // Bytes of entries held, for metrics and the global bound; an estimate within a few per cent. Absent: the store can't
  // know. Then it says kFull itself when it is, and nobody before it does.
  [[nodiscard]] virtual std::optional<uint64_t> bytes_held() const = 0;
};

}  // namespace kith
