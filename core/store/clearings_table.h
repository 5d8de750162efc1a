// SPDX-License-Identifier: AGPL-3.0-or-later

// Up to where the account's devices have cleared conversations (CLEAR-1). What came until then is shown on none of
// them, and is not added once more (MessagesTable::add).
//
//   clearings   peer BLOB(16), is_group INTEGER 0/1: whom the conversation is with, as in conversations, which need not
//               be here, device INTEGER: that did it; key (peer, is_group, device); order_us INTEGER, message BLOB(16):
//               the last message that is cleared, in the order of ORDER-1, kept BLOB: the ids of those before it that
//               stay, one after the other, deleted INTEGER 0/1: the conversation went with them (CLEAR-2)
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include "base/ids.h"
#include "core/store/database.h"
#include "core/store/messages_table.h"
#include "core/store/target.h"

namespace kith::core {

struct Clearing {
  MessageCursor up_to;
  Bytes kept;
  bool deleted = false;
};

class ClearingsTable {
 public:
  // So many ids are kept by one.
  static constexpr size_t kKeptMax = 4096;

  explicit ClearingsTable(Database& database) : database_(database) {}

  // Instead of what the device has cleared there before.
  void set(const Target& peer, DeviceId device, const Clearing& clearing);
  // Of all devices the one that reaches furthest; none: nobody has cleared anything.
  MessageCursor reach(const Target& peer);
  // Whether the conversation was deleted up to there.
  bool deleted(const Target& peer);
  void remove_all();

 private:
  Database& database_;
};

}  // namespace kith::core
