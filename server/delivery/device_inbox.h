// SPDX-License-Identifier: AGPL-3.0-or-later

// One device's inbox: the stream of entries from the last confirmed one to the newest, and the session they are
// delivered to.
//
//   confirmed_          sent_                         durable_last_              last_
//       |  in flight      |   on disk, not yet sent        |   undurable, in memory |
//   ----+-----------------+--------------------------------+------------------------+-->  positions
//
// sent_ may also be beyond durable_last_: a connected device gets an entry at once, and its confirmation usually comes
// before the commit, so that the entry never touches the disk. Memory holds every undurable entry, and of those in
// flight only who sent them (for receipts); what is durable and not sent is read back when the window opens.
//
// Rules
//   SEND-2   an entry is settled when the device confirms it or its batch is durable, whichever is first.
//   INBOX-1  only a confirmation or its time takes an entry away; what of it is on disk is forgotten with a later batch.
//            What has expired is not delivered, in whatever place it is: an entry without content stands for it.
//   INBOX-3  positions are dense. A position that was once delivered is spent: it never names another entry, for the
//            device may have committed it.
//   Failed commit: whoever waits is refused. When the disk was full, entries that were never delivered are taken back,
//            with everything after them, and their positions are given again. Delivered ones stay, since their
//            positions are spent, and so do those that a store which is away may have written: they are confirmed
//            later, or committed with the next batch; a send repeated meanwhile waits for that.
//
// Calls: on the shard's executor. Nothing here waits except load() and the shard's own background reads.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/delivery/entries.h"
#include "server/delivery/queue.h"
#include "server/delivery/recent_messages.h"
#include "server/delivery/sender_shares.h"
#include "server/delivery/session.h"
#include "server/delivery/settlement.h"
#include "server/ports/inbox_store.h"

namespace kith {

class Shard;

class DeviceInbox {
 public:
  // An inbox that has never had an entry, or that load() fills in. Its positions are of `epoch`.
  DeviceInbox(Shard& shard, DeviceAddress address, uint32_t epoch);
  ~DeviceInbox();
  DeviceInbox(const DeviceInbox&) = delete;
  DeviceInbox& operator=(const DeviceInbox&) = delete;

  // Learns what is stored. Once, before anything else.
  Task<Result<void, StoreError>> load();

  // ---- appending

  enum class Seen {
    kNew,
    kRepeated,  // in the window, at the given time
    kUnsure,    // stored by an earlier run of the program: find_stored() tells
  };
  [[nodiscard]] Seen seen(const MessageId& id, const DeviceAddress& from, UnixMicros& server_time) const;
  // The time of a stored message, and whether it is there at all. Reads the backlog: seldom needed.
  Task<Result<std::optional<UnixMicros>, StoreError>> find_stored(MessageId id, DeviceAddress from);

  enum class Room { kEnough, kInboxFull, kStoreFull, kBusy };
  [[nodiscard]] Room room(size_t payload_bytes) const;
  // The same for a message of this account; `known`: not a stranger (sender_shares.h).
  [[nodiscard]] Room room_for(const AccountId& from, bool known, size_t payload_bytes) const;

  // Appends a message that seen() calls new, for which there is room, and delivers it at once when the device is
  // connected. `withheld`: the entry at its position is empty, and its sender gets no receipt; all else, and the time
  // it takes, is as of any other (SEND-4).
  void append(const IncomingMessage& message, Settlement::Part& waiting, bool withheld = false);
  // Waits for a repeated message, if it is not settled already.
  void wait_for(const MessageId& id, const DeviceAddress& from, Settlement& settlement);

  // Entries nobody waits for. A receipt is taken up by one that was not sent yet and ends right before it (TICK-1); a
  // revision by one of the same account. Dropped when there is no room.
  void append_receipt(const DeviceAddress& from, DeviceId sender, const wire::ReceiptRun& run);
  void append_account_changed(const AccountId& account, Revision revision);

  // ---- the session

  [[nodiscard]] Session* session() const { return session_; }
  // The session, once Welcome was sent on it; null before.
  [[nodiscard]] Session* started_session() const { return started_ ? session_ : nullptr; }
  // Makes `session` the one that gets entries, once start() is called; closes an older one with kReplaced. Takes what
  // Hello confirms; `withheld`, ascending: of which entries no receipt is made.
  void attach(Session& session, Position confirmed, std::vector<Position> withheld);
  // The oldest entry after what is confirmed, for Welcome. Zero when there is none, unless the next one would look like
  // a gap to a device that claims to be at `claimed`.
  Task<Result<Position, StoreError>> first_position(Position claimed);
  // Delivers the backlog and BacklogEnd, then whatever comes.
  void start();
  // Nothing when `session` is not (no longer) the device's.
  bool detach(const Session& session);

  // Takes entries away. A position beyond what was sent on this session counts as the last sent. `withheld`, ascending:
  // of which entries no receipt is made (TICK-1).
  void confirm(Position position, std::span<const Position> withheld);
  void redeliver(Position after);

  // The device is no more: everything is dropped, waiting sends are told, the session is closed.
  void end();
  [[nodiscard]] bool ended() const { return ended_; }

  // ---- for the shard

  // Adds to the batch what is due, in order, until `bytes_left` is used up. True when it added something: committed()
  // follows.
  bool collect(uint64_t now_ms, InboxStore::Batch& batch, size_t& bytes_left);
  void committed(Result<void, StoreError> result);
  // The shard gives up: whoever waits is told.
  void refuse_waiting(Settled why);
  // The earliest time at which something is due; UINT64_MAX when nothing is undurable. `only_notices`: nobody waits for
  // any of it.
  [[nodiscard]] uint64_t next_due_ms(bool& only_notices) const;
  // What may be forgotten on disk now: everything up to the answer. Registers itself again when there will be more.
  [[nodiscard]] std::optional<Position> forgettable();

  // Nothing refers to this inbox, and nothing in it would be lost if it were read from the stores again.
  [[nodiscard]] bool idle() const;
  [[nodiscard]] bool in_batch() const { return batch_last_.value != 0; }
  [[nodiscard]] bool used_positions_of(uint32_t epoch) const { return last_.epoch() == epoch && last_.sequence() > 0; }
  // Gives memory back that only recent traffic needs.
  void shrink();

  [[nodiscard]] const DeviceAddress& address() const { return address_; }
  [[nodiscard]] Position last() const { return last_; }
  [[nodiscard]] Position confirmed() const { return confirmed_; }

  // Marks of the shard's lists, which hold plain pointers: an inbox in one of them is not idle.
  bool in_message_list = false;
  bool in_notice_list = false;
  bool in_forget_list = false;
  uint32_t last_used_s = 0;

 private:
  enum class Kind : uint8_t { kMessage, kReceipt, kAccountChanged };
  struct Undurable {
    InboxEntry stored;
    DeviceAddress origin;  // who sent, who confirmed, or who changed
    UnixMicros time;       // server time; a revision for kAccountChanged
    wire::ReceiptRun run;  // of the receipt; of a message, what its receipt would say
    uint64_t due_ms = 0;
    Settlement::Part* waiting = nullptr;
    DeviceId sender;  // receipts
    Kind kind = Kind::kMessage;
  };
  struct InFlight {
    Position position;
    DeviceAddress from;
    wire::ReceiptRun run;  // none: no receipt
    uint32_t bytes = 0;
    bool expired = false;  // it stands for what has
  };

  [[nodiscard]] bool sends_at_once() const;
  // A stored message that was read back is in the duplicate window again: when it is confirmed, nothing else remembers
  // it.
  void remember(const MessageOrigin& origin);
  Undurable& push(Undurable entry, Position position, uint32_t life_ms);
  void append_notice(Undurable notice);
  // Whether `known`, which was not sent yet, says from now on what `notice` says.
  static bool take_up(Undurable& known, const Undurable& notice);
  [[nodiscard]] static Bytes encode_notice(const Undurable& notice);
  // The first undurable entry after `position`, as an index.
  [[nodiscard]] size_t first_after(Position position) const;
  void pop_front(Settled how);
  void drop_undurable(Settled how);
  void register_due();
  void pump();
  void send_from_memory();
  // The entry goes to the session; the caller calls Session::deliver.
  void count_sent(const InboxEntry& entry, const DeviceAddress& from, const wire::ReceiptRun& run);
  // The device has an entry: its sender is told, unless the device withholds it or no receipt is wanted.
  void receipt_for(Position position, const DeviceAddress& from, const wire::ReceiptRun& run,
                   std::span<const Position> withheld);
  // Whether the next entry may be at `next`: if not, those between have expired.
  [[nodiscard]] bool follows(Position next) const { return fresh_ || sent_.may_be_followed_by(next); }
  // Delivers an entry that says that what comes before it, itself included, has expired: positions stay dense (INBOX-3).
  void send_expired(Position position);
  [[nodiscard]] bool window_open() const;
  [[nodiscard]] bool window_half_open() const;
  void end_backlog();
  void count_forgotten(uint64_t count, uint64_t bytes);
  void forget_later();
  void commit_failed(StoreError error);
  void reset_session();
  Task<void> read_backlog();
  void deliver_stored(std::span<const InboxEntry> entries, Position limit);
  void start_trim();
  Task<void> trim();

  Shard& shard_;
  DeviceAddress address_;
  bool started_ = false;
  bool fresh_ = false;  // nothing was sent on this session yet: Welcome has told where it begins
  bool backlog_ended_ = false;
  bool reading_ = false;
  bool trimming_ = false;
  bool ended_ = false;
  uint16_t reads_ = 0;  // of first_position() and find_stored()
  Session* session_ = nullptr;
  uint32_t session_number_ = 0;  // tells a session from the next in what was begun for it

  Position confirmed_;
  Position sent_;   // on this session
  Position spent_;  // ever
  Position durable_last_;
  Position last_;
  Position maybe_written_;  // a failed write may have left entries up to here
  Position batch_last_;     // of the batch in flight; zero when this inbox is not in it
  Position backlog_end_;
  Position trim_from_;    // what a Hello has confirmed and is still to be read for receipts, before it is forgotten:
  Position trim_to_;      // entries after trim_from_ up to trim_to_
  Position forget_to_;    // when the inbox comes up in the list of what is to be forgotten
  Position forget_next_;  // confirmed since
  uint64_t stored_count_ = 0;
  uint64_t stored_bytes_ = 0;
  size_t undurable_bytes_ = 0;
  size_t in_flight_bytes_ = 0;

  [[nodiscard]] SenderShares::Amount held() const {
    return {stored_count_ + undurable_.size(), stored_bytes_ + undurable_bytes_};
  }

  Queue<Undurable> undurable_;
  Queue<InFlight> in_flight_;
  std::unique_ptr<RecentMessages> recent_;
  std::unique_ptr<SenderShares> shares_;                // absent while there is nothing to share
  std::unique_ptr<std::vector<MessageId>> stored_ids_;  // sorted: of the backlog that an earlier run has stored
  std::unique_ptr<std::vector<Position>> withheld_;     // ascending: by the last Hello, for trim(); null: none
};

}  // namespace kith
