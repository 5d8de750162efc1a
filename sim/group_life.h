// SPDX-License-Identifier: AGPL-3.0-or-later

// What a person does in groups: makes some, writes and reads in them, adds and removes people, gives and takes roles,
// renames, shows links and joins by them, leaves. All by requests to a device's core, of which some fail, as roles and
// races have it.
//
// Nothing here throws dice unless the run has groups.
#pragma once

#include <string>
#include <vector>

#include "sim/seat.h"
#include "sim/surroundings.h"

namespace kith::sim {

class Person;

class GroupLife {
 public:
  static constexpr size_t kMost = 2;  // groups that somebody is in before making none any more

  GroupLife(Surroundings surroundings, Person& person) : on_(surroundings), person_(person) {}

  void reseed(uint64_t seed, uint64_t stream) { dice_.reseed(seed, stream); }
  void live() { lives_ = true; }
  [[nodiscard]] bool lives() const { return lives_; }
  // Does something now and then. True: it has.
  bool deed();
  // Reads all groups on this device.
  void read_everything(Seat& seat);
  // Somebody shows the person a link.
  void offer(const std::string& link) { links_.push_back(link); }

 private:
  void act(Seat& seat, const client_api::ListConversationsResponse& list);
  void make(Seat& seat);
  void write(Seat& seat, const client_api::Conversation& group);
  void change(Seat& seat, const client_api::Conversation& group);

  Surroundings on_;
  Person& person_;
  Dice dice_;
  bool lives_ = false;
  uint32_t texts_ = 0;
  std::vector<std::string> links_;
};

}  // namespace kith::sim
