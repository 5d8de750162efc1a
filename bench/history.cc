// SPDX-License-Identifier: AGPL-3.0-or-later

// The history of an account onto a device that is let in: two native cores with their databases on the disk, and the
// loopback server between them, all on one thread. Time runs from the new device's connection.
#include <cstdio>

#include "bench/core_host.h"
#include "bench/filled.h"
#include "bench/workloads.h"
#include "crypto/testing/seeded_random.h"
#include "net/system_clock.h"
#include "server/embedded/testing/test_directory.h"

namespace kith::bench {
namespace {

using client_api::Request;
using core::testing::LoopbackServer;

constexpr const char* kAna = "+491700000001";
constexpr size_t kConversations = 50;

int64_t number_in(BenchHost& host, const char* sql) {
  auto row = host.database().prepare(sql);
  return row.step() ? row.integer(0) : 0;
}

// Links the new device, which is registered then and not connected.
bool let_in(BenchHost& first, BenchHost& added, LoopbackServer& server) {
  Request start;
  start.mutable_start_linking()->set_server("http://server:1");
  start.mutable_start_linking()->set_device_name("Bench");
  Request open;
  open.mutable_open_link()->set_link(added.request(std::move(start)).start_linking().link());
  const uint32_t opened = first.post(std::move(open));
  if (!run_until(first, added, server, [&] { return first.answer().id() == opened; })) return false;
  Request confirm;
  confirm.mutable_confirm_link()->set_history(client_api::kHistoryAll);
  const uint32_t confirmed = first.post(std::move(confirm));
  return run_until(first, added, server, [&] { return first.answer().id() == confirmed; }) &&
         first.answer().has_confirm_link();
}

}  // namespace

bool run_history(const Options& options, Report& report) {
  for (int round = 0; round < options.rounds; ++round) {
    TestDirectory directory;
    net::SystemClock clock;
    crypto::SeededRandom random(now_us());
    LoopbackServer server(clock, random);
    set_limits(server);
    BenchHost first(server, clock, random, directory.file("first.db"));
    BenchHost added(server, clock, random, directory.file("added.db"));
    if (!first.is_open() || !added.is_open() || !sign_up(first, kAna, "Ana") || !connect(first) ||
        !fill(first, random, {options.history_messages, kConversations, options.payload_bytes}) ||
        !let_in(first, added, server))
      return false;
    first.spent = added.spent = {};
    const uint64_t began_us = now_us();
    const auto since = [began_us] { return static_cast<double>(now_us() - began_us) / 1e3; };
    const auto has_first = [&] { return number_in(added, "SELECT number FROM history_taken") > 0; };
    const auto is_over = [&] { return number_in(first, "SELECT stage FROM history_given") == 3; };
    if (!connect(added) || !run_until(first, added, server, has_first)) return false;
    report.add("history.first_conversation_ms", since());
    if (!run_until(first, added, server, is_over)) return false;
    const double all_ms = since();
    const auto messages = static_cast<double>(options.history_messages);
    if (number_in(added, "SELECT count(*) FROM messages") != static_cast<int64_t>(options.history_messages) ||
        number_in(first, "SELECT held FROM history_given") != static_cast<int64_t>(options.history_messages))
      return false;
    report.add("history.per_s", messages / (all_ms / 1e3));
    report.add("history.given_cpu_us", static_cast<double>(first.spent.cpu_us) / messages);
    report.add("history.taken_cpu_us", static_cast<double>(added.spent.cpu_us) / messages);
  }
  return true;
}

}  // namespace kith::bench
