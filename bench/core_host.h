// SPDX-License-Identifier: AGPL-3.0-or-later

// A client core with its database on the disk, carried by hand between the loopback server of the core's tests and
// whoever measures: what is counted is the time inside Client::handle.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "base/limits.h"
#include "bench/usage.h"
#include "core/client_host.h"
#include "core/store/database.h"
#include "core/testing/loopback_host.h"
#include "core/testing/loopback_server.h"
#include "net/system_clock.h"

namespace kith::bench {

struct Spent {
  uint64_t wall_us = 0;
  uint64_t cpu_us = 0;
};

// One client, carried by hand.
class BenchHost final : core::testing::LoopbackHost {
 public:
  BenchHost(core::testing::LoopbackServer& server, Clock& clock, RandomSource& random, const std::string& file)
      : LoopbackHost(server) {
    auto database = core::Database::open(file);
    if (!database) return;
    database_ = std::move(*database);
    auto client = core::Client::open(*database_, clock, random);
    if (client) client_ = std::move(*client);
  }
  [[nodiscard]] bool is_open() const { return client_ != nullptr; }
  // For filling it and looking into it, between inputs.
  core::Database& database() { return *database_; }
  // Of the request that was answered last.
  [[nodiscard]] const client_api::Response& answer() const { return answer_; }

  client_api::Response request(client_api::Request request) {
    const uint32_t id = post(std::move(request));
    for (int turns = 0; turns < 10'000 && answer_.id() != id; ++turns) turn();
    return answer_;
  }
  uint32_t post(client_api::Request request) {
    const uint32_t id = host_.request(std::move(request));
    hand_in();
    return id;
  }
  // Carries out what waits, and takes what the server has for this client.
  bool turn() {
    bool busy = host_.has_action();
    while (host_.has_action()) {
      host_.carry_out();
      hand_in();
    }
    for (; !server_.outgoing.empty() && server_.outgoing.front().link == link_; server_.outgoing.pop_front()) {
      if (server_.outgoing.front().frame) {
        take(*server_.outgoing.front().frame);
      } else {
        link_closed();
      }
      busy = true;
    }
    hand_in();
    if (!busy) {
      tick_if_due(net::SystemClock().monotonic().value);
      busy = host_.has_input();
      hand_in();
    }
    return busy;
  }

  uint64_t sends = 0;  // frames with a message that were handed over
  Spent spent;         // in Client::handle
  using LoopbackHost::link;

 private:
  void hand_in() {
    while (host_.has_input()) {
      const uint64_t began_us = now_us();
      const uint64_t began_cpu_us = thread_cpu_us();
      host_.hand_in(*client_);
      spent.cpu_us += thread_cpu_us() - began_cpu_us;
      spent.wall_us += now_us() - began_us;
    }
  }

  // What has come together is handed over together, as the terminal client does it. Kith's server puts at most 64
  // entries into one frame; the loopback server puts all there are.
  void take(const wire::ServerFrame& frame) {
    constexpr int kEntriesMax = 64;
    if (frame.deliver().entries_size() <= kEntriesMax) {
      if (host_.socket_frame_together(socket_, frame.SerializeAsString())) hand_in();
      return;
    }
    for (int first = 0; first < frame.deliver().entries_size(); first += kEntriesMax) {
      wire::ServerFrame part;
      for (int i = first; i < std::min(first + kEntriesMax, frame.deliver().entries_size()); ++i) {
        *part.mutable_deliver()->add_entries() = frame.deliver().entries(i);
      }
      hand_in();
      take(part);
    }
  }

  void respond(client_api::Response response) override { answer_ = std::move(response); }
  void tell(client_api::Event /*event*/) override {}
  void send_frame(uint32_t socket, Bytes frame) override {
    wire::ClientFrame parsed;
    if (parsed.ParseFromString(frame))
      sends += parsed.has_send() ? 1 : static_cast<size_t>(parsed.sends().sends_size());
    LoopbackHost::send_frame(socket, std::move(frame));
  }

  std::unique_ptr<core::Database> database_;
  std::unique_ptr<core::Client> client_;
  client_api::Response answer_;
};

// Words of two to nine letters, of which those at the beginning of the alphabet are frequent: what the search index has
// to do with a text depends on it.
inline Bytes some_words(RandomSource& random, size_t bytes) {
  Bytes text;
  while (text.size() < bytes) {
    for (size_t letters = 2 + random.below(8); letters > 0; --letters)
      text += static_cast<char>('a' + std::min(random.below(26), random.below(26)));
    text += ' ';
  }
  text.resize(bytes);
  return text;
}

inline bool sign_up(BenchHost& host, const char* phone, const char* name) {
  client_api::Request request;
  auto& what = *request.mutable_register_();
  what.set_server("http://server:1/");
  what.set_handle(phone);
  what.set_code(core::testing::LoopbackServer::kCode);
  what.set_name(name);
  what.set_device_name("Bench");
  return host.request(std::move(request)).register_().registered();
}

inline bool connect(BenchHost& host) {
  client_api::Request request;
  request.mutable_connect();
  return !host.request(std::move(request)).has_failure();
}

inline void disconnect(BenchHost& host) {
  client_api::Request request;
  request.mutable_disconnect();
  (void)host.request(std::move(request));
}

// Takes turns until nothing happens, or `done`.
template <class Done>
bool run_until(BenchHost& ana, BenchHost& ben, core::testing::LoopbackServer& server, Done done) {
  const uint64_t give_up = now_us() + 120'000'000;
  while (!done()) {
    const bool busy = ana.turn() | ben.turn();
    // For a link that is gone.
    while (!server.outgoing.empty() && server.outgoing.front().link != ana.link() &&
           server.outgoing.front().link != ben.link()) {
      server.outgoing.pop_front();
    }
    if (!busy && now_us() > give_up) return false;
  }
  return true;
}

// As kithd has them.
inline void set_limits(core::testing::LoopbackServer& server) {
  server.limits.set_frame_bytes_max(kFrameBytesMax);
  server.limits.set_envelope_bytes_max(kEnvelopeBytesMax);
  server.limits.set_in_flight_sends_max(64);
  server.limits.set_idle_timeout_ms(600'000);
  server.limits.set_subscriptions_max(100);
}

}  // namespace kith::bench
