// SPDX-License-Identifier: AGPL-3.0-or-later

// Who has opened which file: recordings that were played, and what was to be viewed once (MEDIA-7, MEDIA-8).
//
//   openings   sequence INTEGER PRIMARY KEY: the order in which they were heard of, message BLOB(16), account
//              BLOB(16): unique together, at_us INTEGER: when, by the clock of the device that said so, the earliest
//              that was said; 0: not known, waits INTEGER (Waits): whether the message is not here yet. Of an own
//              message the own account stands for all whom it was sent to: that is how it came with a history
//   index      openings_waiting (waits, sequence) of those that wait
//
// What waits is nobody's word yet: whoever takes the message in looks at it (take_waiting). The last kWaitingMax of
// each sort are kept, so that strangers, who can say such of any id, do away with nothing that the own devices said.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "core/store/database.h"

namespace kith::core {

struct Opening {
  AccountId account;
  UnixMicros at;
  friend bool operator==(const Opening&, const Opening&) = default;
};

class OpeningsTable {
 public:
  static constexpr int64_t kWaitingMax = 4096;
  enum class Waits : uint8_t { kNot = 0, kOwn = 1, kOfOthers = 2 };

  explicit OpeningsTable(Database& database) : database_(database) {}

  // False: as much is known already, and nothing changes.
  bool add(const MessageId& message, const Opening& opening, Waits waits = Waits::kNot);
  // Of a message that is here, by account.
  std::vector<Opening> of(const MessageId& message);
  // What was heard of the message before it was here, which waits no longer and is not kept.
  std::vector<Opening> take_waiting(const MessageId& message);
  // What this account opened last, the newest first.
  std::vector<MessageId> latest(const AccountId& account, int64_t limit);

 private:
  Database& database_;
};

}  // namespace kith::core
