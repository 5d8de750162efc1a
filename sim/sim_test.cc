// SPDX-License-Identifier: AGPL-3.0-or-later

// The simulator about itself: a seed is one run, whoever runs it. The runs over many seeds are tests of their own
// (CMakeLists.txt).
#include <gtest/gtest.h>

#include <cstdio>

#include "sim/simulation.h"

namespace kith::sim {
namespace {

// The trace as it is printed, and what came out.
struct Replay {
  Outcome outcome;
  std::string trace;
};

Replay replay(uint64_t seed) {
  char* text = nullptr;
  size_t size = 0;
  std::FILE* const out = open_memstream(&text, &size);
  Replay replay{Simulation(Simulation::people_of(seed)).run(seed, Mutation::kNone, out), ""};
  std::fclose(out);
  replay.trace.assign(text, size);
  std::free(text);
  return replay;
}

TEST(Simulation, ASeedMakesTheSameTraceToTheByte) {
  size_t linked = 0;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    const Replay first = replay(seed);
    const Replay second = replay(seed);
    EXPECT_EQ(first.outcome.digest, second.outcome.digest) << "seed " << seed;
    EXPECT_EQ(first.trace, second.trace) << "seed " << seed;
    EXPECT_GT(first.trace.size(), 4'000u) << "seed " << seed << ": little happened";
    linked += first.outcome.linked;
  }
  EXPECT_GT(linked, 0u) << "devices, in a share of the seeds";
}

TEST(Simulation, PrintingTheTraceChangesNothing) {
  const Outcome silent = Simulation(Simulation::people_of(3)).run(3, Mutation::kNone, nullptr);
  EXPECT_EQ(silent.digest, replay(3).outcome.digest);
}

TEST(Simulation, AnotherSeedIsAnotherRun) { EXPECT_NE(replay(1).outcome.digest, replay(2).outcome.digest); }

TEST(Simulation, EveryKindOfFaultIsDrawn) {
  Profile all;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    Dice dice(seed);
    Profile profile = Profile::draw(dice);
    profile.draw_server(dice);
    profile.draw_linked(dice);
    all.cuts |= profile.cuts;
    all.half_open |= profile.half_open;
    all.http_loss |= profile.http_loss;
    all.slow_network |= profile.slow_network;
    all.server_crashes |= profile.server_crashes;
    all.server_disk |= profile.server_disk;
    all.device_crashes |= profile.device_crashes;
    all.device_disk |= profile.device_disk;
    all.clocks |= profile.clocks;
    all.moves |= profile.moves;
    all.blocks |= profile.blocks;
    all.copies |= profile.copies;
    all.small_inboxes |= profile.small_inboxes;
    all.expiry |= profile.expiry;
    all.lies |= profile.lies && !profile.grave_lies;
    all.grave_lies |= profile.grave_lies;
    all.linked |= profile.linked;
    all.idle |= profile.idle;
  }
  EXPECT_TRUE(all.cuts && all.half_open && all.http_loss && all.slow_network && all.server_crashes && all.server_disk &&
              all.device_crashes && all.device_disk && all.clocks && all.moves && all.blocks && all.copies);
  EXPECT_TRUE(all.small_inboxes && all.expiry && all.lies && all.grave_lies && all.linked && all.idle);
}
// ---------------------------------------------------------------- positions

wire::ServerFrame deliver(std::initializer_list<Position> positions) {
  wire::ServerFrame frame;
  for (const Position position : positions) frame.mutable_deliver()->add_entries()->set_position(position.value);
  return frame;
}

TEST(PositionCheck, SeesAGap) {  // [INBOX-3]
  PositionCheck check;
  check.hello(Position::of(3, 7));
  EXPECT_FALSE(check.look(deliver({Position::of(3, 8), Position::of(4, 1)})));
  EXPECT_TRUE(check.look(deliver({Position::of(4, 3)})));
}

TEST(PositionCheck, SeesOneMessageAtTwoPositions) {  // [SEND-1]
  PositionCheck check;
  check.hello({});
  wire::ServerFrame frame = deliver({Position::of(1, 1), Position::of(1, 2)});
  for (wire::Entry& entry : *frame.mutable_deliver()->mutable_entries())
    entry.mutable_message()->set_payload("the same");
  EXPECT_TRUE(check.look(frame));
}

}  // namespace
}  // namespace kith::sim
