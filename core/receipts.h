// SPDX-License-Identifier: AGPL-3.0-or-later

// Delivered and read: watermarks of server time, both ways (RECEIPT-1).
//
// Outgoing read receipts are noted as due with the reading itself, and put into the outbox together after kGatherMs;
// one that is not encrypted yet takes up a later one. With the setting off none are sent, and those of others are not
// looked at.
#pragma once

#include "base/ids.h"
#include "client_api/client_api.pb.h"
#include "core/store/conversation_id.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

class Receipts {
 public:
  static constexpr uint64_t kGatherMs = 200;

  explicit Receipts(Engine& engine);

  void mark_read(uint32_t request, const client_api::MarkReadRequest& what);
  // What was read here long ago has another time now: the receipt that was sent does not reach that far.
  void read_before(const ConversationId& conversation, UnixMicros order);
  // Puts what is due into the outbox.
  void pump();
  void look_again() { look_ = true; }
  [[nodiscard]] bool gathering() const { return gather_.is_set(); }

  void on_delivered(const AccountId& by, DeviceId sender_device, UnixMicros up_to);
  // `sent_at`: server time of the receipt itself; nobody reads what comes after it and after everything that is here.
  void on_read(const AccountId& by, UnixMicros up_to, UnixMicros sent_at);

 private:
  Engine& engine_;
  bool look_ = true;
  Timer gather_;
};

}  // namespace kith::core
