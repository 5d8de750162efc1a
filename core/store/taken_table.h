// SPDX-License-Identifier: AGPL-3.0-or-later

// Which encrypted messages were taken in, so that one that comes again is told from another that was encrypted with the
// same step of a ratchet: by a sender whose store was put back from a copy (the id says nothing: it is the server's
// word).
//
//   taken   sequence INTEGER PRIMARY KEY: order; digest BLOB(16) UNIQUE: of sender and payload; message_id BLOB(16):
//           which its sender has bound to it, or under which it came if it could not be read; withheld INTEGER 0/1: it
//           made no receipt. The last kKept of them
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>

#include "base/ids.h"
#include "core/store/database.h"

namespace kith::core {

struct TakenRow {
  MessageId message;
  bool withheld = false;
};

class TakenTable {
 public:
  static constexpr int64_t kKept = 20000;

  explicit TakenTable(Database& database) : database_(database) {}

  static Bytes digest_of(const DeviceAddress& sender, BytesView payload);
  // False when there is one of this digest; then nothing changes.
  bool add(const Bytes& digest, const TakenRow& row);
  // What became of one that is there.
  void set(const Bytes& digest, const TakenRow& row);
  std::optional<TakenRow> find(const Bytes& digest);

 private:
  Database& database_;
};

}  // namespace kith::core
