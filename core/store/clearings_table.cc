// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/clearings_table.h"

namespace kith::core {

void ClearingsTable::set(const Target& peer, DeviceId device, const Clearing& clearing) {
  database_
      .prepare(
          "INSERT OR REPLACE INTO clearings (peer, is_group, device, order_us, message, kept, deleted) VALUES (?, ?, "
          "?, "
          "?, ?, ?, ?)")
      .bind_id(peer.id)
      .bind(int64_t{peer.is_group()})
      .bind(device.value)
      .bind(static_cast<int64_t>(clearing.up_to.order.value))
      .bind_id(clearing.up_to.id)
      .bind_blob(clearing.kept)
      .bind(int64_t{clearing.deleted})
      .run();
}

MessageCursor ClearingsTable::reach(const Target& peer) {
  auto row = database_.prepare(
      "SELECT order_us, message FROM clearings WHERE peer = ? AND is_group = ? ORDER BY order_us DESC, message DESC "
      "LIMIT 1");
  row.bind_id(peer.id).bind(int64_t{peer.is_group()});
  if (!row.step()) return {};
  return {{static_cast<uint64_t>(row.integer(0))}, row.id<MessageId>(1)};
}

bool ClearingsTable::deleted(const Target& peer) {
  auto row = database_.prepare("SELECT 1 FROM clearings WHERE peer = ? AND is_group = ? AND deleted = 1");
  row.bind_id(peer.id).bind(int64_t{peer.is_group()});
  return row.step();
}

void ClearingsTable::remove_all() { database_.prepare("DELETE FROM clearings").run(); }

}  // namespace kith::core
