// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/sealed_for_table.h"

namespace kith::core {

void SealedForTable::note(const MessageId& message, const DeviceAddress& device, const SealedForRow& row) {
  auto statement = database_.prepare(
      "INSERT INTO sealed_for (message_id, account, device, keys, carries, sealed_us, message) VALUES (?1, ?, ?, ?, ?, "
      "?, (SELECT sequence FROM messages WHERE id = ?1))");
  statement.bind_id(message).bind_id(device.account).bind(device.device.value).bind_blob(row.keys);
  if (row.carries) {
    statement.bind_id(*row.carries);
  } else {
    statement.bind_null();
  }
  statement.bind(static_cast<int64_t>(row.sealed.value)).run();
}

std::optional<SealedForRow> SealedForTable::find(const MessageId& message, const DeviceAddress& device) {
  for (const char* sql :
       {"SELECT keys, carries, sealed_us FROM sealed_for WHERE message = (SELECT sequence FROM "
        "messages WHERE id = ?) AND account = ? AND device = ? ORDER BY sequence DESC LIMIT 1",
        "SELECT keys, carries, sealed_us FROM sealed_for WHERE message IS NULL AND message_id = ? AND "
        "account = ? AND device = ? ORDER BY sequence DESC LIMIT 1"}) {
    auto row = database_.prepare(sql);
    row.bind_id(message).bind_id(device.account).bind(device.device.value);
    if (!row.step()) continue;
    SealedForRow found{row.blob(0), std::nullopt, UnixMicros{static_cast<uint64_t>(row.integer(2))}};
    if (!row.is_null(1)) found.carries = row.id<MessageId>(1);
    return found;
  }
  return std::nullopt;
}

void SealedForTable::prune(UnixMicros sealed_before) {
  database_.prepare("DELETE FROM sealed_for WHERE sealed_us < ?").bind(static_cast<int64_t>(sealed_before.value)).run();
}

}  // namespace kith::core
