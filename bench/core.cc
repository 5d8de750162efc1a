// SPDX-License-Identifier: AGPL-3.0-or-later

// The client core alone: two clients, each with its database on the disk, and the loopback server of the core's tests
// between them. What is counted is the time inside Client::handle of the one that is measured; everything else (the
// server, carrying actions) is outside.
#include "bench/core_host.h"
#include "bench/workloads.h"
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

void add_spent(Report& report, const std::string& name, double messages, const Spent& spent) {
  report.add(name + "_per_s", messages / (static_cast<double>(spent.wall_us) / 1e6));
  report.add(name + "_cpu_us", static_cast<double>(spent.cpu_us) / messages);
}

}  // namespace

bool run_core(const Options& options, Report& report) {
  for (int round = 0; round < options.rounds; ++round) {
    TestDirectory directory;
    net::SystemClock clock;
    crypto::SeededRandom random(now_us());
    LoopbackServer server(clock, random);
    set_limits(server);
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
