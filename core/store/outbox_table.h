// SPDX-License-Identifier: AGPL-3.0-or-later

// What is still to be sent: one item for each message and target, in the order of sending.
//
//   outbox   sequence INTEGER PRIMARY KEY AUTOINCREMENT: order; message_id BLOB(16), target_kind INTEGER (TargetKind),
//            target BLOB(16): unique together; kind INTEGER (OutboxKind), content BLOB: the serialized content.Content,
//            kept to encrypt again, envelopes BLOB or null: what it is sealed in, one after the other: the device's
//            number and the payload's length, of four bytes each, and the payload, a content.Sealed; null: not sealed,
//            revision INTEGER: device list they are for, only_device INTEGER: the device that gets the content, the
//            others get an empty one; 0: all, carries BLOB(16) or null: in an answer to a ResendRequest, the message
//            whose content it is, held INTEGER 0/1: waits for the person to agree (IDENTITY-6), receipt_number INTEGER:
//            given out for the first sealing (SentTable); 0: not yet, or it wants no receipt, lists_digest BLOB(32):
//            of a message to a group, the members' lists that it is sealed for (wire.ToGroup); its one envelope names
//            no device, and `revision` is the group's
//
// An item is sealed in the transaction that saves the ratchet which encrypted it: after a crash the same bytes are sent
// again (SEND-1). What is in flight is known only in memory.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "core/store/database.h"
#include "core/store/target.h"

namespace kith::core {

enum class OutboxKind : uint8_t {
  kMessage = 1,      // message_id is in messages; its tick follows
  kReadReceipt = 2,  // silent, as all that follow
  kResendRequest = 3,
  kResendAnswer = 4,
  kProfileChanged = 5,
  kOwnCopy = 6,        // to the own account, of a message with the same id (COPY-1)
  kOwnRead = 7,        // to the own account (COPY-2)
  kOwnSent = 8,        // to one device of it (COPY-3)
  kOwnState = 9,       // to all or one of them (STATE-1)
  kHistory = 10,       // to one (HISTORY-1)
  kHistoryTaken = 11,  // back
  kGroupKey = 12,      // to some devices of an account, for a group
  kGroupWelcome = 13,  // to an account, or to one's own devices
  kMediaOpened = 14,   // to who sent it, and to the own account
  kRemark = 15,        // to whom its message is with, and to the own account
  kCorrection = 16,    // the same
};

// What goes to the account's other devices beside what a person or others caused, and a group's keys: it has a bound of
// its own (outbox.h).
constexpr bool is_beside(OutboxKind kind) {
  return kind == OutboxKind::kOwnCopy || kind == OutboxKind::kOwnSent || kind == OutboxKind::kHistory ||
         kind == OutboxKind::kGroupKey || kind == OutboxKind::kGroupWelcome;
}

struct OutboxEnvelope {
  DeviceId device;
  Bytes payload;
};

struct OutboxRow {
  int64_t sequence = 0;
  MessageId message_id;
  Target target;
  OutboxKind kind = OutboxKind::kMessage;
  Bytes content;
  bool sealed = false;
  Revision revision;
  std::vector<OutboxEnvelope> envelopes;  // may be empty though sealed
  DeviceId only_device;                   // none: all
  std::optional<MessageId> carries;
  bool held = false;  // add() takes none that are
  uint64_t receipt_number = 0;
  Bytes lists_digest = {};  // of a message to a group that is sealed

  // The message whose tick it is that this arrived; none: nobody waits for that, and it gets no receipt (TICK-1). A
  // request to send again is not repeated before it has arrived.
  [[nodiscard]] MessageId receipt_for() const {
    if (kind == OutboxKind::kMessage || kind == OutboxKind::kResendRequest) return message_id;
    return carries.value_or(MessageId{});
  }
  [[nodiscard]] bool silent() const { return kind != OutboxKind::kMessage; }
};

class OutboxTable {
 public:
  explicit OutboxTable(Database& database) : database_(database) {}

  // Appends the item, with its envelopes when sealed, and gives its sequence. 0 when (message_id, target) is there
  // already.
  int64_t add(const OutboxRow& item);
  std::optional<OutboxRow> find(int64_t sequence);
  std::optional<OutboxRow> find(const MessageId& message_id, const Target& target);
  // Items after `after_sequence` in order, at most `limit`, with their envelopes.
  std::vector<OutboxRow> list(int64_t after_sequence, int64_t limit);
  // The newest item of this kind to this account that is not sealed yet: what a later receipt can be merged into.
  std::optional<OutboxRow> find_unsealed(const Target& target, OutboxKind kind);

  void set_content(int64_t sequence, BytesView content);
  // Of an item that has a number and could not be sealed yet.
  void set_receipt_number(int64_t sequence, uint64_t receipt_number);
  // Takes revision, receipt number and envelopes from the item, which is sealed from now on.
  void seal(const OutboxRow& item);
  // Messages to this target wait, and have to be encrypted again; or wait no longer.
  void hold_all(const Target& target);
  void release_all(const Target& target);
  int64_t held_count(const Target& target);
  void remove(int64_t sequence);
  // For a new registration: everything but messages is dropped, messages lose their envelopes and numbers.
  void reset();

  int64_t count();

 private:
  OutboxRow read(const Statement& row);

  Database& database_;
};

}  // namespace kith::core
