// SPDX-License-Identifier: AGPL-3.0-or-later

// The outbox: everything that is to be sent, to the moment the server has acknowledged it.
//
// An item is committed first, and sealed (encrypted for each device of the addressee) when its turn comes; the
// ciphertext is committed with the ratchet that made it, before the frame leaves. So after a crash or a new connection
// the same bytes go out under the same message id, and the server, which knows the id, does nothing twice (SEND-1).
//
// Items to one target form a lane and leave in order; what leaves at the same time shares frames (SEND-5), whomever it
// goes to. Up to kInFlightMax sends are on their way in all; an item is not held up by the one before it, but once one
// was refused nothing more leaves the lane until all that is on its way is answered; then the lane goes on from its
// first item.
//   stale devices (DEVICE-1)    the list is fetched; devices that were missing are added, those that are no more are
//                               dropped
//   no such account             the item fails; all of the lane, when that is the answer to asking for its list
//   too large, malformed        the item fails
//   no account known yet        the lane waits for Lookups to find out whose handle it is
//   another account key         messages of the lane wait for the person to agree, silent items are dropped
//                               (IDENTITY-6)
//   stale group (GROUP-3)       the group is read, or the lists that are newer; then it is encrypted again
//   anything else               the lane pauses, as long as the server says or from 1 s to 5 min, doubling
//   nothing, for kAnswerMs      the connection is given up
//
// A message to a group waits for what group_sending.h says that it needs. Keys to hand out first are items to their
// accounts, and leave together once what each needs is there; while one of them moves the group's lane waits. One that
// can't be sent now, as to a full inbox, holds nobody up: who gets its key late asks for what it could not read.
//
// Limits: kItemsMax items, of them kSilentMax silent ones (receipts, repairs, notices), which others cause, and
// kSilentOfOneMax silent ones to one target; a silent one beyond is not taken, and whoever wanted it comes again. Nor
// is a message beyond kItemsMax: who writes one asks full() first. What tells the account's other devices of messages
// (is_beside(): copies, what was sent lately, history), and a group's keys, of which there are as many as members, take
// no room of these, and have kBesideMax items of their own.
// Beyond, a batch of history comes again by itself (HISTORY-4), and a copy is made no more: as many wait only while the
// server takes nothing for the own account, and everything for others. On their way at once: kInFlightMax, or the
// window of the server's Limits if that is smaller.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "core/devices.h"
#include "core/group_sending.h"
#include "core/server_link.h"
#include "core/store/account_table.h"
#include "core/store/conversation_id.h"
#include "core/store/device_lists_table.h"
#include "core/store/messages_table.h"
#include "core/store/outbox_table.h"
#include "core/timers.h"
#include "wire/frames.pb.h"

namespace kith::crypto {
class Sessions;
}

namespace kith::core {

struct Store;

class Outbox {
 public:
  static constexpr size_t kItemsMax = 10000;
  static constexpr size_t kBesideMax = 10000;
  static constexpr size_t kSilentMax = 2000;
  static constexpr ptrdiff_t kSilentOfOneMax = 300;
  static constexpr size_t kInFlightMax = 64;
  static constexpr uint64_t kAnswerMs = 30000;  // a server that takes longer is taken for dead
  static constexpr uint64_t kPauseMinMs = 1000;
  static constexpr uint64_t kPauseMaxMs = 300000;

  // What it needs of others. All outlive it.
  struct Ports {
    Store& store;
    crypto::Sessions& sessions;
    Timers& timers;
    Clock& clock;
    const std::optional<Registration>& registration;  // there is one when pump() is called
    ServerLink& connection;
    // As those of Devices.
    std::function<void(const AccountId&, Devices::Done)> fetch_list;
    std::function<void(const AccountId&, std::vector<DeviceId>, Devices::Done)> open_sessions;
    GroupSending& groups;
    // What becomes of items. A message's state is another; a ResendRequest has left, or was dropped.
    std::function<void(const MessageId&, const ConversationId&)> message_changed;
    std::function<void(const MessageId&, const Target&, UnixMicros)> message_accepted;
    std::function<void(const AccountId&, const MessageId&, UnixMicros)> request_accepted;
    std::function<void(const AccountId&)> request_dropped;
    // What was to be said of a message under this id: a reaction, or a correction.
    std::function<void(const MessageId&)> saying_dropped;
    // What this account is told with an item of this kind of the own profile key (PHOTO-3); "": nothing.
    std::function<Bytes(const AccountId&, OutboxKind)> profile_key;
  };

  explicit Outbox(Ports ports);

  // Reads what is waiting in the database; inside a transaction.
  void load();
  // The same again, after the database's outbox was changed from outside.
  void reload();
  [[nodiscard]] bool full() const { return count_ - beside_ >= kItemsMax; }
  // Appends an item; it leaves by itself. False: it is not taken, because there are too many, or one of this id to this
  // target is waiting. A silent one is dropped, which is true, while the person has to agree to the account's identity.
  bool add(const OutboxRow& item);
  // The same for the account's other devices, or for this one of them alone.
  bool add_own(const MessageId& id, OutboxKind kind, Bytes content, DeviceId only = {});
  // What was for a provisional account is for this one from now on; or it fails, because nobody has the handle.
  void redirect(const AccountId& provisional, const AccountId& account);
  void fail_all(const AccountId& account, FailureReason why);
  // The account has another key: messages wait until they are released, what is silent is dropped. Groups are looked at
  // again then: they wait for every member's.
  void hold_all(const AccountId& account);
  void release_all(const AccountId& account);
  // Nothing of this kind goes to this account any more.
  void remove_all(const AccountId& account, OutboxKind kind);
  // Whether what is no more has left for nobody; then it need not.
  [[nodiscard]] bool may_take_back(const Target& target, const MessageId& id);
  void take_back(const Target& target, const MessageId& id) { remove(target, id); }
  // Whether the item has left, and is not answered yet.
  [[nodiscard]] bool is_in_flight(const Target& target, const MessageId& id);
  // Whether an item of this kind to this account is not acknowledged yet.
  [[nodiscard]] bool has(const AccountId& account, OutboxKind kind) const;
  // Sends what may leave now.
  void pump();

  void on_accepted(const wire::Accepted& accepted);
  void on_refused(const wire::Refused& refused);
  void on_connection_gone();

  // Without those that wait for the person to agree.
  [[nodiscard]] uint32_t unsent_messages() const { return messages_ - held_; }
  // Whether anything but messages has not left.
  [[nodiscard]] bool has_silent() const { return count_ > messages_; }

 private:
  struct Item {
    int64_t sequence = 0;
    MessageId id;
    OutboxKind kind = OutboxKind::kMessage;
    bool held = false;
    GroupId group = {};  // of kGroupKey: whose
    bool in_flight = false;
    uint64_t sent_at_ms = 0;
  };
  // What a lane's turn has found out of the account that it goes to. It holds for the turn: fetching comes back in
  // another input.
  struct Turn {
    struct Addressee {
      DeviceId device;
      Bytes keys;  // DeviceListRow::keys_of, once it is wanted
    };
    DeviceListRow list;
    std::vector<Addressee> addressees;
    bool prepared = false;  // the list is there, and a session with each of them
  };
  struct Lane {
    explicit Lane(Timers& timers) : pause(timers) {}
    std::deque<Item> items;
    size_t in_flight = 0;
    bool preparing = false;         // a list or bundles are being fetched
    bool settling = false;          // one was refused: what is in flight is waited for
    bool list_is_stale = false;     // and then the list is fetched, or the group read
    int64_t fresh_session_for = 0;  // sequence of the item for which sessions were opened anew
    uint32_t preparations = 0;      // since the last send
    uint32_t failures = 0;          // since the last acknowledgement
    Timer pause;
  };

  static Item item_of(const OutboxRow& row);
  Lane& lane_of(const Target& target);
  [[nodiscard]] bool has_room_for(const OutboxRow& item);
  // Waiting or on its way. Null: there is none; what the server answers may be about such a one.
  [[nodiscard]] Item* find(const Target& target, const MessageId& id);
  void queue(const Target& target, const Item& item);
  void serve_lanes();
  bool send_next(const Target& target, Lane& lane, Turn& turn);
  // What each kind of target needs before it can be sent to, and the sending.
  bool send_to_account(const AccountId& account, Lane& lane, Turn& turn, Item& item, OutboxRow& row);
  // Whether list and sessions are there; if not, sees to it.
  bool prepare(const AccountId& account, Lane& lane, Turn& turn, const Item& item, const OutboxRow& row);
  void prepared(const AccountId& account, Devices::Outcome outcome);
  // The item's envelopes for exactly the devices of the current list.
  bool seal_for(OutboxRow& row, Turn& turn);
  bool send_to_group(const GroupId& group, Lane& lane, Item& item, OutboxRow& row);
  // Whether the group's keys are on their way to somebody.
  [[nodiscard]] bool hands_out(const GroupId& group) const;
  void put(Lane& lane, Item& item, const OutboxRow& row);
  // Sends what put() has gathered.
  void leave();
  [[nodiscard]] size_t frame_bytes_max() const;
  // Of a sealed item.
  static void write(const OutboxRow& row, wire::Send& send);
  void accept(const Target& target, const MessageId& id, OutboxKind kind, UnixMicros server_time);
  void fail(const Target& target, const MessageId& id, FailureReason why);
  void remove(const Target& target, const MessageId& id);
  // The same of what does not arrive.
  void drop(const Target& target, const MessageId& id);
  void pause(Lane& lane, uint64_t at_least_ms);
  void watch();

  [[nodiscard]] MonotonicMs in_ms(uint64_t delay) const { return {ports_.clock.monotonic().value + delay}; }

  Ports ports_;
  std::map<Target, std::unique_ptr<Lane>> lanes_;
  bool added_keys_ = false;  // of a group, perhaps to lanes that had their turn
  Target last_served_;
  wire::Sends leaving_;  // at the end of pump(), or when the frame is full
  size_t leaving_bytes_ = 0;
  std::map<GroupId, std::multiset<AccountId>> handing_;  // to whom keys of a group are still to be sent
  size_t count_ = 0;
  size_t beside_ = 0;  // of these
  uint32_t messages_ = 0;
  uint32_t held_ = 0;  // of the messages
  size_t in_flight_ = 0;
  Timer watch_;
};

}  // namespace kith::core
