// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/close_sent.h"

#include "core/store/target.h"

namespace kith::core {

void close_sent(Database& database, const AccountId& account) {
  const Target target(account);
  database.prepare("UPDATE sent SET closed = 1 WHERE target_kind = ? AND target = ?")
      .bind(static_cast<int64_t>(target.kind))
      .bind_id(target.id)
      .run();
}

}  // namespace kith::core
