// SPDX-License-Identifier: AGPL-3.0-or-later

// What a person does about messages that are there: gives one of the last of some conversation another text, deletes it
// for everybody or for itself, on one of its devices, perhaps something else on another at the same time. Some people
// clear a whole conversation now and then, or delete it.
//
// Nothing here throws dice unless the run has corrections.
#pragma once

#include "sim/seat.h"
#include "sim/surroundings.h"

namespace kith::sim {

class Person;

class CorrectionLife {
 public:
  CorrectionLife(Surroundings surroundings, Person& person) : on_(surroundings), person_(person) {}

  void reseed(uint64_t seed, uint64_t stream) { dice_.reseed(seed, stream); }
  void live() {
    lives_ = true;
    clears_ = dice_.percent(40);
  }
  // Does something now and then. True: it has.
  bool deed();

 private:
  void say(Seat& seat, const client_api::Message& message);
  void edit(Seat& seat, const client_api::Message& message);
  void erase(Seat& seat, const client_api::Message& message, bool for_everyone);
  void clear(Seat& seat);

  Surroundings on_;
  Person& person_;
  Dice dice_;
  bool lives_ = false;
  bool clears_ = false;
};

}  // namespace kith::sim
