// SPDX-License-Identifier: AGPL-3.0-or-later

// Clearing one long conversation: a native core with its database on the disk, from the request to its answer.
#include "bench/core_host.h"
#include "bench/filled.h"
#include "bench/workloads.h"
#include "crypto/testing/seeded_random.h"
#include "net/system_clock.h"
#include "server/embedded/testing/test_directory.h"

namespace kith::bench {

using client_api::Request;
using core::testing::LoopbackServer;

bool run_clearing(const Options& options, Report& report) {
  for (int round = 0; round < options.rounds; ++round) {
    TestDirectory directory;
    net::SystemClock clock;
    crypto::SeededRandom random(now_us());
    LoopbackServer server(clock, random);
    set_limits(server);
    BenchHost host(server, clock, random, directory.file("host.db"));
    if (!host.is_open() || !sign_up(host, "+491700000001", "Ana") ||
        !fill(host, random, {options.clearing_messages, 1, options.payload_bytes}))
      return false;
    Request list;
    list.mutable_list_conversations();
    const auto listed = host.request(std::move(list)).list_conversations();
    if (listed.conversations().empty()) return false;
    Request clear;
    clear.mutable_clear_conversation()->set_conversation(listed.conversations(0).id());
    const uint64_t began_us = now_us();
    if (host.request(std::move(clear)).has_failure()) return false;
    report.add("clearing.ms", static_cast<double>(now_us() - began_us) / 1e3);
    auto left = host.database().prepare("SELECT count(*) FROM messages");
    if (!left.step() || left.integer(0) != 0) return false;
  }
  return true;
}

}  // namespace kith::bench
