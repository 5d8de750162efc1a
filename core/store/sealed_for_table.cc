// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/sealed_for_table.h"

namespace kith::core {

void SealedForTable::note(const MessageId& message, const DeviceAddress& device, const SealedForRow& row) {
  auto statement = database_.prepare(
      "INSERT OR REPLACE INTO sealed_for (message_id, account, device, keys, carries, sealed_us) VALUES (?, ?, ?, ?, "
      "?, ?)");
  statement.bind_id(message).bind_id(device.account).bind(device.device.value).bind_blob(row.keys);
  if (row.carries) {
    statement.bind_id(*row.carries);
  } else {
    statement.bind_null();
  }
  statement.bind(static_cast<int64_t>(row.sealed.value)).run();
}

std::optional<SealedForRow> SealedForTable::find(const MessageId& message, const DeviceAddress& device) {
  auto row = database_.prepare(
      "SELECT keys, carries, sealed_us FROM sealed_for WHERE message_id = ? AND account = ? AND device = ?");
  row.bind_id(message).bind_id(device.account).bind(device.device.value);
  if (!row.step()) return std::nullopt;
  SealedForRow found{row.blob(0), std::nullopt, UnixMicros{static_cast<uint64_t>(row.integer(2))}};
  if (!row.is_null(1)) found.carries = row.id<MessageId>(1);
  return found;
}

void SealedForTable::prune(UnixMicros sealed_before) {
  database_.prepare("DELETE FROM sealed_for WHERE sealed_us < ?").bind(static_cast<int64_t>(sealed_before.value)).run();
}

}  // namespace kith::core
