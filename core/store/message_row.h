// SPDX-License-Identifier: AGPL-3.0-or-later

// How a row of `messages` becomes a MessageRow. Private to the files of MessagesTable.
#pragma once

#include "core/store/messages_table.h"

namespace kith::core {

// The columns that read_message() takes, in its order. A macro, since statements are literals.
#define KITH_MESSAGE_COLUMNS                                                                                        \
  "id, conversation, from_account, from_device, outgoing, kind, text, quote_message, quote_author, quote_excerpt, " \
  "sent_at, order_us, "                                                                                             \
  "tick, failure, raw, receipt_number, came_us, group_revision, file, edited_us, starred"
inline constexpr int kMessageColumns = 21;

inline MessageRow read_message(const Statement& row) {
  MessageRow message;
  message.id = row.id<MessageId>(0);
  message.conversation = row.id<ConversationId>(1);
  message.from = row.id<AccountId>(2);
  message.from_device = DeviceId{static_cast<uint32_t>(row.integer(3))};
  message.outgoing = row.integer(4) != 0;
  message.kind = static_cast<MessageKind>(row.integer(5));
  message.text = row.text(6);
  if (!row.is_null(7)) message.quote = QuoteRow{row.id<MessageId>(7), row.id<AccountId>(8), row.text(9)};
  message.sent_at = UnixMicros{static_cast<uint64_t>(row.integer(10))};
  message.order = UnixMicros{static_cast<uint64_t>(row.integer(11))};
  message.tick = static_cast<Tick>(row.integer(12));
  message.failure = static_cast<FailureReason>(row.integer(13));
  message.raw = row.blob(14);
  message.receipt_number = static_cast<uint64_t>(row.integer(15));
  message.came = UnixMicros{static_cast<uint64_t>(row.integer(16))};
  message.group_revision = Revision{static_cast<uint64_t>(row.integer(17))};
  if (!row.is_null(18)) message.file = row.id<FileName>(18);
  message.edited = UnixMicros{static_cast<uint64_t>(row.integer(19))};
  message.starred = row.integer(20) != 0;
  return message;
}

}  // namespace kith::core
