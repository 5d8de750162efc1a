// SPDX-License-Identifier: AGPL-3.0-or-later

// Delivered and read: runs of receipt numbers, both ways (RECEIPT-1, TICK-1).
//
// Outgoing read receipts are noted as due with the reading itself, and put into the outbox together after kGatherMs;
// one that is not encrypted yet takes up a later one. With the setting off none are sent, and those of others are not
// looked at. A read receipt names exactly what was read, so it raises also what no delivery receipt has come for.
//
// In a group what was read is told to the server, which tells it to who sent it, of many members at once; a message's
// tick is the least that any other member has said (GROUP-5).
#pragma once

#include <span>

#include "base/ids.h"
#include "client_api/client_api.pb.h"
#include "core/content_handler.h"
#include "core/store/receipts_table.h"
#include "core/store/sent_table.h"
#include "core/timers.h"
#include "wire/frames.pb.h"

namespace kith::core {

struct Engine;

class Receipts final : public ContentHandler {
 public:
  static constexpr uint64_t kGatherMs = 200;
  static constexpr int64_t kLookedAtMax = 256;

  explicit Receipts(Engine& engine);

  void mark_read(uint32_t request, const client_api::MarkReadRequest& what);
  // Puts what is due into the outbox.
  void pump();
  void look_again() { look_ = true; }
  [[nodiscard]] bool gathering() const { return gather_.is_set(); }

  void on_delivered(const wire::DeliveryReceipt& receipt);
  void on_delivered(const wire::GroupReceipt& receipt);
  // What members of its group have said of the message may be more than its tick says (GROUP-5).
  void look_at(const MessageId& message);
  // The same of the newest kLookedAtMax messages of this account to the group.
  void look_at(const GroupId& group);
  // Read receipts.
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  // Puts the first of what is due, all to one account or of one group, into the outbox; how many. 0: there is no room.
  size_t put(std::span<const ReadDueRow> due);
  size_t put_in_group(const GroupId& group, std::span<const ReadDueRow> due);
  // False: the run is not of what this device knows to have sent.
  bool raise(const AccountId& by, DeviceId device, const wire::ReceiptRun& run, SentState state);

  Engine& engine_;
  bool look_ = true;
  Timer gather_;
};

}  // namespace kith::core
