// SPDX-License-Identifier: AGPL-3.0-or-later

// A session (session_protocol.h) on virtual loops, its bytes handed in and out by whoever derives: the gateway without
// sockets. What is written in a turn leaves at its end, as a step of its own; so does what arrives.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "server/delivery/shards.h"
#include "server/delivery/testing/virtual_time.h"
#include "server/gateway/session_protocol.h"
#include "server/handlers/services.h"

namespace kith::gateway::testing {

using kith::testing::VirtualClock;
using kith::testing::VirtualLoop;
using kith::testing::VirtualLoops;

class VirtualHome final : public SessionHome {
 public:
  VirtualHome(Shared& shared, VirtualLoop& loop_, const VirtualClock& clock)
      : SessionHome(shared), loop(loop_), clock_(clock) {}
  [[nodiscard]] uint64_t now_ms() const override { return clock_.monotonic().value; }
  VirtualLoop& loop;

 private:
  const VirtualClock& clock_;
};

// One home for each loop that has a shard, by its index.
using VirtualHomes = std::vector<std::unique_ptr<VirtualHome>>;
inline VirtualHomes virtual_homes(Shared& shared, VirtualLoops& loops) {
  VirtualHomes homes;
  for (size_t i = 0; i < shared.services.shards.size(); ++i)
    homes.push_back(std::make_unique<VirtualHome>(shared, loops[i], loops.clock));
  return homes;
}

// It outlives what it has posted: nothing is left of it when it has ended and its loops have nothing to do.
class VirtualConnection : public SessionProtocol {
 public:
  // Accepted on the first loop.
  explicit VirtualConnection(VirtualHomes& homes) : SessionProtocol(*homes[0]), homes_(homes), home_(homes[0].get()) {
    start_time(Deadline::kHandshake);
  }

  // Bytes from the device.
  void receive(BytesView bytes) {
    if (!open_) return;
    input_.append(bytes);
    post_read();
  }
  // The device, or the network, has closed. Nothing is sent from now on.
  void hang_up() {
    if (!std::exchange(open_, false)) return;
    stop_time();
    home_->loop.post([this] { gone(); });
  }
  [[nodiscard]] bool is_open() const { return open_; }
  // The server drains.
  void drain() { begin_drain(); }
  void finish() { end_if_idle(); }

  [[nodiscard]] SessionHome& session_home() override { return *home_; }
  [[nodiscard]] TaskScope& session_tasks() override { return tasks_; }
  [[nodiscard]] size_t bytes_waiting() const override { return output_.size(); }

 protected:
  // What leaves at the end of a turn.
  virtual void on_output(Bytes bytes) = 0;
  // The server has closed: nothing leaves any more.
  virtual void on_end() = 0;
  [[nodiscard]] VirtualLoop& loop() { return home_->loop; }

 private:
  [[nodiscard]] Bytes& session_output() override {
    ask_session_turn_end();
    return output_;
  }
  void ask_session_turn_end() override {
    if (!open_ || std::exchange(turn_end_asked_, true)) return;
    home_->loop.post([this] { end_turn(); });
  }
  [[nodiscard]] bool can_send() const override { return open_; }
  void set_reading(bool on) override {
    reading_ = on;
    if (on) post_read();
  }
  void set_deadline(Deadline deadline) override { start_time(deadline); }
  void restart_idle_time() override { since_ms_ = home_->now_ms(); }
  void move_to(const AccountId& account) override {
    stop_time();
    home_ = homes_[services().shards.index_of(account)].get();
    home_->loop.post([this] {
      if (open_) start_time(Deadline::kHandshake);
      if (open_) arrived();
    });
  }
  void end_output() override {
    ending_ = true;
    ask_session_turn_end();
  }
  void close_at_once() override {
    if (!std::exchange(open_, false)) return;
    stop_time();
    on_end();
    gone();
  }

  void post_read() {
    home_->loop.post([this] { read(); });
  }
  void read() {
    if (!open_ || !reading_ || ending_ || input_.empty()) return;
    Bytes bytes = std::exchange(input_, {});
    take_input(bytes);
  }
  void end_turn() {
    turn_end_asked_ = false;
    if (!open_) return;
    if (!output_.empty()) on_output(std::exchange(output_, {}));
    if (ending_) return close_at_once();
    turn_ended();
  }

  [[nodiscard]] uint64_t timeout_ms() const {
    const GatewaySettings& settings = home_->shared().settings;
    return deadline_ == Deadline::kHandshake ? settings.handshake_timeout_ms : settings.idle_timeout_ms;
  }
  void start_time(Deadline deadline) {
    deadline_ = deadline;
    since_ms_ = home_->now_ms();
    watch_time();
  }
  void watch_time() {
    stop_time();
    timer_ = home_->loop.after(since_ms_ + timeout_ms() - home_->now_ms(), [this] {
      timer_.reset();
      if (home_->now_ms() < since_ms_ + timeout_ms()) return watch_time();
      time_is_over();
    });
  }
  void stop_time() {
    if (timer_) home_->loop.cancel(*std::exchange(timer_, std::nullopt));
  }

  VirtualHomes& homes_;
  VirtualHome* home_;
  TaskScope tasks_;
  Bytes input_;
  Bytes output_;
  bool open_ = true;
  bool reading_ = true;
  bool ending_ = false;  // when what waits has left
  bool turn_end_asked_ = false;
  Deadline deadline_ = Deadline::kHandshake;
  uint64_t since_ms_ = 0;
  std::optional<Timers::Handle> timer_;
};

}  // namespace kith::gateway::testing
