// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/repairs_table.h"

namespace kith::core {

namespace {

// The columns that read() takes, in its order.
#define KITH_REPAIR_COLUMNS "r.message_id, r.account, r.device, r.tries, r.unanswered, r.asked_us"

RepairRow read(const Statement& row) {
  return {row.id<MessageId>(0),
          {row.id<AccountId>(1), {static_cast<uint32_t>(row.integer(2))}},
          static_cast<uint32_t>(row.integer(3)),
          static_cast<uint32_t>(row.integer(4)),
          UnixMicros{static_cast<uint64_t>(row.integer(5))}};
}

}  // namespace

void RepairsTable::add(const MessageId& message, const DeviceAddress& sender) {
  auto statement = database_.prepare("INSERT OR IGNORE INTO repairs (message_id, account, device) VALUES (?, ?, ?)");
  statement.bind_id(message).bind_id(sender.account).bind(sender.device.value).run();
}

void RepairsTable::update(const RepairRow& row) {
  auto statement = database_.prepare("UPDATE repairs SET tries = ?, unanswered = ?, asked_us = ? WHERE message_id = ?");
  statement.bind(row.tries).bind(row.unanswered).bind(static_cast<int64_t>(row.asked.value));
  statement.bind_id(row.message).run();
}

void RepairsTable::remove(const MessageId& message) {
  database_.prepare("DELETE FROM repairs WHERE message_id = ?").bind_id(message).run();
  database_.prepare("DELETE FROM asked WHERE message_id = ?").bind_id(message).run();
}

std::optional<DeviceAddress> RepairsTable::sender_after(const DeviceAddress& sender, uint32_t most) {
  auto row = database_.prepare(
      "SELECT account, device FROM repairs WHERE (account, device) > (?1, ?2) AND tries < ?3 AND unanswered < ?3 ORDER "
      "BY account, device LIMIT 1");
  row.bind_id(sender.account).bind(sender.device.value).bind(most);
  if (!row.step()) return std::nullopt;
  return DeviceAddress{row.id<AccountId>(0), {static_cast<uint32_t>(row.integer(1))}};
}

std::vector<RepairRow> RepairsTable::open(const DeviceAddress& sender, uint32_t most, int64_t limit) {
  std::vector<RepairRow> rows;
  auto row = database_.prepare("SELECT " KITH_REPAIR_COLUMNS
                               " FROM repairs r WHERE r.account = ?1 AND r.device = ?2 AND r.tries < ?3 AND "
                               "r.unanswered < ?3 ORDER BY r.asked_us, r.message_id LIMIT ?4");
  row.bind_id(sender.account).bind(sender.device.value).bind(most).bind(limit);
  while (row.step()) rows.push_back(read(row));
  return rows;
}

void RepairsTable::take_back(const AccountId& account) {
  auto statement = database_.prepare(
      "UPDATE repairs SET unanswered = unanswered - 1, asked_us = 0 WHERE account = ?1 AND unanswered > 0 AND asked_us "
      "= "
      "(SELECT max(asked_us) FROM repairs WHERE account = ?1)");
  statement.bind_id(account).run();
}

void RepairsTable::expect_answer(const MessageId& answer, const MessageId& message) {
  auto statement = database_.prepare("INSERT OR IGNORE INTO asked (answer_id, message_id) VALUES (?, ?)");
  statement.bind_id(answer).bind_id(message).run();
}

std::optional<RepairRow> RepairsTable::asked_under(const MessageId& answer) {
  auto row = database_.prepare("SELECT " KITH_REPAIR_COLUMNS
                               " FROM asked a JOIN repairs r ON r.message_id = a.message_id WHERE a.answer_id = ?");
  row.bind_id(answer);
  return row.step() ? std::optional(read(row)) : std::nullopt;
}

}  // namespace kith::core
