// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/remarks_table.h"

#include <charconv>
#include <set>
#include <utility>

namespace kith::core {

namespace {

#define KITH_REMARK_COLUMNS "message, account, value, at_us, device, item, before, conversation, kind"

RemarkRow read_remark(const Statement& row) {
  return {row.id<MessageId>(0),
          row.id<AccountId>(1),
          row.text(2),
          UnixMicros{static_cast<uint64_t>(row.integer(3))},
          DeviceId{static_cast<uint32_t>(row.integer(4))},
          MessageId::from_bytes(row.blob(5)),
          row.text(6),
          ConversationId::from_bytes(row.blob(7)),
          static_cast<RemarkKind>(row.integer(8))};
}

}  // namespace

UnixMicros pinned_until(const RemarkRow& pin) {
  uint64_t until = 0;
  (void)std::from_chars(pin.value.data(), pin.value.data() + pin.value.size(), until);
  return {until};
}

std::string pin_value(UnixMicros until) { return until.value == 0 ? "" : std::to_string(until.value); }

bool RemarksTable::set(const RemarkRow& row, Waits waits) {
  auto insert =
      database_.prepare("INSERT INTO remarks (" KITH_REMARK_COLUMNS
                        ", waits) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (message, account, kind) DO "
                        "UPDATE SET value = excluded.value, "
                        "at_us = excluded.at_us, device = excluded.device, item = excluded.item, before = "
                        "excluded.before, conversation = excluded.conversation "
                        "WHERE (excluded.at_us, excluded.device) > (at_us, device)");
  insert.bind_id(row.message).bind_id(row.account).bind_text(row.value).bind(static_cast<int64_t>(row.at.value));
  insert.bind(row.device.value);
  row.item ? insert.bind_id(*row.item) : insert.bind_null();
  insert.bind_text(row.before);
  row.conversation ? insert.bind_id(*row.conversation) : insert.bind_null();
  insert.bind(static_cast<int64_t>(row.kind)).bind(static_cast<int64_t>(waits)).run();
  const bool is_new = !database_.failed() && database_.changed_rows() == 1;
  if (is_new && waits != Waits::kNot)
    database_
        .prepare(
            "DELETE FROM remarks WHERE waits = ?1 AND waits > 0 AND sequence <= (SELECT sequence FROM remarks "
            "WHERE waits = ?1 AND waits > 0 ORDER BY sequence DESC LIMIT 1 OFFSET ?2)")
        .bind(static_cast<int64_t>(waits))
        .bind(kWaitingMax)
        .run();
  return is_new;
}

std::optional<RemarkRow> RemarksTable::find(const MessageId& message, const AccountId& account, RemarkKind kind) {
  auto row = database_.prepare("SELECT " KITH_REMARK_COLUMNS
                               " FROM remarks WHERE message = ? AND account = ? AND kind = ? AND waits = 0");
  row.bind_id(message).bind_id(account).bind(static_cast<int64_t>(kind));
  return row.step() ? std::optional(read_remark(row)) : std::nullopt;
}

RemarksTable::Said RemarksTable::of(const MessageId& message) {
  auto row = database_.prepare("SELECT " KITH_REMARK_COLUMNS
                               " FROM remarks WHERE message = ? AND waits = 0 AND (value <> '' OR kind = 2) ORDER BY "
                               "at_us DESC, device DESC, account");
  row.bind_id(message);
  Said found;
  while (row.step()) {
    RemarkRow each = read_remark(row);
    if (each.kind == RemarkKind::kReaction) {
      found.reactions.push_back(std::move(each));
    } else if (!found.pin) {
      found.pin = std::move(each);
    }
  }
  return found;
}

std::vector<RemarkRow> RemarksTable::pins_in(const ConversationId& conversation) {
  auto row = database_.prepare(
      "SELECT " KITH_REMARK_COLUMNS
      " FROM remarks WHERE kind = 2 AND waits = 0 AND (SELECT messages.conversation FROM messages WHERE messages.id = "
      "remarks.message) = ? ORDER BY at_us DESC, device DESC, account");
  row.bind_id(conversation);
  std::vector<RemarkRow> found;
  std::set<MessageId> known;
  while (row.step()) {
    RemarkRow each = read_remark(row);
    if (known.insert(each.message).second) found.push_back(std::move(each));
  }
  return found;
}

std::vector<RemarkRow> RemarksTable::take_waiting(const MessageId& message) {
  std::vector<RemarkRow> found;
  {
    auto row = database_.prepare("SELECT " KITH_REMARK_COLUMNS
                                 " FROM remarks WHERE message = ? AND waits > 0 ORDER BY account, kind");
    row.bind_id(message);
    while (row.step()) found.push_back(read_remark(row));
  }
  if (!found.empty()) database_.prepare("DELETE FROM remarks WHERE message = ? AND waits > 0").bind_id(message).run();
  return found;
}

void RemarksTable::remove(const MessageId& message) {
  database_.prepare("DELETE FROM remarks WHERE message = ?").bind_id(message).run();
}

void RemarksTable::remove(const RemarkRow& row) {
  database_.prepare("DELETE FROM remarks WHERE message = ? AND account = ? AND kind = ?")
      .bind_id(row.message)
      .bind_id(row.account)
      .bind(static_cast<int64_t>(row.kind))
      .run();
}

std::optional<RemarkRow> RemarksTable::under(const MessageId& item) {
  auto row = database_.prepare("SELECT " KITH_REMARK_COLUMNS " FROM remarks WHERE item = ?");
  row.bind_id(item);
  return row.step() ? std::optional(read_remark(row)) : std::nullopt;
}

}  // namespace kith::core
