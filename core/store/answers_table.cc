// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/answers_table.h"

namespace kith::core {

std::optional<Bytes> AnswersTable::find(const ChangeId& change) {
  auto row = database_.prepare("SELECT response FROM answers WHERE change = ?");
  row.bind_id(change);
  return row.step() ? std::optional(row.blob(0)) : std::nullopt;
}

void AnswersTable::add(const ChangeId& change, BytesView response) {
  database_.prepare("INSERT INTO answers (change, response) VALUES (?, ?) ON CONFLICT DO NOTHING")
      .bind_id(change)
      .bind_blob(response)
      .run();
  database_.prepare("DELETE FROM answers WHERE sequence <= (SELECT max(sequence) FROM answers) - ?").bind(kKept).run();
}

}  // namespace kith::core
