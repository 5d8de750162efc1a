// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/settings_table.h"

namespace kith::core {

int64_t SettingsTable::integer(std::string_view name, int64_t absent) {
  auto row = database_.prepare("SELECT value FROM settings WHERE name = ?");
  row.bind_text(name);
  return row.step() ? row.integer(0) : absent;
}

std::string SettingsTable::text(std::string_view name) {
  auto row = database_.prepare("SELECT value FROM settings WHERE name = ?");
  row.bind_text(name);
  return row.step() ? row.text(0) : std::string();
}

void SettingsTable::set(std::string_view name, int64_t value) {
  database_.prepare("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)").bind_text(name).bind(value).run();
}

void SettingsTable::set_text(std::string_view name, std::string_view value) {
  database_.prepare("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)")
      .bind_text(name)
      .bind_text(value)
      .run();
}

void SettingsTable::remove(std::string_view name) {
  database_.prepare("DELETE FROM settings WHERE name = ?").bind_text(name).run();
}

}  // namespace kith::core
