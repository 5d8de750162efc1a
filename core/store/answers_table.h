// SPDX-License-Identifier: AGPL-3.0-or-later

// The answers to the last requests that changed something, by the id that their caller gave them: so that one which
// comes again is done once.
//
//   answers   sequence INTEGER PRIMARY KEY AUTOINCREMENT: order, change BLOB(16) UNIQUE: Request.change, response BLOB:
//             a serialized client_api.Response
//
// Limits: the newest kKept.
// Calls:  reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>

#include "base/ids.h"
#include "core/store/database.h"

namespace kith::core {

using ChangeId = Id128<struct ChangeTag>;

class AnswersTable {
 public:
  static constexpr int64_t kKept = 256;

  explicit AnswersTable(Database& database) : database_(database) {}

  std::optional<Bytes> find(const ChangeId& change);
  // Forgets the oldest when there are too many.
  void add(const ChangeId& change, BytesView response);

 private:
  Database& database_;
};

}  // namespace kith::core
