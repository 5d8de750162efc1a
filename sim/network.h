// SPDX-License-Identifier: AGPL-3.0-or-later

// The way between one device and the server: what a device's host asks of the network, and what the network does to it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/link.h"
#include "sim/server.h"

namespace kith::sim {

class Network {
 public:
  Network(Scheduler& scheduler, Trace& trace, Server& server, std::string name)
      : scheduler_(scheduler), trace_(trace), server_(server), name_(std::move(name)) {}

  void reseed(uint64_t seed, uint64_t stream) { dice_.reseed(seed, stream); }

  // Opens a connection; `done` gets it, or null. Never answers while the network is silent.
  void connect(std::function<void(std::shared_ptr<Link>)> done);
  // `done` gets status and body; status 0: no answer. Never answers while the network is silent.
  void call(const client_api::HttpCall& call, std::function<void(uint32_t status, Bytes body)> done);
  // The same for a call whose body is a part of a file, call.body_size() bytes: when it breaks off on its way, the
  // server gets a beginning of it. `wanted`: whether who sends it is still there and wants it.
  void send_part(client_api::HttpCall call, std::function<bool()> wanted,
                 std::function<void(uint32_t status, Bytes body)> done);
  // The same for a call whose answer is long: `take` gets it in pieces; the last one may come before all is there.
  // Status 0: no answer.
  using Take = std::function<void(uint32_t status, Bytes piece, bool last)>;
  void fetch(const client_api::HttpCall& call, Take take);

  // ---- what goes wrong
  void set_online(bool online);  // false: connections are cut, new ones fail at once
  void set_silent(bool silent);  // true: connections become half-open for good, new ones get no answer
  void cut();                    // of the connections that are there
  void silence(bool up, bool down);
  void set_delay(Delay delay) { delay_ = delay; }
  // Calls, in per cent, that never reach the server; whose answer is lost after the server has done its work.
  void set_http_loss(uint64_t requests, uint64_t answers) {
    lost_requests_ = requests;
    lost_answers_ = answers;
  }
  // Bodies of files, and pieces of answers, in per cent, that break off.
  void set_breaks(uint64_t breaks) { breaks_ = breaks; }
  // As bad as another one.
  void be_like(const Network& other) {
    delay_ = other.delay_;
    lost_requests_ = other.lost_requests_;
    lost_answers_ = other.lost_answers_;
    breaks_ = other.breaks_;
  }
  [[nodiscard]] bool is_online() const { return online_ && !silent_; }

 private:
  [[nodiscard]] uint64_t delay() { return dice_.between(delay_.least_us, delay_.most_us); }
  std::vector<std::shared_ptr<Link>> links();
  void give(uint32_t status, std::shared_ptr<const Bytes> body, size_t at, uint64_t cuts, Take take);

  Scheduler& scheduler_;
  Trace& trace_;
  Server& server_;
  std::string name_;
  Dice dice_;
  Delay delay_{500, 5'000};
  bool online_ = true;
  bool silent_ = false;
  uint64_t lost_requests_ = 0;
  uint64_t lost_answers_ = 0;
  uint64_t breaks_ = 0;
  uint64_t cuts_ = 0;  // so often were connections cut
  std::vector<std::weak_ptr<Link>> links_;
};

}  // namespace kith::sim
