// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/read_again.h"

namespace kith::core {

void read_again(Database& database, const ConversationId& conversation, int64_t limit) {
  database
      .prepare(
          "INSERT OR IGNORE INTO read_due (conversation, member, device, number, message_id) SELECT conversation, "
          "from_account, from_device, receipt_number, id FROM messages WHERE conversation = ? AND outgoing = 0 AND "
          "unread = 0 AND receipt_number > 0 ORDER BY order_us DESC LIMIT ?")
      .bind_id(conversation)
      .bind(limit)
      .run();
}

}  // namespace kith::core
