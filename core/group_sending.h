// SPDX-License-Identifier: AGPL-3.0-or-later

// What a message to a group needs before it can leave, and its encryption (GROUP-3, GROUP-6): the group's state, the
// device lists of all members, and this device's key with every device of these. The outbox asks for each message, and
// sends what it is given.
//
// Cost: of members and lists what a message needs is kept until one of them changes, for kGroupsKept groups; so the
//       second message costs one encryption, however many members there are.
//
// A part with Ports: it knows no Engine.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "core/store/account_table.h"
#include "core/store/messages_table.h"
#include "core/store/outbox_table.h"
#include "crypto/groups.h"
#include "wire/frames.pb.h"

namespace kith::core {

struct Store;

class GroupSending {
 public:
  static constexpr size_t kGroupsKept = 16;
  static constexpr size_t kListsAtOnce = 32;     // fetched together
  static constexpr size_t kHandOutsAtOnce = 64;  // accounts that are given the key together
  static constexpr uint64_t kProgressMs = 200;

  // `answered`: the server has said what it has. What prepare() is given is also told whether that brought it further;
  // if not, it is asked again after a pause.
  using Done = std::function<void(bool answered)>;

  // All outlive it.
  struct Ports {
    Store& store;
    Clock& clock;
    RandomSource& random;
    const std::optional<Registration>& registration;
    std::function<crypto::Groups&()> cipher;
    std::function<void(const AccountId&, Done)> fetch_list;
    std::function<void(const GroupId&, Done)> fetch_group;
    // So many of all members have this device's key.
    std::function<void(const GroupId&, uint32_t done, uint32_t total)> progress;
  };

  // A key that is to be sent to all devices of an account first.
  struct KeyFor {
    AccountId account;
    Bytes content;
  };
  struct Outlook {
    enum class Kind : uint8_t {
      kReady,
      kFetches,   // `done` is called
      kHandsOut,  // `keys` are to be sent; when they are, it asks again
      kWaits,     // for the person, who has to agree to a member's identity (IDENTITY-6)
      kFails,
    };
    Kind kind = Kind::kReady;
    FailureReason why = FailureReason::kNone;
    std::vector<KeyFor> keys = {};
  };

  explicit GroupSending(Ports ports);
  ~GroupSending();

  // What the next message to this group needs. `again`: the group is read in any case. `done` is called in another
  // input, if at all.
  Outlook prepare(const GroupId& group, bool again, const Done& done);
  // Whether nobody but this device is in it, after kReady.
  [[nodiscard]] bool is_alone(const GroupId& group) const;
  // Encrypts the item for exactly those that the group has now, unless it is, after kReady. False: it can't be now.
  bool seal(OutboxRow& item);
  // The frame of a sealed item, or of what was read (OutboxKind::kReadReceipt).
  static void write(const OutboxRow& item, wire::Send& send);
  // The server knows more of the group, or of its members' devices. False: nothing that this device knows is older.
  bool take(const GroupId& group, const wire::StaleGroup& stale);
  MessageId new_id() { return ports_.random.id<MessageId>(); }

 private:
  struct Members;

  // As of now. Null: the group is to be read first.
  Members* members_of(const GroupId& group);
  // Those that prepare() has found.
  [[nodiscard]] const Members* ready_members(const GroupId& group) const;
  Outlook fetch_lists(const GroupId& group, const std::vector<AccountId>& accounts, const Done& done);
  Outlook hand_out(const GroupId& group, Members& members);
  void tell_progress(const GroupId& group, Members& members, size_t left);

  Ports ports_;
  std::map<GroupId, std::unique_ptr<Members>> known_;
  std::map<GroupId, std::set<AccountId>> behind_;  // whose lists the server has newer, by its word; asked for once
};

}  // namespace kith::core
