// SPDX-License-Identifier: AGPL-3.0-or-later

// What was sent under which receipt number, and what is known to have become of it (TICK-1).
//
//   sent   target BLOB(16): account; device INTEGER: of the own account, that sent it; number INTEGER: from 1, dense for
//          each target and device, given out when the item is first sealed; key (target, device, number)
//          message_id BLOB(16): under which it went out; shows BLOB(16): whose tick it is: the message itself, or the
//          one that it is the answer for (a resend request); state INTEGER (SentState), only rises
//   index  sent_shows (shows)
//
// A receipt counts for a run of numbers only when all of them are here and their ids have the marks that it says: a
// store that was put back from a copy gives numbers out again, and what was sent before under them is not here.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <vector>

#include "base/ids.h"
#include "core/store/database.h"
#include "wire/receipt_run.h"

namespace kith::core {

enum class SentState : uint8_t { kSent = 0, kDelivered = 1, kRead = 2 };

class SentTable {
 public:
  explicit SentTable(Database& database) : database_(database) {}

  // Gives the next number out.
  uint64_t add(const AccountId& target, DeviceId device, const MessageId& message, const MessageId& shows);
  // Raises what a receipt of `target` says of these numbers; gives the messages whose tick that is, those that were
  // there already left out. The marks of kDelivered are of the ids that were sent, those of kRead of the messages shown.
  std::vector<MessageId> raise(const AccountId& target, DeviceId device, const wire::ReceiptRun& run, SentState state);
  // The highest state of everything that was sent for this message.
  SentState state_of(const MessageId& shows);
  // Whether anything was ever sent to this account that wants a receipt.
  bool has_written_to(const AccountId& target);

 private:
  Database& database_;
};

}  // namespace kith::core
