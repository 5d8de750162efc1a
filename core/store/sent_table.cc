// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/sent_table.h"

namespace kith::core {

uint64_t SentTable::add(const AccountId& target, DeviceId device, const MessageId& message, const MessageId& shows) {
  int64_t number = 1;
  {
    auto row = database_.prepare("SELECT max(number) FROM sent WHERE target = ? AND device = ?");
    row.bind_id(target).bind(device.value);
    if (row.step()) number = row.integer(0) + 1;
  }
  database_.prepare("INSERT INTO sent (target, device, number, message_id, shows, state) VALUES (?, ?, ?, ?, ?, 0)")
      .bind_id(target)
      .bind(device.value)
      .bind(number)
      .bind_id(message)
      .bind_id(shows)
      .run();
  return static_cast<uint64_t>(number);
}

std::vector<MessageId> SentTable::raise(const AccountId& target, DeviceId device, const wire::ReceiptRun& run,
                                        SentState state) {
  if (run.none() || run.last < run.first || run.last > INT64_MAX) return {};
  struct Found {
    int64_t number;
    MessageId shows;
  };
  std::vector<Found> found;
  uint64_t count = 0;
  uint64_t marks = 0;
  {
    auto row = database_.prepare(
        "SELECT number, message_id, shows, state FROM sent WHERE target = ? AND device = ? AND number BETWEEN ? AND ?");
    row.bind_id(target).bind(device.value).bind(static_cast<int64_t>(run.first)).bind(static_cast<int64_t>(run.last));
    while (row.step()) {
      ++count;
      marks ^= wire::receipt_mark(row.id<MessageId>(state == SentState::kRead ? 2 : 1));
      if (row.integer(3) < static_cast<int64_t>(state)) found.push_back({row.integer(0), row.id<MessageId>(2)});
    }
  }
  if (count != run.last - run.first + 1 || marks != run.marks) return {};
  std::vector<MessageId> raised;
  for (const Found& each : found) {  // one by one: see message_ticks.cc
    database_.prepare("UPDATE sent SET state = ? WHERE target = ? AND device = ? AND number = ?")
        .bind(static_cast<int64_t>(state))
        .bind_id(target)
        .bind(device.value)
        .bind(each.number)
        .run();
    raised.push_back(each.shows);
  }
  return raised;
}

SentState SentTable::state_of(const MessageId& shows) {
  auto row = database_.prepare("SELECT max(state) FROM sent WHERE shows = ?");
  row.bind_id(shows);
  return row.step() ? static_cast<SentState>(row.integer(0)) : SentState::kSent;
}

bool SentTable::has_written_to(const AccountId& target) {
  auto row = database_.prepare("SELECT 1 FROM sent WHERE target = ? LIMIT 1");
  row.bind_id(target);
  return row.step();
}

}  // namespace kith::core
