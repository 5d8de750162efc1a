// SPDX-License-Identifier: AGPL-3.0-or-later

// kith-sim: runs Kith under a simulated network, disks, clocks and crashes, all of it from a seed. docs/simulator.md
// says what and how.
#include <CLI/CLI.hpp>
#include <cinttypes>
#include <cstdio>

#include "sim/seeds.h"

namespace {

using namespace kith::sim;

bool parse_range(const std::string& text, uint64_t& first, uint64_t& last) {
  char* end = nullptr;
  first = std::strtoull(text.c_str(), &end, 10);
  if (end == text.c_str()) return false;
  if (*end == 0) {
    last = first;
    return true;
  }
  if (std::string_view(end).substr(0, 2) != "..") return false;
  const char* const second = end + 2;
  last = std::strtoull(second, &end, 10);
  return end != second && *end == 0 && last >= first;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Simulates people, their devices and a server, from a seed.");
  std::optional<uint64_t> seed;
  std::string seeds;
  std::string mutation_text;
  bool trace = false;
  bool must_fail = false;
  SeedRange range;
  app.add_option("--seed", seed, "Runs one seed and prints the digest of its trace");
  app.add_flag("--trace", trace, "With --seed: prints everything that happens");
  app.add_option("--seeds", seeds, "A..B: runs many, prints those that fail; exit code 1 when there is one");
  app.add_option("--jobs", range.jobs, "Processes that share the seeds")->check(CLI::Range(1, 256));
  app.add_option("--mutation", mutation_text, "Puts in a mistake on purpose (docs/simulator.md)");
  app.add_flag("--must-fail", must_fail,
               "With --seeds: ends at the first seed that fails, and the exit code is 1 when there is none");
  app.add_option("--rule", range.rule, "With --seeds: only a violation that names this rule is a failure");
  CLI11_PARSE(app, argc, argv);

  Mutation mutation = Mutation::kNone;
  if (!mutation_text.empty()) {
    const auto known = mutation_of(mutation_text);
    if (!known) {
      std::fprintf(stderr, "kith-sim: no such mutation; there are:\n");
      for (const MutationName& each : kMutations)
        std::fprintf(stderr, "  %.*s\n", static_cast<int>(each.name.size()), each.name.data());
      return 2;
    }
    mutation = *known;
  }
  if (seed) return run_one(*seed, mutation, trace) ? 0 : 1;
  if (!parse_range(seeds, range.first, range.last)) {
    std::fprintf(stderr, "kith-sim: give --seed N or --seeds A..B\n");
    return 2;
  }
  range.mutation = mutation;
  range.mutation_name = mutation_text;
  range.until_first_failure = must_fail;
  const uint64_t failed = run_many(range);
  return (failed != 0) == must_fail ? 0 : 1;
}
