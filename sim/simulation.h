// SPDX-License-Identifier: AGPL-3.0-or-later

// One run: people and a server, some of what can go wrong, and then the checks.
//
//   set up    everybody registers, nothing goes wrong. The same for every seed of the same number of people
//   chaos     everybody lives, and faults happen, as the seed says
//   calm      faults stop and are mended; everything must come to rest within a bounded time
//   check     everybody reads everything; it comes to rest again; then the ledger is asked
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/faults.h"
#include "sim/file_liar.h"

namespace kith::sim {

struct Outcome {
  std::vector<std::string> violations;  // empty: the run is good
  uint64_t digest = 0;                  // of the trace
  uint64_t events = 0;
  size_t texts = 0;
  size_t shown = 0;
  size_t linked = 0;  // devices, one after the other
  uint64_t server_crashes = 0;
};

class Simulation {
 public:
  // Sets up. Seeds differ in how many people they have.
  explicit Simulation(size_t people);
  ~Simulation() { server_.crash(); }  // whatever it still does
  static size_t people_of(uint64_t seed);
  static constexpr size_t kPeopleMin = 2;
  static constexpr size_t kPeopleMax = 6;

  // Once.
  Outcome run(uint64_t seed, Mutation mutation, std::FILE* trace);

 private:
  void link_devices(const Profile& profile, Dice& dice);
  void run_for(uint64_t us);
  // Everybody comes online, and is asked how it is.
  void look(bool agrees);
  [[nodiscard]] Outcome outcome(uint64_t events_before) const;
  bool calm();
  // A time in which everything that still can leaves; what waits for a person to agree may wait.
  void settle(uint64_t us);
  bool at_rest();
  size_t entries_left();
  std::map<std::string, GroupLedger::Course> courses_of_groups();
  std::vector<FinalView> views_of(const std::vector<Seat*>& seats);
  // Asks for every file everywhere, opens them, and lets the ledger see. `one_first`: on one device of each person
  // first, so that the others hear of what was to be viewed once.
  void check_files(bool one_first);
  // Everybody looks at everybody's photo.
  void check_photos();
  void check_read(const std::vector<Seat*>& readers);
  void check();

  uint64_t events_most_;
  Scheduler scheduler_;
  Trace trace_;
  Ledger ledger_;
  Server server_;
  Liar liar_;
  FileLiar file_liar_;
  std::vector<std::unique_ptr<Person>> people_;
  Faults faults_;
};

}  // namespace kith::sim
