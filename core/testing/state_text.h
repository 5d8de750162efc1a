// SPDX-License-Identifier: AGPL-3.0-or-later

// What a device has of the account's state (core/own_state.h), as text: the registers, and what was made of them.
#pragma once

#include <string>

#include "core/store/database.h"

namespace kith::core::testing {

inline std::string state_text(Database& database) {
  std::string text;
  const auto add = [&](const char* sql) {
    auto row = database.prepare(sql);
    while (row.step()) text += row.text(0) + "\n";
    text += "--\n";
  };
  add("SELECT hex(key) || ' ' || hex(value) || ' ' || stamp_us || ' ' || stamp_counter || ' ' || stamp_device FROM "
      "registers ORDER BY key");
  add("SELECT handle || ' ' || name || ' ' || by_hand FROM contacts ORDER BY handle");
  add("SELECT hex(peer) || ' ' || draft || ' ' || ifnull(hex(draft_quote), '') || ' ' || archived || ' ' || pinned_us "
      "|| ' ' || muted_until_us || ' ' || marked_unread FROM conversations WHERE draft <> '' OR archived OR pinned_us "
      "OR muted_until_us OR marked_unread ORDER "
      "BY peer");
  add("SELECT hex(peer) || ' ' || is_group || ' ' || device || ' ' || received_us || ' ' || hex(received) || ' ' || "
      "sent_us || ' ' || hex(sent) || ' ' || "
      "hex(kept) || ' ' || deleted FROM clearings ORDER BY peer, is_group, device");
  add("SELECT hex(account) FROM device_lists WHERE verified = 1 ORDER BY account");
  add("SELECT hex(account) FROM blocked ORDER BY account");
  add("SELECT 'read receipts ' || ifnull((SELECT value FROM settings WHERE name = 'read_receipts'), 1)");
  add("SELECT 'last seen ' || ifnull((SELECT value FROM settings WHERE name = 'last_seen_scope'), 1)");
  add("SELECT 'about ' || ifnull((SELECT value FROM settings WHERE name = 'about_scope'), 1)");
  add("SELECT 'photo ' || ifnull((SELECT value FROM settings WHERE name = 'photo_scope'), 1)");
  add("SELECT name || ' ' || about || ' ' || hex(photo) || ' ' || hex(profile_keys) FROM profiles WHERE account = "
      "(SELECT account FROM registration)");
  return text;
}

}  // namespace kith::core::testing
