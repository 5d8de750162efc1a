// SPDX-License-Identifier: AGPL-3.0-or-later

// What was sent under which receipt number, and who has said what of it (TICK-1).
//
//   sent       target_kind INTEGER (TargetKind), target BLOB(16); device INTEGER: of the own account, that sent it;
//              number INTEGER: from 1, dense for each target and device, given out when the item is first sealed; key
//              all of these
//              closed INTEGER 0/1: sent before a change of identity: no read receipt counts for it (close)
//              message_id BLOB(16): under which it went out; shows BLOB(16): whose tick it is: the message itself, or
//              the one that it is the answer for (a resend request)
//              shown INTEGER or null: the sequence in `messages` of what it shows, by which it is found; null: that was
//              not there when the number was noted, as of a request, and of a copy, which comes after its number
//   indices    sent_shown (shown), and sent_alone (shows) of those that have none. Not all by id: ids are random, so
//              that each would change a page of its own
//   receipts   target_kind, target, device: as in sent; member BLOB(16): account that has said it, which is the target
//              itself when that is an account; state INTEGER (SentState); first INTEGER, last INTEGER: the numbers that
//              it was said of. Key: all but last. The runs of one state do not touch each other: what was said of
//              numbers without a hole is one row, however many receipts it came in
//
//   early_receipts   what was said of numbers of another device of the account whose messages are not all here yet:
//                    sequence INTEGER PRIMARY KEY, columns as in receipts, marks BLOB(8): of the run, big endian; the
//                    last kEarlyMax, for anybody can send such
//
// Nothing of it is forgotten: a receipt may come late, and whoever was ever written to may know it (has_written_to).
// Notes to oneself have no number, and no row.
//
// A receipt counts for a run of numbers only when all of them are here and their ids have the marks that it says: a
// store that was put back from a copy gives numbers out again, and what was sent before under them is not here.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "core/store/database.h"
#include "core/store/target.h"
#include "wire/receipt_run.h"

namespace kith::core {

enum class SentState : uint8_t { kSent = 0, kDelivered = 1, kRead = 2 };

struct MemberState {
  AccountId member;
  SentState state = SentState::kSent;
  friend bool operator==(const MemberState&, const MemberState&) = default;
};

// A message whose tick rises.
struct Raised {
  MessageId message;
  SentState state = SentState::kSent;
};

// What went out under a number.
struct Sent {
  uint64_t number = 0;
  MessageId message;
  MessageId shows;
};

class SentTable {
 public:
  static constexpr int64_t kSentToldMax = 1024;
  static constexpr int64_t kReadToldMax = 64;
  static constexpr int64_t kEarlyMax = 4096;

  explicit SentTable(Database& database) : database_(database) {}

  // Gives the next number out.
  uint64_t add(const Target& target, DeviceId device, const MessageId& message, const MessageId& shows);
  // What this device has sent to the account lately: the last kSentToldMax numbers, of those that were read
  // kReadToldMax. Ascending, without holes.
  std::vector<Sent> lately(const Target& target, DeviceId device);
  // Where to, and under which number, this device has sent to a group what is no message, under this id.
  struct InGroup {
    GroupId group;
    uint64_t number = 0;
  };
  std::optional<InGroup> beside_messages(const MessageId& id, DeviceId device);
  // What another device of the account has sent under this number. Gives what receipts that came before it say of it,
  // and of others: the messages whose tick that is.
  std::vector<Raised> note(const Target& target, DeviceId device, const Sent& sent);
  // Under which number this device first sent what shows this message, since the last change of identity if it did; 0:
  // under none.
  uint64_t number_of(const Target& target, DeviceId device, const MessageId& shows);
  // A receipt that said nothing, and may once the other device's message is here.
  void keep_early(const Target& target, const AccountId& member, DeviceId device, const wire::ReceiptRun& run,
                  SentState state);
  // Notes what a receipt of `member` says of these numbers; gives the messages whose tick that is, without those that
  // they have said as much of before (what was read was delivered). Absent, and it says nothing, when the run is not of
  // what was sent, or of kRead and not of what was sent since the last close(). The marks of kDelivered are of the ids
  // that were sent, those of kRead of the messages shown.
  std::optional<std::vector<MessageId>> raise(const Target& target, const AccountId& member, DeviceId device,
                                              const wire::ReceiptRun& run, SentState state);
  // The highest that each has said of anything that was sent for this message, by account; whoever has said nothing
  // is not among them.
  std::vector<MemberState> states_of(const MessageId& shows);
  // The highest of these; kSent when there is none.
  SentState state_of(const MessageId& shows);
  // The highest that every other member of the group has said that the message was sent to, of those that are members
  // now and were at its revision; kSent when there are none. Absent: it was sent to no group.
  std::optional<SentState> state_in_group(const MessageId& shows);
  // At a change of identity: no read receipt counts any more for what was sent to the account up to now. Whoever has
  // the other key has not read it (TICK-1).
  void close(const AccountId& account);
  // Whether anything was ever sent to this account that wants a receipt.
  bool has_written_to(const AccountId& account);

 private:
  struct Run {
    int64_t first = 0;
    int64_t last = 0;
  };
  // Whose runs: the key of `receipts` but for state and first.
  struct Whose {
    Target target;
    AccountId member;
    DeviceId device;
  };
  struct Early {
    int64_t sequence = 0;
    AccountId member;
    SentState state = SentState::kSent;
    wire::ReceiptRun run;
  };
  // Of those that were kept: whose run has this number.
  std::vector<Early> early_of(const Target& target, DeviceId device, int64_t number);
  // The runs of this state that have a number of `run` or one next to it.
  std::vector<Run> near(const Whose& whose, SentState state, const Run& run);
  // Adds the run to those of this state.
  void join(const Whose& whose, SentState state, Run run);

  Database& database_;
};

}  // namespace kith::core
