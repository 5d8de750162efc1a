// SPDX-License-Identifier: AGPL-3.0-or-later

// A message to a group on its way from the groups' log into inboxes: one for all of them, whatever loops they are on.
#pragma once

#include "base/ids.h"
#include "server/ports/group_log.h"
#include "server/ports/inbox_store.h"
#include "wire/receipt_run.h"

namespace kith {

struct GroupMessage {
  uint64_t number = 0;  // of the log's record, by which a store keeps the body once
  MessageId id;
  DeviceAddress from;
  UnixMicros server_time;
  GroupId group;
  wire::ReceiptRun run;  // what its receipt would say; none: no receipt is wanted
  uint32_t life_ms = 0;  // 0: as long as the inbox keeps entries
  InboxBody body;

  static GroupMessage of(const GroupLogRecord& record);
};

// What somebody has read of what a device has sent to a group (GROUP-5).
struct GroupRead {
  DeviceAddress sender;
  wire::ReceiptRun run;
};

}  // namespace kith
