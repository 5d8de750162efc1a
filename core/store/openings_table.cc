// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/openings_table.h"

namespace kith::core {

bool OpeningsTable::add(const MessageId& message, const Opening& opening, Waits waits) {
  database_
      .prepare(
          "INSERT INTO openings (message, account, at_us, waits) VALUES (?, ?, ?, ?) ON CONFLICT (message, account) DO "
          "UPDATE SET at_us = excluded.at_us WHERE excluded.at_us < at_us")
      .bind_id(message)
      .bind_id(opening.account)
      .bind(static_cast<int64_t>(opening.at.value))
      .bind(static_cast<int64_t>(waits))
      .run();
  const bool is_new = !database_.failed() && database_.changed_rows() == 1;
  if (is_new && waits != Waits::kNot)
    database_
        .prepare(
            "DELETE FROM openings WHERE waits = ?1 AND waits > 0 AND sequence <= (SELECT sequence FROM openings WHERE "
            "waits = ?1 AND waits > 0 ORDER BY sequence DESC LIMIT 1 OFFSET ?2)")
        .bind(static_cast<int64_t>(waits))
        .bind(kWaitingMax)
        .run();
  return is_new;
}

std::vector<Opening> OpeningsTable::of(const MessageId& message) {
  auto row = database_.prepare("SELECT account, at_us FROM openings WHERE message = ? AND waits = 0 ORDER BY account");
  row.bind_id(message);
  std::vector<Opening> found;
  while (row.step()) found.push_back({row.id<AccountId>(0), UnixMicros{static_cast<uint64_t>(row.integer(1))}});
  return found;
}

std::vector<Opening> OpeningsTable::take_waiting(const MessageId& message) {
  std::vector<Opening> found;
  {
    auto row =
        database_.prepare("SELECT account, at_us FROM openings WHERE message = ? AND waits > 0 ORDER BY account");
    row.bind_id(message);
    while (row.step()) found.push_back({row.id<AccountId>(0), UnixMicros{static_cast<uint64_t>(row.integer(1))}});
  }
  if (!found.empty()) database_.prepare("DELETE FROM openings WHERE message = ? AND waits > 0").bind_id(message).run();
  return found;
}

std::vector<MessageId> OpeningsTable::latest(const AccountId& account, int64_t limit) {
  auto row = database_.prepare("SELECT message FROM openings WHERE account = ? ORDER BY sequence DESC LIMIT ?");
  row.bind_id(account).bind(limit);
  std::vector<MessageId> found;
  while (row.step()) found.push_back(row.id<MessageId>(0));
  return found;
}

}  // namespace kith::core
