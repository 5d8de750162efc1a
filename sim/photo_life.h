// SPDX-License-Identifier: AGPL-3.0-or-later

// What a person does with the photo of their profile: sets one and another, removes it, says who may see it, has one
// or the other among their contacts, and looks at what others have. All of it but looking on the device that has
// registered the number, so that what is asked for has one order.
//
// Nothing here throws dice unless the run has photos.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "sim/seat.h"
#include "sim/surroundings.h"

namespace kith::sim {

class Person;

class PhotoLife {
 public:
  PhotoLife(Surroundings surroundings, Person& person) : on_(surroundings), person_(person) {}

  void reseed(uint64_t seed, uint64_t stream) { dice_.reseed(seed, stream); }
  void live();
  [[nodiscard]] bool lives() const { return lives_; }
  // Does something now and then. True: it has.
  bool deed();

  // ---- in the end
  // Writes to everybody: a key goes with it to whoever may see the photo.
  void write_to_all();
  // Looks at everybody's photo on this device, and at the own one.
  void look_at_all(Seat& seat);
  // What was seen there last as the photo of a person, the own one as well. "": none; absent: nobody has looked.
  [[nodiscard]] std::optional<Bytes> seen(const Seat& seat, const std::string& of) const;

 private:
  void set();
  void set_scope();
  void set_contact(const Person& other);
  void open(Seat& seat, const std::string& photo, const std::string& of);

  Surroundings on_;
  Person& person_;
  Dice dice_;
  bool lives_ = false;
  uint32_t photos_ = 0;
  uint32_t texts_ = 0;
  std::map<std::pair<const Seat*, std::string>, Bytes> seen_;
};

}  // namespace kith::sim
