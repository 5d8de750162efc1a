// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/seeds.h"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "sim/simulation.h"

namespace kith::sim {
namespace {

// What the processes of a range share.
struct Board {
  std::atomic<uint64_t> next;
  std::atomic<uint64_t> done;
  std::atomic<uint64_t> failed;
  std::atomic<uint64_t> texts;
  std::atomic<uint64_t> linked;
  std::atomic<uint64_t> crashes;
  std::atomic<uint64_t> digest;
};

void print_violations(uint64_t seed, const std::vector<std::string>& violations) {
  for (const std::string& violation : violations) std::printf("seed %" PRIu64 ": %s\n", seed, violation.c_str());
}

std::string how_to_replay(uint64_t seed, const std::string& mutation) {
  std::string line = "kith-sim --seed " + std::to_string(seed);
  if (!mutation.empty()) line += " --mutation " + mutation;
  return line + " --trace";
}

// In a child of its own; the set-up is there already.
[[noreturn]] void run_in_child(Simulation& simulation, uint64_t seed, const SeedRange& range, Board& board) {
  const Outcome outcome = simulation.run(seed, range.mutation, nullptr);
  board.texts += outcome.texts;
  board.linked += outcome.linked;
  board.crashes += outcome.server_crashes;
  board.digest += outcome.digest;
  print_violations(seed, outcome.violations);
  std::fflush(stdout);
  const bool failed = std::any_of(outcome.violations.begin(), outcome.violations.end(), [&](const std::string& each) {
    return range.rule.empty() || each.find(range.rule) != std::string::npos;
  });
  _exit(failed ? 1 : 0);
}

// Takes seeds until there are none left.
void work(const SeedRange& range, Board& board,
          std::array<std::unique_ptr<Simulation>, Simulation::kPeopleMax + 1>& set_ups) {
  for (;;) {
    const uint64_t seed = board.next++;
    if (seed > range.last || (range.until_first_failure && board.failed != 0)) return;
    const pid_t child = fork();
    if (child == 0) run_in_child(*set_ups[Simulation::people_of(seed)], seed, range, board);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) std::abort();
    ++board.done;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    ++board.failed;
    if (WIFSIGNALED(status)) std::printf("seed %" PRIu64 ": ended by signal %d\n", seed, WTERMSIG(status));
    std::printf("seed %" PRIu64 " FAILED; again: %s\n", seed, how_to_replay(seed, range.mutation_name).c_str());
    std::fflush(stdout);
  }
}

}  // namespace

bool run_one(uint64_t seed, Mutation mutation, bool trace) {
  Simulation simulation(Simulation::people_of(seed));
  const Outcome outcome = simulation.run(seed, mutation, trace ? stdout : nullptr);
  print_violations(seed, outcome.violations);
  std::printf("seed %" PRIu64 ": %s, %zu texts, %zu shown, %zu devices linked, server crashes %" PRIu64
              ", events %" PRIu64 ", digest %016" PRIx64 "\n",
              seed, outcome.violations.empty() ? "good" : "FAILED", outcome.texts, outcome.shown, outcome.linked,
              outcome.server_crashes, outcome.events, outcome.digest);
  return outcome.violations.empty();
}

uint64_t run_many(const SeedRange& range) {
  // A process lives for some milliseconds: what it has from the system, it keeps.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 4 << 20);
  const auto began = std::chrono::steady_clock::now();
  void* const memory = mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  Board& board = *new (memory) Board{};
  board.next = range.first;
  std::array<std::unique_ptr<Simulation>, Simulation::kPeopleMax + 1> set_ups;
  for (size_t people = Simulation::kPeopleMin; people <= Simulation::kPeopleMax; ++people)
    set_ups[people] = std::make_unique<Simulation>(people);

  std::vector<pid_t> workers;
  for (uint32_t i = 0; i < range.jobs; ++i) {
    const pid_t worker = fork();
    if (worker < 0) std::abort();
    if (worker == 0) {
      work(range, board, set_ups);
      _exit(0);
    }
    workers.push_back(worker);
  }
  for (const pid_t worker : workers) waitpid(worker, nullptr, 0);

  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("%" PRIu64 " seeds, %" PRIu64 " failed; %" PRIu64 " texts, %" PRIu64 " devices linked, %" PRIu64
              " crashes of the server; %.1f s, %.1f seeds/s; digest %016" PRIx64 "\n",
              board.done.load(), board.failed.load(), board.texts.load(), board.linked.load(), board.crashes.load(),
              seconds, static_cast<double>(board.done) / seconds, board.digest.load());
  const uint64_t failed = board.failed;
  munmap(memory, sizeof(Board));
  return failed;
}

}  // namespace kith::sim
