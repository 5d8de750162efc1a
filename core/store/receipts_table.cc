// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/receipts_table.h"

namespace kith::core {
namespace {

UnixMicros micros(const Statement& row, int column) { return UnixMicros{static_cast<uint64_t>(row.integer(column))}; }

ReceiptsRow read(const Statement& row) {
  return {row.id<ConversationId>(0), micros(row, 1), micros(row, 2), micros(row, 3)};
}

}  // namespace

ReceiptsRow ReceiptsTable::find(const ConversationId& conversation) {
  auto row = database_.prepare(
      "SELECT conversation, read_by_peer_us, read_by_me_us, receipt_due_us FROM receipts WHERE conversation = ?");
  row.bind_id(conversation);
  if (row.step()) return read(row);
  return {conversation, {}, {}, {}};
}

UnixMicros ReceiptsTable::delivered(const ConversationId& conversation, DeviceId sender_device) {
  auto row = database_.prepare("SELECT delivered_us FROM deliveries WHERE conversation = ? AND sender_device = ?");
  row.bind_id(conversation).bind(sender_device.value);
  return row.step() ? micros(row, 0) : UnixMicros{};
}

bool ReceiptsTable::note_delivered(const ConversationId& conversation, DeviceId sender_device, UnixMicros up_to) {
  auto statement = database_.prepare(
      "INSERT INTO deliveries (conversation, sender_device, delivered_us) VALUES (?1, ?2, ?3) "
      "ON CONFLICT DO UPDATE SET delivered_us = ?3 WHERE delivered_us < ?3");
  statement.bind_id(conversation).bind(sender_device.value).bind(static_cast<int64_t>(up_to.value)).run();
  return !database_.failed() && database_.changed_rows() > 0;
}

bool ReceiptsTable::note_read_by_peer(const ConversationId& conversation, UnixMicros up_to) {
  auto statement = database_.prepare(
      "INSERT INTO receipts (conversation, read_by_peer_us) VALUES (?1, ?2) "
      "ON CONFLICT DO UPDATE SET read_by_peer_us = ?2 WHERE read_by_peer_us < ?2");
  statement.bind_id(conversation).bind(static_cast<int64_t>(up_to.value)).run();
  return !database_.failed() && database_.changed_rows() > 0;
}

bool ReceiptsTable::note_read_by_me(const ConversationId& conversation, UnixMicros up_to, bool receipt) {
  auto statement = database_.prepare(
      "INSERT INTO receipts (conversation, read_by_me_us, receipt_due_us) VALUES (?1, ?2, iif(?3, ?2, 0)) "
      "ON CONFLICT DO UPDATE SET read_by_me_us = max(read_by_me_us, ?2), "
      "receipt_due_us = iif(?3, max(receipt_due_us, ?2), receipt_due_us) WHERE read_by_me_us <> ?2");
  statement.bind_id(conversation).bind(static_cast<int64_t>(up_to.value)).bind(receipt ? 1 : 0).run();
  return !database_.failed() && database_.changed_rows() > 0;
}

std::vector<ReceiptsRow> ReceiptsTable::due(int64_t limit) {
  std::vector<ReceiptsRow> rows;
  auto row = database_.prepare(
      "SELECT conversation, read_by_peer_us, read_by_me_us, receipt_due_us FROM receipts WHERE receipt_due_us > 0 "
      "LIMIT ?");
  row.bind(limit);
  while (row.step()) rows.push_back(read(row));
  return rows;
}

void ReceiptsTable::clear_due(const ConversationId& conversation, UnixMicros up_to) {
  database_.prepare("UPDATE receipts SET receipt_due_us = 0 WHERE conversation = ? AND receipt_due_us <= ?")
      .bind_id(conversation)
      .bind(static_cast<int64_t>(up_to.value))
      .run();
}

void ReceiptsTable::clear_all_due() {
  database_.prepare("UPDATE receipts SET receipt_due_us = 0 WHERE receipt_due_us > 0").run();
}

}  // namespace kith::core
