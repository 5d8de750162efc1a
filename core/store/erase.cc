// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/erase.h"

#include <string>
#include <vector>

namespace kith::core {

void erase_everything(Database& database) {
  // The index at once; the triggers then find nothing in it.
  database.prepare("INSERT INTO messages_fts (messages_fts) VALUES ('delete-all')").run();
  database.prepare("UPDATE progress SET indexed_sequence = 0").run();
  std::vector<std::string> tables;
  {
    auto row = database.prepare(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND "
        "name NOT LIKE 'messages_fts%'");
    while (row.step()) tables.push_back(row.text(0));
  }
  for (const std::string& table : tables) (void)database.execute(("DELETE FROM " + table).c_str()).has_value();
  database.prepare("INSERT INTO progress (id) VALUES (1)").run();
}

}  // namespace kith::core
