// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/settings_table.h"

namespace kith::core {

int64_t SettingsTable::integer(std::string_view name, int64_t absent) {
  auto row = database_.prepare("SELECT value FROM settings WHERE name = ?");
  row.bind_text(name);
  return row.step() ? row.integer(0) : absent;
}

void SettingsTable::set(std::string_view name, int64_t value) {
  database_.prepare("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)").bind_text(name).bind(value).run();
}

}  // namespace kith::core
