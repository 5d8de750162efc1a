// SPDX-License-Identifier: AGPL-3.0-or-later

// Ten senders whose messages wait at the server: to all users in turn, who take nothing meanwhile.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "bench/figures.h"
#include "bench/link.h"
#include "crypto/testing/seeded_random.h"

namespace kith::bench {

class Storing final : public LinkOwner {
 public:
  static constexpr size_t kSenders = 10;

  // `senders`: kSenders accounts. They and the users outlive this.
  Storing(uint16_t port, std::vector<BenchAccount>& senders, std::vector<BenchAccount>& users, size_t payload_bytes);

  [[nodiscard]] bool connected() { return links_.wait_open(kSenders); }
  // Sends `count` messages, as many at once as the senders' windows let through, and waits until all are accepted.
  [[nodiscard]] bool bulk(size_t count);
  // The same at a rate. `ticks`: from when a message was to be sent to its tick.
  [[nodiscard]] bool open_loop(uint64_t rate, uint64_t duration_us, Latencies& ticks);
  // Messages are numbered from 0 over all calls (bench/message_number.h).
  [[nodiscard]] size_t accepted() const { return accepted_; }

 private:
  void on_accepted(Link& link, const MessageId& id, UnixMicros) override;
  void send(Link& link, uint64_t at_us);
  bool wait();

  std::vector<BenchAccount>& users_;
  Links links_;
  crypto::SeededRandom random_;
  Bytes payload_;
  std::vector<uint64_t> sent_at_us_;                  // by number
  std::array<std::vector<uint64_t>, kSenders> sent_;  // of each sender, to each user
  uint64_t run_ = 0;
  size_t target_ = 0;
  size_t accepted_ = 0;
  bool refill_ = false;
  Latencies* ticks_ = nullptr;
};

}  // namespace kith::bench
