// SPDX-License-Identifier: AGPL-3.0-or-later

// Running seeds: one in this process, or many, each in a process of its own, so that one that aborts is a seed that
// fails and no more.
#pragma once

#include <cstdint>
#include <string>

#include "sim/mutations.h"

namespace kith::sim {

// Prints what happened. True: the run is good.
bool run_one(uint64_t seed, Mutation mutation, bool trace);

struct SeedRange {
  uint64_t first = 1;
  uint64_t last = 1;
  uint32_t jobs = 1;
  Mutation mutation = Mutation::kNone;
  std::string mutation_name;
  bool until_first_failure = false;
  std::string rule;  // not empty: only a violation that names it is a failure
};
// Prints each seed that fails with how to run it again, and a summary. The number of seeds that failed.
uint64_t run_many(const SeedRange& range);

}  // namespace kith::sim
