// SPDX-License-Identifier: AGPL-3.0-or-later

// What people have said to messages with one emoji each (REACT-1).
//
//   reactions   sequence INTEGER PRIMARY KEY: the order in which they were first heard of, message BLOB(16), account
//               BLOB(16): unique together, emoji TEXT: "": it was taken away, at_us INTEGER, device INTEGER: the clock
//               and the device that said so, together the order of what an account says to a message, item BLOB(16) or
//               null: of one that this device has said, under which that leaves, before TEXT: of such a one, what
//               others show until they have it; conversation BLOB(16) or null: in which one that waits was said; null:
//               nobody has said where, waits INTEGER (Waits): whether the message is not here yet
//   indices     reactions_waiting (waits, sequence) of those that wait, reactions_item (item)
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

struct ReactionRow {
  MessageId message;
  AccountId account;
  std::string emoji;
  UnixMicros at;
  DeviceId device;
  std::optional<MessageId> item = {};
  std::string before = {};
  std::optional<ConversationId> conversation = {};
};

class ReactionsTable {
 public:
  static constexpr int64_t kWaitingMax = 4096;
  enum class Waits : uint8_t { kNot = 0, kOwn = 1, kOfOthers = 2 };

  explicit ReactionsTable(Database& database) : database_(database) {}

  // False, and nothing changes: the account has said as much, or something later.
  bool set(const ReactionRow& row, Waits waits = Waits::kNot);
  // As it is, also when it was taken away.
  std::optional<ReactionRow> find(const MessageId& message, const AccountId& account);
  // Of a message that is here, without what was taken away, the newest first.
  std::vector<ReactionRow> of(const MessageId& message);
  // What was heard of the message before it was here, which waits no longer and is not kept.
  std::vector<ReactionRow> take_waiting(const MessageId& message);
  // All of a message that is no more.
  void remove(const MessageId& message);
  // The one that left under this id, if nothing was said after it.
  std::optional<ReactionRow> under(const MessageId& item);

 private:
  Database& database_;
};

}  // namespace kith::core
