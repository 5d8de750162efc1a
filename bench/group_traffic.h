// SPDX-License-Identifier: AGPL-3.0-or-later

// The workload of a group: all members are there, one message is outstanding. A member writes, in turn; when the last
// of the others has confirmed, and the writer has its tick, the next one writes.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/figures.h"
#include "bench/link.h"

namespace kith::bench {

struct GroupRound {
  uint64_t messages = 0;
  double seconds = 0;
  double server_us = 0;       // processor time of the server for one delivery to one member
  Latencies tick;             // to Accepted
  Latencies last_confirmed;   // until the last member's confirmation has left
  double receipt_frames = 0;  // entries of receipts for one message
  double receipt_bytes = 0;   // of them, for one message
};

class GroupTraffic final : public LinkOwner {
 public:
  // `members`: all of the group's. `server`: whose processor time is counted.
  GroupTraffic(uint16_t port, pid_t server, std::vector<BenchAccount> members, BenchGroup group, size_t payload_bytes);

  [[nodiscard]] bool connect();
  // With receipts it ends when each message has been told as confirmed by everybody. False when something was refused,
  // closed or lost.
  [[nodiscard]] bool run(uint64_t duration_us, bool receipts, GroupRound& round);
  // One message, to this group of the same members: until all have confirmed it.
  [[nodiscard]] bool send_one(const BenchGroup& group);
  // Nobody writes for so long.
  void rest(uint64_t duration_us);

 private:
  void on_accepted(Link& link, const MessageId& id, UnixMicros time) override;
  void on_message(Link& link, const MessageId& id, UnixMicros) override;
  void on_group_receipt(Link& link, const wire::GroupReceipt& receipt, size_t bytes) override;
  void on_delivered(Link& link) override { link.confirm(); }

  void send(const BenchGroup& group, bool receipt);
  // Turns until the message that is under way is with everybody.
  [[nodiscard]] bool wait_for_all();

  std::vector<BenchAccount> members_;
  BenchGroup group_;
  Links links_;
  Bytes payload_;
  pid_t server_;
  uint64_t run_ = 0;
  uint64_t number_ = 0;  // of the message that is under way
  size_t writer_ = 0;
  size_t missing_ = 0;  // members who do not have it
  bool accepted_ = false;
  uint64_t sent_at_us_ = 0;
  uint64_t ticked_at_us_ = 0;
  std::vector<uint64_t> receipt_numbers_;  // of each member, as a writer
  uint64_t receipts_due_ = 0;              // members of whom it is not told, over all messages
  uint64_t receipt_entries_ = 0;
  uint64_t receipt_bytes_ = 0;
};

}  // namespace kith::bench
