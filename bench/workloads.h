// SPDX-License-Identifier: AGPL-3.0-or-later

// What can be measured. Each workload starts what it needs, is bounded in count and time, and fails (false) when
// something was lost, refused or late: a figure of such a run means nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "bench/figures.h"

namespace kith::bench {

struct Options {
  int rounds = 5;
  uint32_t loops = 0;  // of kithd; 0: its default, one for each processor
  size_t pairs = 500;  // pairs, floor: N = 1,000 users
  size_t payload_bytes = 200;
  double seconds = 4;     // of one round
  uint64_t rate = 3'000;  // open loop, messages a second
  size_t idle_from = 5'000;
  size_t idle_to = 15'000;
  size_t offline_users = 1'000;
  size_t offline_messages = 300'000;
  uint64_t offline_rate = 10'000;
  double give_back_seconds = 30;  // how long offline waits for disk space that was drained
  size_t logins = 5'000;
  size_t core_messages = 20'000;
  size_t search_messages = 100'000;
  size_t history_messages = 50'000;
  size_t clearing_messages = 100'000;
  size_t storm_devices = 5'000;
  size_t storm_messages = 1'000;
  size_t slow_messages = 100'000;
  size_t slow_payload_bytes = 2'000;
  size_t group_messages = 1'100;  // to members who are away; and before memory is looked at
  size_t group_payload_bytes = 2'000;
  size_t killed_groups = 100;
  size_t kills = 10;
  size_t media_mebibytes = 1024;
  size_t million = 1'000'000;
  double million_seconds = 900;  // for opening all of them
  uint64_t slow_rate = 10'000;   // at which the slow reader takes them, messages a second
};

// Connections held: bytes of user memory of the server, and of kernel memory of both ends, for each.
[[nodiscard]] bool run_idle(const Options& options, Report& report);
// As many connections as asked for, in tables of descriptors of their own on both ends, and pairs beside them.
[[nodiscard]] bool run_million(const Options& options, Report& report);
// Pairs in a closed and in an open loop through kithd alone: also with every message synced first.
[[nodiscard]] bool run_pairs(const Options& options, Report& report);
// The same through kithd and through the relay in turn, and the ratio.
[[nodiscard]] bool run_floor(const Options& options, Report& report);
// Ten senders store for absent users, who then log in and take it.
[[nodiscard]] bool run_offline(const Options& options, Report& report);
[[nodiscard]] bool run_login(const Options& options, Report& report);
// Connections held that all break off at once, with messages on their way, and all come back at once.
[[nodiscard]] bool run_storm(const Options& options, Report& report);
// A large file up and down, sealed, and beside it the same bytes plain through nginx.
[[nodiscard]] bool run_media(const Options& options, Report& report);
// Groups of 256 and 1,024 with everybody there, through the relay and through kithd; with nobody there; and what groups
// cost in memory to which somebody has written.
[[nodiscard]] bool run_group(const Options& options, Report& report);
// Groups of 256, half of each there and writing, under kill -9 of the server: nothing that was accepted may be missing
// in the end, and everybody has it at the same place.
[[nodiscard]] bool run_group_killed(const Options& options, Report& report);
// A reader that is connected and takes next to nothing, a backlog behind it, and pairs beside it.
[[nodiscard]] bool run_slow(const Options& options, Report& report);
// The native client core alone, with its database on the disk.
[[nodiscard]] bool run_core(const Options& options, Report& report);
// What a device has of an account's messages, onto another one that is let in.
[[nodiscard]] bool run_clearing(const Options& options, Report& report);
bool run_history(const Options& options, Report& report);
// Searches of many kinds in the messages of a device, in five scripts.
[[nodiscard]] bool run_search(const Options& options, Report& report);

}  // namespace kith::bench
