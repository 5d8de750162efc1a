// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages that could not be decrypted, and whose content is still to be asked for again.
//
//   repairs   message_id BLOB(16) PRIMARY KEY, account BLOB(16), device INTEGER: who sent it, tries INTEGER: requests
//             made so far
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <vector>

#include "base/ids.h"
#include "core/store/database.h"

namespace kith::core {

struct RepairRow {
  MessageId message;
  DeviceAddress sender;
  uint32_t tries = 0;
};

class RepairsTable {
 public:
  explicit RepairsTable(Database& database) : database_(database) {}

  // Nothing happens when the message is there already.
  void add(const MessageId& message, const DeviceAddress& sender);
  void set_tries(const MessageId& message, uint32_t tries);
  void remove(const MessageId& message);
  // Those with fewer than `tries_max` tries, at most `limit`.
  std::vector<RepairRow> open(uint32_t tries_max, int64_t limit);

 private:
  Database& database_;
};

}  // namespace kith::core
