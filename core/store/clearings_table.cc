// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/clearings_table.h"

#include <algorithm>

namespace kith::core {

void ClearingsTable::set(const Target& peer, DeviceId device, const Clearing& clearing) {
  database_
      .prepare(
          "INSERT OR REPLACE INTO clearings (peer, is_group, device, received_us, received, sent_us, sent, kept, "
          "deleted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind_id(peer.id)
      .bind(int64_t{peer.is_group()})
      .bind(device.value)
      .bind(static_cast<int64_t>(clearing.up_to.received.order.value))
      .bind_id(clearing.up_to.received.id)
      .bind(static_cast<int64_t>(clearing.up_to.sent.order.value))
      .bind_id(clearing.up_to.sent.id)
      .bind_blob(clearing.kept)
      .bind(int64_t{clearing.deleted})
      .run();
}

Reach ClearingsTable::reach(const Target& peer) {
  auto row =
      database_.prepare("SELECT received_us, received, sent_us, sent FROM clearings WHERE peer = ? AND is_group = ?");
  row.bind_id(peer.id).bind(int64_t{peer.is_group()});
  Reach reach;
  while (row.step()) {
    reach.received = std::max(reach.received, {{static_cast<uint64_t>(row.integer(0))}, row.id<MessageId>(1)});
    reach.sent = std::max(reach.sent, {{static_cast<uint64_t>(row.integer(2))}, row.id<MessageId>(3)});
  }
  return reach;
}

bool ClearingsTable::deleted(const Target& peer) {
  auto row = database_.prepare("SELECT 1 FROM clearings WHERE peer = ? AND is_group = ? AND deleted = 1");
  row.bind_id(peer.id).bind(int64_t{peer.is_group()});
  return row.step();
}

void ClearingsTable::remove_all() { database_.prepare("DELETE FROM clearings").run(); }

}  // namespace kith::core
