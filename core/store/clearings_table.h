// SPDX-License-Identifier: AGPL-3.0-or-later

// Up to where the account's devices have cleared conversations (CLEAR-1). What came until then is shown on none of
// them, and is not added once more (MessagesTable::add).
//
//   clearings   peer BLOB(16), is_group INTEGER 0/1: whom the conversation is with, as in conversations, which need not
//               be here, device INTEGER: that did it; key (peer, is_group, device); received_us INTEGER, received
//               BLOB(16): the last message of others that is cleared, in the order of ORDER-1, sent_us INTEGER, sent
//               BLOB(16): the last one of the account, kept BLOB: the ids of those before that stay, one after the
//               other, deleted INTEGER 0/1: the conversation went with them (CLEAR-2)
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include "base/ids.h"
#include "core/store/database.h"
#include "core/store/messages_table.h"
#include "core/store/target.h"

namespace kith::core {

// The newest messages, of others and of the account. Two, since they have their times from two homes, whose clocks
// differ; those of one only ever rise.
struct Reach {
  MessageCursor received;
  MessageCursor sent;
};

struct Clearing {
  Reach up_to;
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
  // How far all devices together have cleared; none: nobody has cleared anything.
  Reach reach(const Target& peer);
  // Whether the conversation was deleted up to there.
  bool deleted(const Target& peer);
  void remove_all();

 private:
  Database& database_;
};

}  // namespace kith::core
