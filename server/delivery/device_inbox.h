// SPDX-License-Identifier: AGPL-3.0-or-later

// One device's inbox: the stream of entries from the last confirmed one to the newest, and the session they are
// delivered to.
//
//   confirmed             sent                  durable_last               last
//       |  in flight      |   on disk, not yet sent    |   undurable, in memory  |
//   ----+-----------------+----------------------------+-------------------------+-->  positions
//
// sent may also be beyond durable_last: a connected device gets an entry at once, and its confirmation usually comes
// before the commit, so that the entry never touches the disk. Memory holds every undurable entry, and of those in
// flight only who sent them (for receipts); what is durable and not sent is read back when the window opens.
//
// It is put together of four parts that know nothing of each other, nor of stores, clocks and loops:
//
//   admission.h        which messages come in: no repetition, and a stranger's within its share
//   undurable_log.h    what is appended and not settled, and what becomes of it when its commit fails
//   session_window.h   the session, what was sent to it, what it has confirmed
//   forgetting.h       what is stored, and how what is confirmed goes from the disk
//
// What is left here: reading the store, room, receipts, and who is told when one of the four moves on.
//
// Rules
//   SEND-2   an entry is settled when the device confirms it or its batch is durable, whichever is first.
//   INBOX-1  only a confirmation or its time takes an entry away; what of it is on disk is forgotten with a later
//            batch. What has expired is not delivered, in whatever place it is: an entry without content stands for it.
//   INBOX-3  positions are dense. A position that was once delivered is spent: it never names another entry, for the
//            device may have committed it.
//
// Calls: on the shard's executor. Nothing here waits except load(), first_position(), find_stored() and the inbox's own
// background reads.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/executor.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/delivery/admission.h"
#include "server/delivery/forgetting.h"
#include "server/delivery/group_commit.h"
#include "server/delivery/owned_slots.h"
#include "server/delivery/session.h"
#include "server/delivery/session_window.h"
#include "server/delivery/shard_time.h"
#include "server/delivery/undurable_log.h"
#include "server/ports/inbox_store.h"
#include "wire/entry_body.h"

namespace kith {

class DeviceInbox final : public GroupCommit::Member {
 public:
  // What an inbox needs around it: one for all inboxes of a shard, which it outlives.
  struct Ports {
    Executor& executor;
    TaskScope& scope;
    ShardTime& time;
    const DeliverySettings& settings;
    InboxStore& store;
    GroupCommit& commit;
    ShardCounters& counters;
    const OwnedSlots& slots;
    // `confirmed_by` has what `sender` sent; those of one turn go together.
    std::function<void(const DeviceAddress& confirmed_by, const DeviceAddress& sender, const wire::ReceiptRun& run)>
        send_receipt;
    // The same of messages to a group.
    std::function<void(const DeviceAddress& confirmed_by, const DeviceAddress& sender, const GroupId& group,
                       const wire::ReceiptRun& run)>
        send_group_receipt;
  };

  // An inbox that has never had an entry, or that load() fills in. Its positions are of `epoch`.
  DeviceInbox(Ports& ports, DeviceAddress address, uint32_t epoch);
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
  // `shared`: of a body that many inboxes have.
  [[nodiscard]] Room room(size_t payload_bytes, bool shared = false) const;
  // Whether a message of this account would fit into the share of a stranger (admission.h).
  [[nodiscard]] bool has_share(const AccountId& from, size_t payload_bytes) const;

  // Appends a message that seen() calls new, for which there is room, and delivers it at once when the device is
  // connected. `withheld`: the entry at its position is empty, and its sender gets no receipt; all else, and the time
  // it takes, is as of any other (SEND-4).
  void append(const IncomingMessage& message, Settlement::Part& waiting, bool withheld = false);
  void append(const GroupMessage& message, Settlement::Part& waiting);
  // Waits for a repeated message, if it is not settled already.
  void wait_for(const MessageId& id, const DeviceAddress& from, Settlement& settlement) {
    log_.wait_for(id, from, settlement);
  }

  // Entries nobody waits for. A receipt is taken up by one that was not sent yet and ends right before it (TICK-1); a
  // revision by one of the same account or group. Dropped when there is no room.
  void append_receipt(const DeviceAddress& from, DeviceId sender, const wire::ReceiptRun& run);
  void append_account_changed(const AccountId& account, Revision revision);
  void append_group_changed(const GroupId& group, Revision revision);
  // GROUP-5, gathered by group_receipts.h: no other takes it up.
  void append_group_receipt(const InboxBody& body);

  // ---- the session

  [[nodiscard]] Session* session() const { return window_.session(); }
  // The session, once Welcome was sent on it; null before.
  [[nodiscard]] Session* started_session() const { return window_.started_session(); }
  // Makes `session` the one that gets entries, once start() is called; closes an older one with kReplaced. Takes what
  // Hello confirms; `withheld`, ascending: of which entries no receipt is made.
  void attach(Session& session, Position confirmed, std::vector<Position> withheld);
  // The oldest entry after what is confirmed, for Welcome. Zero when there is none, unless the next one would look like
  // a gap to a device that claims to be at `claimed`.
  Task<Result<Position, StoreError>> first_position(Position claimed);
  // Delivers the backlog and BacklogEnd, then whatever comes.
  void start();
  // Nothing when `session` is not (no longer) the device's.
  bool detach(const Session& session) { return window_.detach(session); }

  // Takes entries away. A position beyond what was sent on this session counts as the last sent. `withheld`, ascending:
  // of which entries no receipt is made (TICK-1).
  void confirm(Position position, std::span<const Position> withheld);
  void redeliver(Position after);

  // The device is no more: everything is dropped, waiting sends are told, the session is closed and shown the list.
  void end(ShownList list = nullptr);
  // The device's slot is another's: the same, but nothing is forgotten on disk.
  void give_up();
  [[nodiscard]] bool ended() const { return ended_; }

  // ---- for the shard

  // Nothing refers to this inbox, and nothing in it would be lost if it were read from the stores again.
  [[nodiscard]] bool idle() const;
  [[nodiscard]] bool used_positions_of(uint32_t epoch) const {
    return last().epoch() == epoch && last().sequence() > 0;
  }
  // No message came and no session for that long.
  [[nodiscard]] bool is_quiet(uint32_t seconds) const;
  // Gives memory back that only recent traffic needs.
  void shrink();

  [[nodiscard]] Position last() const { return log_.last(); }
  [[nodiscard]] Position confirmed() const { return window_.confirmed(); }

  // ---- for the group commit

  [[nodiscard]] const DeviceAddress& address() const override { return address_; }
  [[nodiscard]] Due due() const override { return log_.due(); }
  bool collect(uint64_t now_ms, InboxStore::Batch& batch, size_t& bytes_left) override;
  void committed(Result<void, StoreError> result) override;
  [[nodiscard]] std::optional<Position> forgettable() override;
  void refuse_waiting() override { log_.refuse_waiting(Settled::kUnavailable); }

 private:
  [[nodiscard]] Amount held() const {
    return {forgetting_.stored_count() + log_.size(), forgetting_.stored_bytes() + log_.bytes()};
  }
  [[nodiscard]] Amount bound() const { return {ports_.settings.inbox_entries_max, ports_.settings.inbox_bytes_max}; }
  [[nodiscard]] bool sends_at_once() const;
  Admission& admission();
  // A stored message that was read back is in the duplicate window again: when it is confirmed, nothing else remembers
  // it.
  void remember(const MessageOrigin& origin);
  void append_message(UndurableLog::Entry made, UnixMicros expires_at, Settlement::Part& waiting);
  void append_notice(UndurableLog::Entry notice);
  void register_due();
  void commit_failed(StoreError error);

  void stop(Settled why, EndReason reason, ShownList list = nullptr);
  void use();
  // Sends what the window has room for.
  void pump();
  void send_from_memory();
  Task<void> read_backlog();
  void deliver_stored(std::span<const InboxEntry> entries, Position limit);
  // The device has an entry: its sender is told, unless the device withholds it or no receipt is wanted.
  void receipt_for(Position position, const DeviceAddress& from, const wire::ReceiptRun& run, const GroupId& group,
                   std::span<const Position> withheld);
  void forget_later();
  void start_trim();
  Task<void> trim();

  bool ended_ = false;
  bool reading_ = false;  // read_backlog() runs
  uint16_t reads_ = 0;    // of first_position() and find_stored()
  uint32_t last_used_s_ = 0;
  DeviceAddress address_;
  Ports& ports_;
  UndurableLog log_;
  SessionWindow window_;
  Forgetting forgetting_;
  std::unique_ptr<Admission> admission_;  // absent while nothing was appended lately and nothing is stored
};

}  // namespace kith
