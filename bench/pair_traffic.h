// SPDX-License-Identifier: AGPL-3.0-or-later

// The workload of pairs: users logged in, two and two; A sends, B confirms, the receipt comes back to A.
//
// Closed loop: one message of each pair is outstanding; when its receipt has come, the other side sends. Open loop:
// messages at a fixed rate, whoever waits; latency counts from the time at which a message was to be sent, so that a
// stall of the server or of the load shows in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/figures.h"
#include "bench/link.h"
#include "server/delivery/queue.h"

namespace kith::bench {

enum class ConfirmWhen : uint8_t {
  kAtOnce,    // as a device does: then the tick seldom waits for the disk
  kAccepted,  // only when the sender has its tick: so that every message is synced first
};

struct PairRound {
  uint64_t delivered = 0;
  uint64_t receipted = 0;
  double seconds = 0;
  double server_us = 0;  // processor time of the server for one delivered message
  Latencies one_way;     // to the addressee
  Latencies tick;        // to Accepted
  Latencies round_trip;  // to the receipt
};

class PairTraffic final : public LinkOwner {
 public:
  // Accounts 2i and 2i + 1 are a pair. `server`: whose processor time is counted.
  PairTraffic(uint16_t port, pid_t server, std::vector<BenchAccount> accounts, size_t payload_bytes);

  [[nodiscard]] bool connect();
  // Ends when all that was sent has its receipt. False when something was refused, closed or lost.
  [[nodiscard]] bool run_closed(uint64_t duration_us, ConfirmWhen confirm_when, PairRound& round);
  [[nodiscard]] bool run_open(uint64_t rate_per_second, uint64_t duration_us, ConfirmWhen confirm_when,
                              PairRound& round);

 private:
  struct Sent {
    uint64_t at_us;
    bool accepted;
    uint64_t number;
    uint64_t receipt_number;
  };
  struct Side {
    Queue<Sent> waiting;     // for the receipt
    uint64_t sent = 0;       // receipt numbers given out
    uint64_t receipted = 0;  // the highest that came back
    bool has_message = false;
  };

  void on_accepted(Link& link, const MessageId& id, UnixMicros time) override;
  void on_message(Link& link, const MessageId& id, UnixMicros) override;
  void on_receipt(Link& link, uint64_t last_number) override;
  void on_delivered(Link& link) override;

  void begin(PairRound& round, ConfirmWhen confirm_when);
  [[nodiscard]] bool finish();
  void send(size_t side, uint64_t at_us);
  void settle(size_t side);

  std::vector<BenchAccount> accounts_;
  Links links_;
  std::vector<Side> sides_;
  std::vector<uint64_t> sent_at_us_;  // by number, of this round
  Bytes payload_;
  pid_t server_;
  PairRound* round_ = nullptr;
  ConfirmWhen confirm_when_ = ConfirmWhen::kAtOnce;
  bool answering_ = false;  // closed loop: a receipt makes the other side send
  bool counting_ = false;
  uint64_t run_ = 0;  // tells this run's message ids from others'
  uint64_t began_us_ = 0;
  uint64_t began_cpu_ns_ = 0;
  uint64_t outstanding_ = 0;
};

}  // namespace kith::bench
