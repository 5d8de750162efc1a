// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/reactions_table.h"

namespace kith::core {

namespace {

#define KITH_REACTION_COLUMNS "message, account, emoji, at_us, device, item, before, conversation"

ReactionRow read_reaction(const Statement& row) {
  return {row.id<MessageId>(0),
          row.id<AccountId>(1),
          row.text(2),
          UnixMicros{static_cast<uint64_t>(row.integer(3))},
          DeviceId{static_cast<uint32_t>(row.integer(4))},
          MessageId::from_bytes(row.blob(5)),
          row.text(6),
          ConversationId::from_bytes(row.blob(7))};
}

}  // namespace

bool ReactionsTable::set(const ReactionRow& row, Waits waits) {
  auto insert = database_.prepare("INSERT INTO reactions (" KITH_REACTION_COLUMNS
                                  ", waits) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (message, account) DO "
                                  "UPDATE SET emoji = excluded.emoji, "
                                  "at_us = excluded.at_us, device = excluded.device, item = excluded.item, before = "
                                  "excluded.before, conversation = excluded.conversation "
                                  "WHERE (excluded.at_us, excluded.device) > (at_us, device)");
  insert.bind_id(row.message).bind_id(row.account).bind_text(row.emoji).bind(static_cast<int64_t>(row.at.value));
  insert.bind(row.device.value);
  row.item ? insert.bind_id(*row.item) : insert.bind_null();
  insert.bind_text(row.before);
  row.conversation ? insert.bind_id(*row.conversation) : insert.bind_null();
  insert.bind(static_cast<int64_t>(waits)).run();
  const bool is_new = !database_.failed() && database_.changed_rows() == 1;
  if (is_new && waits != Waits::kNot)
    database_
        .prepare(
            "DELETE FROM reactions WHERE waits = ?1 AND waits > 0 AND sequence <= (SELECT sequence FROM reactions "
            "WHERE waits = ?1 AND waits > 0 ORDER BY sequence DESC LIMIT 1 OFFSET ?2)")
        .bind(static_cast<int64_t>(waits))
        .bind(kWaitingMax)
        .run();
  return is_new;
}

std::optional<ReactionRow> ReactionsTable::find(const MessageId& message, const AccountId& account) {
  auto row = database_.prepare("SELECT " KITH_REACTION_COLUMNS
                               " FROM reactions WHERE message = ? AND account = ? AND waits = 0");
  row.bind_id(message).bind_id(account);
  return row.step() ? std::optional(read_reaction(row)) : std::nullopt;
}

std::vector<ReactionRow> ReactionsTable::of(const MessageId& message) {
  auto row = database_.prepare("SELECT " KITH_REACTION_COLUMNS
                               " FROM reactions WHERE message = ? AND waits = 0 AND emoji <> '' ORDER BY at_us DESC, "
                               "device DESC, account");
  row.bind_id(message);
  std::vector<ReactionRow> found;
  while (row.step()) found.push_back(read_reaction(row));
  return found;
}

std::vector<ReactionRow> ReactionsTable::take_waiting(const MessageId& message) {
  std::vector<ReactionRow> found;
  {
    auto row = database_.prepare("SELECT " KITH_REACTION_COLUMNS
                                 " FROM reactions WHERE message = ? AND waits > 0 ORDER BY account");
    row.bind_id(message);
    while (row.step()) found.push_back(read_reaction(row));
  }
  if (!found.empty()) database_.prepare("DELETE FROM reactions WHERE message = ? AND waits > 0").bind_id(message).run();
  return found;
}

void ReactionsTable::remove(const MessageId& message) {
  database_.prepare("DELETE FROM reactions WHERE message = ?").bind_id(message).run();
}

std::optional<ReactionRow> ReactionsTable::under(const MessageId& item) {
  auto row = database_.prepare("SELECT " KITH_REACTION_COLUMNS " FROM reactions WHERE item = ?");
  row.bind_id(item);
  return row.step() ? std::optional(read_reaction(row)) : std::nullopt;
}

}  // namespace kith::core
