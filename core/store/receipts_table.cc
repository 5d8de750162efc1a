// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/receipts_table.h"

#include "base/limits.h"

namespace kith::core {

std::vector<ReadDueRow> ReceiptsTable::due(int64_t limit) {
  std::vector<ReadDueRow> rows;
  auto row = database_.prepare(
      "SELECT conversation, member, device, number, message_id FROM read_due ORDER BY conversation, member, device, "
      "number LIMIT ?");
  row.bind(limit);
  while (row.step()) {
    rows.push_back({row.id<ConversationId>(0), row.id<AccountId>(1), DeviceId{static_cast<uint32_t>(row.integer(2))},
                    static_cast<uint64_t>(row.integer(3)), row.id<MessageId>(4)});
  }
  return rows;
}

void ReceiptsTable::clear_due(const ReadDueRow& row) {
  database_.prepare("DELETE FROM read_due WHERE conversation = ? AND member = ? AND device = ? AND number = ?")
      .bind_id(row.conversation)
      .bind_id(row.member)
      .bind(row.device.value)
      .bind(static_cast<int64_t>(row.number))
      .run();
}

void ReceiptsTable::clear_all_due() {
  database_.prepare("UPDATE messages SET receipt_number = 0 WHERE id IN (SELECT message_id FROM read_due)").run();
  database_.prepare("DELETE FROM read_due").run();
}

void ReceiptsTable::withhold(Position position) {
  database_.prepare("INSERT OR IGNORE INTO withheld (position) VALUES (?)")
      .bind(static_cast<int64_t>(position.value))
      .run();
  database_
      .prepare(
          "DELETE FROM withheld WHERE position <= (SELECT position FROM withheld ORDER BY position DESC LIMIT 1 OFFSET "
          "?)")
      .bind(static_cast<int64_t>(kWithheldMax))
      .run();
}

std::vector<Position> ReceiptsTable::withheld() {
  std::vector<Position> positions;
  auto row = database_.prepare("SELECT position FROM withheld ORDER BY position");
  while (row.step()) positions.push_back({static_cast<uint64_t>(row.integer(0))});
  return positions;
}

void ReceiptsTable::clear_withheld() { database_.prepare("DELETE FROM withheld").run(); }

}  // namespace kith::core
