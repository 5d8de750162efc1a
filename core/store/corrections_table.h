// SPDX-License-Identifier: AGPL-3.0-or-later

// What was said of messages after they were sent: that they have another text (EDIT-1), or are no more (EDIT-2).
//
//   corrections   sequence INTEGER PRIMARY KEY: the order in which they were first heard of, message BLOB(16), account
//                 BLOB(16), at_us INTEGER, device INTEGER: who said so, by the clock of which device; unique together,
//                 text TEXT or null: the message's whole text; null: it was deleted, rest BLOB: what is kept beside it
//                 (contents::rest_of), item BLOB(16) or null: of one that this device has said, under which that
//                 leaves, conversation BLOB(16) or null: in which one that waits was said; null: nobody has said where,
//                 group_revision INTEGER: of one that waits, of its group, waits INTEGER (Waits): whether the message
//                 is not here yet
//   indices       corrections_waiting (waits, sequence) of those that wait, corrections_item (item)
//
// Of an edited message its own text is kept as the one of at_us 0, which nobody can say. Beside it and the newest,
// which the message has, as many are kept as kVersionsMax allows. Of a deleted one nothing is kept but that this device
// has said so, for who asks for it again; the message's row tells it from then on.
//
// What waits is nobody's word yet: whoever takes the message in looks at it (take_waiting). The last kWaitingMax of
// each sort are kept, as with reactions (remarks_table.h).
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "core/store/conversation_id.h"
#include "core/store/database.h"

namespace kith::core {

struct CorrectionRow {
  MessageId message;
  AccountId account;
  UnixMicros at;
  DeviceId device;
  std::optional<std::string> text;  // absent: it was deleted
  Bytes rest = {};
  std::optional<MessageId> item = {};
  std::optional<ConversationId> conversation = {};
  Revision group_revision = {};
};

class CorrectionsTable {
 public:
  static constexpr int64_t kWaitingMax = 4096;
  static constexpr int64_t kVersionsMax = 32;
  enum class Waits : uint8_t { kNot = 0, kOwn = 1, kOfOthers = 2 };

  explicit CorrectionsTable(Database& database) : database_(database) {}

  // Of texts that do not wait the first and the newest of the message are kept. False, and nothing changes: it is there
  // already.
  bool add(const CorrectionRow& row, Waits waits = Waits::kNot);
  // The texts that its sender has given the message, the newest first; its own last.
  std::vector<CorrectionRow> versions(const MessageId& message);
  // The newest of them.
  std::optional<CorrectionRow> newest(const MessageId& message);
  // What it said when it was sent, of one that was edited.
  std::optional<CorrectionRow> original(const MessageId& message);
  // What was heard of the message before it was here, which waits no longer and is not kept: in the order of what is
  // said, so that all have the same.
  std::vector<CorrectionRow> take_waiting(const MessageId& message);
  // What left under this id, if it is still there.
  std::vector<CorrectionRow> under(const MessageId& item);
  void remove(const CorrectionRow& row);
  // All texts that the message had.
  void remove_versions(const MessageId& message);

 private:
  std::vector<CorrectionRow> read_all(Statement& row);

  Database& database_;
};

}  // namespace kith::core
