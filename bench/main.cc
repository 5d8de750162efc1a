// SPDX-License-Identifier: AGPL-3.0-or-later

// kith-bench: the program behind every figure of docs/performance.md.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>

#include "bench/workloads.h"

int main(int argc, char** argv) {
  using namespace kith::bench;
  const std::map<std::string, bool (*)(const Options&, Report&)> workloads = {{"idle", run_idle},
                                                                              {"pairs", run_pairs},
                                                                              {"floor", run_floor},
                                                                              {"offline", run_offline},
                                                                              {"login", run_login},
                                                                              {"storm", run_storm},
                                                                              {"slow", run_slow},
                                                                              {"core", run_core},
                                                                              {"search", run_search},
                                                                              {"group", run_group},
                                                                              {"group_killed", run_group_killed},
                                                                              {"media", run_media},
                                                                              {"million", run_million},
                                                                              {"history", run_history},
                                                                              {"clearing", run_clearing}};
  std::vector<std::string> names;
  std::string json;
  Options options;
  CLI::App app("Measures kithd and the client core. Starts what it needs on free ports of loopback, and stops it.");
  std::vector<std::string> known;
  for (const auto& [name, run] : workloads) known.push_back(name);
  app.add_option("workload", names,
                 "idle, pairs, floor, offline, login, storm, slow, group, group_killed, core, history, clearing, "
                 "search, media, million; all but the last two when none is named")
      ->check(CLI::IsMember(known));
  app.add_option("--json", json, "also write the figures to this file");
  app.add_option("--rounds", options.rounds, "rounds, of which the median counts")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--loops", options.loops, "event loops of kithd; 0: one for each processor")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "length of a round of pairs and floor")
      ->check(CLI::Range(0.1, 600.0))
      ->capture_default_str();
  app.add_option("--pairs", options.pairs, "pairs of users")->check(CLI::Range(1, 9'000))->capture_default_str();
  app.add_option("--payload", options.payload_bytes, "bytes of a message")
      ->check(CLI::Range(1, 48'000))
      ->capture_default_str();
  app.add_option("--rate", options.rate, "messages a second of the open loop")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--idle-from", options.idle_from, "connections at the first look")
      ->check(CLI::Range(1, 19'000))
      ->capture_default_str();
  app.add_option("--idle-to", options.idle_to, "connections at the second look")
      ->check(CLI::Range(2, 19'000))
      ->capture_default_str();
  app.add_option("--users", options.offline_users, "absent users of offline")
      ->check(CLI::Range(1, 15'000))
      ->capture_default_str();
  app.add_option("--mebibytes", options.media_mebibytes, "of media's file")
      ->check(CLI::Range(1, 2'000))
      ->capture_default_str();
  app.add_option("--connections", options.million, "connections of million")
      ->check(CLI::Range(1'000, 1'000'000))
      ->capture_default_str();
  app.add_option("--open-within", options.million_seconds, "seconds in which million opens its connections")
      ->check(CLI::Range(1.0, 3'600.0))
      ->capture_default_str();
  app.add_option("--messages", options.offline_messages, "messages of offline")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  app.add_option("--offline-rate", options.offline_rate, "messages a second of offline's open loop")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--give-back", options.give_back_seconds, "seconds that offline waits for drained disk space")
      ->check(CLI::Range(0.0, 600.0))
      ->capture_default_str();
  app.add_option("--logins", options.logins, "accounts that log in")
      ->check(CLI::Range(1, 15'000))
      ->capture_default_str();
  app.add_option("--storm-devices", options.storm_devices, "devices that come back at once")
      ->check(CLI::Range(1, 15'000))
      ->capture_default_str();
  app.add_option("--storm-messages", options.storm_messages, "messages on their way meanwhile")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  app.add_option("--slow-messages", options.slow_messages, "messages behind the slow reader")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--slow-payload", options.slow_payload_bytes, "bytes of one of them")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--slow-rate", options.slow_rate, "of them a second that it takes")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--group-messages", options.group_messages, "messages to a group whose members are away")
      ->check(CLI::Range(10, 15'000))
      ->capture_default_str();
  app.add_option("--group-payload", options.group_payload_bytes, "bytes of one of them")
      ->check(CLI::Range(1, 48'000))
      ->capture_default_str();
  app.add_option("--groups", options.killed_groups, "groups of group_killed")
      ->check(CLI::Range(1, 400))
      ->capture_default_str();
  app.add_option("--kills", options.kills, "times that group_killed kills the server")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  app.add_option("--core-messages", options.core_messages, "messages of core")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--search-messages", options.search_messages, "messages of search")
      ->check(CLI::Range(10'000, 1'000'000))
      ->capture_default_str();
  app.add_option("--clearing-messages", options.clearing_messages, "messages of clearing")
      ->check(CLI::Range(1'000, 1'000'000))
      ->capture_default_str();
  app.add_option("--history-messages", options.history_messages, "messages of history")
      ->check(CLI::Range(1'000, 1'000'000))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (options.idle_to <= options.idle_from) return std::fprintf(stderr, "--idle-to must be above --idle-from\n"), 2;
  if (names.empty()) {
    names = known;
    std::erase(names, "media");    // nginx and curl
    std::erase(names, "million");  // some minutes, and some ten gigabytes
  }

  Report report;
  bool good = true;
  for (const std::string& name : names) {
    std::fprintf(stderr, "%s…\n", name.c_str());
    if (workloads.at(name)(options, report)) continue;
    std::fprintf(stderr, "%s: failed; its figures mean nothing\n", name.c_str());
    good = false;
  }
  report.print_table();
  if (!json.empty() && !report.write_json(json)) {
    std::fprintf(stderr, "%s can't be written\n", json.c_str());
    good = false;
  }
  return good ? 0 : 1;
}
