// SPDX-License-Identifier: AGPL-3.0-or-later

// What the sessions of one loop share. There is no socket in it: the simulator and the fuzzers have their own.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "base/ids.h"
#include "server/gateway/loop_metrics.h"
#include "server/gateway/semaphore.h"
#include "server/gateway/shared.h"
#include "server/gateway/token_bucket.h"
#include "wire/frames.pb.h"

namespace kith::gateway {

// Calls: on the loop, but metrics() from any thread.
class SessionHome {
 public:
  explicit SessionHome(Shared& shared) : shared_(shared) {}
  virtual ~SessionHome() = default;
  SessionHome(const SessionHome&) = delete;
  SessionHome& operator=(const SessionHome&) = delete;

  // Monotonic; the same for everything that one turn of the loop does.
  [[nodiscard]] virtual uint64_t now_ms() const = 0;

  [[nodiscard]] Shared& shared() { return shared_; }
  [[nodiscard]] LoopMetrics& metrics() { return metrics_; }

  // For parsing one frame at a time, so that its memory is used again.
  [[nodiscard]] wire::ClientFrame& frame() { return frame_; }

  // Taken from Hello to Welcome. All devices of a server come back at once when it was away: those beyond wait here,
  // read no more and cost nothing, instead of filling the queues of the stores, which then refuse them and everybody
  // else.
  [[nodiscard]] Semaphore& starting() { return starting_; }

  // Takes a token of the account's rate of sends: 0, or milliseconds to wait.
  [[nodiscard]] uint32_t take_send(const AccountId& account) {
    const BucketRate rate = send_rate();
    if (rate.per_second == 0) return 0;
    return send_buckets_.try_emplace(account, rate, now_ms()).first->second.take(rate, now_ms());
  }
  // Forgets the rates of accounts that have not sent lately. To be called now and then.
  void sweep_send_rates() {
    std::erase_if(send_buckets_, [&](auto& entry) { return entry.second.is_full(send_rate(), now_ms()); });
  }

 private:
  static constexpr size_t kStartingMax = 64;
  [[nodiscard]] BucketRate send_rate() const {
    return {shared_.settings.sends_per_second, shared_.settings.sends_burst};
  }

  Shared& shared_;
  LoopMetrics metrics_;
  wire::ClientFrame frame_;
  Semaphore starting_{kStartingMax};
  std::unordered_map<AccountId, TokenBucket> send_buckets_;  // of accounts that have sent lately
};

}  // namespace kith::gateway
