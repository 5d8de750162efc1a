// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages that could not be decrypted, and whose content is still to be asked for again.
//
//   repairs   message_id BLOB(16) PRIMARY KEY, account BLOB(16), device INTEGER: who sent it, tries INTEGER: answers
//             that could not be read either, unanswered INTEGER: requests made since the last of those, asked_us
//             INTEGER: when the last one was made, by this device's clock; 0: the next one may be made now
//   asked     answer_id BLOB(16) PRIMARY KEY: the id under which an answer is to come, message_id BLOB(16): about this
//             message. As long as the message is in repairs
//   indices   repairs_sender (account, device, asked_us, message_id), asked_message (message_id)
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "core/store/database.h"

namespace kith::core {

struct RepairRow {
  MessageId message;
  DeviceAddress sender;
  uint32_t tries = 0;
  uint32_t unanswered = 0;
  UnixMicros asked;
};

class RepairsTable {
 public:
  explicit RepairsTable(Database& database) : database_(database) {}

  // Nothing happens when the message is there already.
  void add(const MessageId& message, const DeviceAddress& sender);
  // Tries and requests of a message that is there.
  void update(const RepairRow& row);
  void remove(const MessageId& message);
  // The next device of which open() has something, in the order of addresses.
  std::optional<DeviceAddress> sender_after(const DeviceAddress& sender, uint32_t most);
  // What is missing of this device, with fewer than `most` tries, and fewer requests without an answer: at most
  // `limit`, those first that were asked for least recently.
  std::vector<RepairRow> open(const DeviceAddress& sender, uint32_t most, int64_t limit);

  // Nobody got the last request to this account's devices.
  void take_back(const AccountId& account);

  void expect_answer(const MessageId& answer, const MessageId& message);
  // What an answer that comes under this id is about.
  std::optional<RepairRow> asked_under(const MessageId& answer);

 private:
  Database& database_;
};

}  // namespace kith::core
