// SPDX-License-Identifier: AGPL-3.0-or-later

// What a person says to messages with an emoji, and which it pins: one of the last of some conversation, on one of its
// devices, perhaps something else on another, and then something else again, or nothing any more.
//
// Nothing here throws dice unless the run has reactions.
#pragma once

#include "sim/seat.h"
#include "sim/surroundings.h"

namespace kith::sim {

class Person;

class ReactionLife {
 public:
  ReactionLife(Surroundings surroundings, Person& person) : on_(surroundings), person_(person) {}

  void reseed(uint64_t seed, uint64_t stream) { dice_.reseed(seed, stream); }
  void live() { lives_ = true; }
  // Does something now and then. True: it has.
  bool deed();

 private:
  void say(Seat& seat, const std::string& message);

  Surroundings on_;
  Person& person_;
  Dice dice_;
  bool lives_ = false;
};

}  // namespace kith::sim
