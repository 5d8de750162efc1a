// SPDX-License-Identifier: AGPL-3.0-or-later

// What people have said about messages: with one emoji each (REACT-1), and that they are pinned (PIN-1).
//
//   remarks     sequence INTEGER PRIMARY KEY: the order in which they were first heard of, message BLOB(16), account
//               BLOB(16), kind INTEGER (RemarkKind): unique together, value TEXT: of a reaction its emoji, of a pin
//               until when, in microseconds since 1970 by the server's clock, as decimal digits; "": it was taken
//               away, at_us INTEGER, device INTEGER: the clock and the device that said so, together the order of what
//               is said about a message, item BLOB(16) or null: of one that this device has said, under which that
//               leaves, before TEXT: of such a one, what others show until they have it; conversation BLOB(16) or
//               null: in which one that waits was said; null: nobody has said where, waits INTEGER (Waits): whether
//               the message is not here yet
//   indices     remarks_waiting (waits, sequence) of those that wait, remarks_item (item), remarks_pins (message) of
//               pins
//
// What waits is nobody's word yet: whoever takes the message in looks at it (take_waiting). The last kWaitingMax of
// each sort are kept, so that strangers, who can say such of any id, do away with nothing that the own devices said.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "core/store/conversation_id.h"
#include "core/store/database.h"

namespace kith::core {

enum class RemarkKind : uint8_t { kReaction = 1, kPin = 2 };

struct RemarkRow {
  MessageId message;
  AccountId account;
  std::string value;
  UnixMicros at;
  DeviceId device;
  std::optional<MessageId> item = {};
  std::string before = {};
  std::optional<ConversationId> conversation = {};
  RemarkKind kind = RemarkKind::kReaction;
};

// 0: it is pinned no longer, or never was.
UnixMicros pinned_until(const RemarkRow& pin);
std::string pin_value(UnixMicros until);

class RemarksTable {
 public:
  static constexpr int64_t kWaitingMax = 4096;
  enum class Waits : uint8_t { kNot = 0, kOwn = 1, kOfOthers = 2 };

  struct Said {
    std::vector<RemarkRow> reactions;  // without those that were taken away, the latest first
    // What was said last about whether it is pinned, by whomever: what was said before does not matter any more.
    std::optional<RemarkRow> pin;
  };

  explicit RemarksTable(Database& database) : database_(database) {}

  // False, and nothing changes: the account has said as much, or something later.
  bool set(const RemarkRow& row, Waits waits = Waits::kNot);
  // As it is, also when it was taken away.
  std::optional<RemarkRow> find(const MessageId& message, const AccountId& account, RemarkKind kind);
  // Of a message that is here.
  Said of(const MessageId& message);
  // Said::pin of each message of this conversation that has one, the last that was said first.
  std::vector<RemarkRow> pins_in(const ConversationId& conversation);
  // What was heard of the message before it was here, which waits no longer and is not kept.
  std::vector<RemarkRow> take_waiting(const MessageId& message);
  // All of a message that is no more.
  void remove(const MessageId& message);
  void remove(const RemarkRow& row);
  // The one that left under this id, if nothing was said after it.
  std::optional<RemarkRow> under(const MessageId& item);

 private:
  Database& database_;
};

}  // namespace kith::core
