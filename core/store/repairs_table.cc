// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/repairs_table.h"

namespace kith::core {

void RepairsTable::add(const MessageId& message, const DeviceAddress& sender) {
  auto statement =
      database_.prepare("INSERT OR IGNORE INTO repairs (message_id, account, device, tries) VALUES (?, ?, ?, 0)");
  statement.bind_blob(message.view()).bind_blob(sender.account.view()).bind(sender.device.value).run();
}

void RepairsTable::set_tries(const MessageId& message, uint32_t tries) {
  auto statement = database_.prepare("UPDATE repairs SET tries = ? WHERE message_id = ?");
  statement.bind(tries).bind_blob(message.view()).run();
}

void RepairsTable::remove(const MessageId& message) {
  auto statement = database_.prepare("DELETE FROM repairs WHERE message_id = ?");
  statement.bind_blob(message.view()).run();
}

std::vector<RepairRow> RepairsTable::open(uint32_t tries_max, int64_t limit) {
  std::vector<RepairRow> rows;
  auto statement = database_.prepare("SELECT message_id, account, device, tries FROM repairs WHERE tries < ? LIMIT ?");
  statement.bind(tries_max).bind(limit);
  while (statement.step()) {
    const auto message = MessageId::from_bytes(statement.blob(0));
    const auto account = AccountId::from_bytes(statement.blob(1));
    if (!message || !account) continue;
    rows.push_back({*message,
                    {*account, {static_cast<uint32_t>(statement.integer(2))}},
                    static_cast<uint32_t>(statement.integer(3))});
  }
  return rows;
}

}  // namespace kith::core
