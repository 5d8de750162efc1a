// SPDX-License-Identifier: AGPL-3.0-or-later

// The client core alone: two clients, each with its database on the disk, and the loopback server of the core's tests
// between them. What is counted is the time inside Client::handle of the one that is measured; everything else (the
// server, carrying actions) is outside.
#include <algorithm>

#include "base/limits.h"
#include "bench/usage.h"
#include "bench/workloads.h"
#include "core/client_host.h"
#include "core/store/database.h"
#include "core/testing/loopback_host.h"
#include "core/testing/loopback_server.h"
#include "crypto/testing/seeded_random.h"
#include "net/system_clock.h"
#include "server/embedded/testing/test_directory.h"

namespace kith::bench {
namespace {

using client_api::Request;
using core::testing::LoopbackServer;

constexpr const char* kAna = "+491700000001";
constexpr const char* kBen = "+491700000002";
constexpr size_t kOutboxPart = 5'000;

struct Spent {
  uint64_t wall_us = 0;
  uint64_t cpu_us = 0;
};

// One client, carried by hand.
class BenchHost final : core::testing::LoopbackHost {
 public:
  BenchHost(LoopbackServer& server, Clock& clock, RandomSource& random, const std::string& file)
      : LoopbackHost(server) {
    auto database = core::Database::open(file);
    if (!database) return;
    database_ = std::move(*database);
    auto client = core::Client::open(*database_, clock, random);
    if (client) client_ = std::move(*client);
  }
  [[nodiscard]] bool is_open() const { return client_ != nullptr; }

  client_api::Response request(Request request) {
    const uint32_t id = post(std::move(request));
    for (int turns = 0; turns < 10'000 && answer_.id() != id; ++turns) turn();
    return answer_;
  }
  uint32_t post(Request request) {
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
    if (parsed.ParseFromString(frame) && parsed.has_send()) ++sends;
    LoopbackHost::send_frame(socket, std::move(frame));
  }

  std::unique_ptr<core::Database> database_;
  std::unique_ptr<core::Client> client_;
  client_api::Response answer_;
};

// Words of two to nine letters, of which those at the beginning of the alphabet are frequent: what the search index has
// to do with a text depends on it.
Bytes some_words(RandomSource& random, size_t bytes) {
  Bytes text;
  while (text.size() < bytes) {
    for (size_t letters = 2 + random.below(8); letters > 0; --letters)
      text += static_cast<char>('a' + std::min(random.below(26), random.below(26)));
    text += ' ';
  }
  text.resize(bytes);
  return text;
}

bool sign_up(BenchHost& host, const char* phone, const char* name) {
  Request request;
  auto& what = *request.mutable_register_();
  what.set_server("http://server:1/");
  what.set_handle(phone);
  what.set_code(LoopbackServer::kCode);
  what.set_name(name);
  what.set_device_name("Bench");
  return host.request(std::move(request)).register_().registered();
}

bool connect(BenchHost& host) {
  Request request;
  request.mutable_connect();
  return !host.request(std::move(request)).has_failure();
}

void disconnect(BenchHost& host) {
  Request request;
  request.mutable_disconnect();
  (void)host.request(std::move(request));
}

void add_spent(Report& report, const std::string& name, double messages, const Spent& spent) {
  report.add(name + "_per_s", messages / (static_cast<double>(spent.wall_us) / 1e6));
  report.add(name + "_cpu_us", static_cast<double>(spent.cpu_us) / messages);
}

// Takes turns until nothing happens, or `done`.
template <class Done>
bool run_until(BenchHost& ana, BenchHost& ben, LoopbackServer& server, Done done) {
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

}  // namespace

bool run_core(const Options& options, Report& report) {
  for (int round = 0; round < options.rounds; ++round) {
    TestDirectory directory;
    net::SystemClock clock;
    crypto::SeededRandom random(now_us());
    LoopbackServer server(clock, random);
    server.limits.set_frame_bytes_max(kFrameBytesMax);
    server.limits.set_envelope_bytes_max(kEnvelopeBytesMax);
    server.limits.set_in_flight_sends_max(64);
    server.limits.set_idle_timeout_ms(600'000);
    server.limits.set_subscriptions_max(100);
    BenchHost ana(server, clock, random, directory.file("ana.db"));
    BenchHost ben(server, clock, random, directory.file("ben.db"));
    if (!ana.is_open() || !ben.is_open() || !sign_up(ana, kAna, "Ana") || !connect(ana) || !sign_up(ben, kBen, "Ben"))
      return false;
    Request open;
    open.mutable_open_conversation()->set_handle(kBen);
    const std::string chat = ana.request(std::move(open)).open_conversation().id();

    // Ana writes without a connection, as much as an outbox takes; then she connects, and it is encrypted, committed
    // and handed over. Ben is away.
    const uint64_t sends_before = ana.sends;
    const auto sent = [&] { return ana.sends - sends_before; };
    uint64_t written_us = 0;
    Spent sending;
    for (size_t written = 0; written < options.core_messages;) {
      disconnect(ana);
      ana.spent = {};
      for (size_t i = 0; i < kOutboxPart && written < options.core_messages; ++i, ++written) {
        Request say;
        say.mutable_send_message()->set_conversation(chat);
        say.mutable_send_message()->set_text(some_words(random, options.payload_bytes));
        ana.post(std::move(say));
        ana.turn();
      }
      written_us += ana.spent.wall_us;
      ana.spent = {};
      if (!connect(ana) || !run_until(ana, ben, server, [&] { return sent() >= written; })) return false;
      sending.wall_us += ana.spent.wall_us;
      sending.cpu_us += ana.spent.cpu_us;
    }
    const auto messages = static_cast<double>(options.core_messages);
    report.add("core.written_per_s", messages / (static_cast<double>(written_us) / 1e6));
    add_spent(report, "core.sent", messages, sending);

    // Ben connects and takes it all.
    ben.spent = {};
    const auto taken = [&] { return server.device_of(kBen)->inbox.empty(); };
    if (!connect(ben) || !run_until(ana, ben, server, taken)) return false;
    Request state;
    state.mutable_get_state();
    if (ben.request(std::move(state)).get_state().undecryptable() != 0) return false;
    add_spent(report, "core.received", messages, ben.spent);
  }
  return true;
}

}  // namespace kith::bench
