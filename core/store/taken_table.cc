// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/taken_table.h"

#include "crypto/hash.h"

namespace kith::core {

namespace {
constexpr size_t kDigestBytes = 16;
constexpr int64_t kForgottenAtOnce = 256;
}  // namespace

Bytes TakenTable::digest_of(const DeviceAddress& sender, BytesView payload) {
  const std::string of_sender = "kith taken v1 " + sender.account.hex() + "." + std::to_string(sender.device.value);
  return crypto::digest(of_sender, payload).substr(0, kDigestBytes);
}

bool TakenTable::add(const Bytes& digest, const TakenRow& row) {
  database_.prepare("INSERT INTO taken (digest, message_id, withheld) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING")
      .bind_blob(digest)
      .bind_id(row.message)
      .bind(row.withheld ? 1 : 0)
      .run();
  if (database_.failed() || database_.changed_rows() == 0) return false;
  const int64_t last = database_.inserted_row();
  if (last % kForgottenAtOnce == 0) database_.prepare("DELETE FROM taken WHERE sequence <= ?").bind(last - kKept).run();
  return true;
}

void TakenTable::set(const Bytes& digest, const TakenRow& row) {
  database_.prepare("UPDATE taken SET message_id = ?, withheld = ? WHERE digest = ?")
      .bind_id(row.message)
      .bind(row.withheld ? 1 : 0)
      .bind_blob(digest)
      .run();
}

std::optional<TakenRow> TakenTable::find(const Bytes& digest) {
  auto row = database_.prepare("SELECT message_id, withheld FROM taken WHERE digest = ?");
  row.bind_blob(digest);
  if (!row.step()) return std::nullopt;
  return TakenRow{row.id<MessageId>(0), row.integer(1) != 0};
}

}  // namespace kith::core
