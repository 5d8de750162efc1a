// SPDX-License-Identifier: AGPL-3.0-or-later

// One user: a phone number, the device that has registered it, perhaps linked ones, and habits.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/correction_life.h"
#include "sim/file_life.h"
#include "sim/group_life.h"
#include "sim/linked_devices.h"
#include "sim/photo_life.h"
#include "sim/reaction_life.h"
#include "sim/seat.h"
#include "sim/surroundings.h"

namespace kith::sim {

class Person {
 public:
  Person(Surroundings surroundings, std::string name, std::string phone);

  void reseed(uint64_t seed, uint64_t stream);
  void set_mutation(Mutation mutation);

  // A new device, which registers the number, connects, and opens its conversations; every step is insisted on. What
  // was linked to the one before is gone with it.
  void get_device();
  void set_peers(std::vector<Person*> peers) { peers_ = std::move(peers); }
  [[nodiscard]] const std::vector<Person*>& peers() const { return peers_; }
  // The device has done all of that.
  [[nodiscard]] bool is_set_up() const { return first_.is_set_up(); }

  // Does something now and then, `pause_us` apart on average, until told otherwise.
  void live(uint64_t pause_us);
  void rest();
  void block(const Person& other, bool blocked);
  void unblock_everybody();
  // The server lies from now on: so people have each other in their address books, write to numbers as well, and notes
  // to themselves, and when identities are at stake (`compares`) they have met before and compared some safety numbers.
  void meet_a_liar(bool compares);
  [[nodiscard]] bool is_lied_to() const { return is_lied_to_; }

  // All devices, also those that are about to be linked, or are in the account no more; those that are in it.
  [[nodiscard]] std::vector<Seat*> seats();
  [[nodiscard]] std::vector<Seat*> members();
  // One of these, by chance if there are several.
  [[nodiscard]] Seat& some_seat();
  [[nodiscard]] Seat& some_member();
  // The one that has registered the number.
  [[nodiscard]] Seat& first() { return first_; }
  [[nodiscard]] LinkedDevices& linked() { return linked_; }
  [[nodiscard]] GroupLife& groups() { return groups_; }
  [[nodiscard]] FileLife& files() { return files_; }
  [[nodiscard]] PhotoLife& photos() { return photos_; }
  [[nodiscard]] ReactionLife& reactions() { return reactions_; }
  [[nodiscard]] CorrectionLife& corrections() { return corrections_; }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& phone() const { return phone_; }
  [[nodiscard]] const std::string& account() const { return account_; }

  // ---- for devices that are linked
  // A name that no device of the person has had, and the stream of its dice.
  struct NewDevice {
    std::string name;
    uint64_t seed;
    uint64_t stream;
    Mutation mutation;
  };
  NewDevice new_device();

 private:
  Seat& some_of(const std::vector<Seat*>& seats);
  void next_deed(uint64_t ticket);
  void deed();
  void write(Seat& seat);
  std::string next_text() { return std::to_string(++texts_); }
  void request_code();
  void register_number(const std::string& code);

  Surroundings on_;
  std::string name_;
  std::string phone_;
  std::string account_;
  Dice dice_;
  Mutation mutation_ = Mutation::kNone;
  uint64_t seed_ = 0;
  uint64_t stream_ = 0;
  uint32_t devices_ = 0;
  Seat first_;
  LinkedDevices linked_;
  GroupLife groups_;
  FileLife files_;
  PhotoLife photos_;
  ReactionLife reactions_;
  CorrectionLife corrections_;
  std::vector<Person*> peers_;
  std::map<std::string, Seat*> blocked_;  // accounts, and where they were
  bool is_lied_to_ = false;
  uint64_t pause_us_ = 0;
  uint64_t ticket_ = 0;
  uint32_t texts_ = 0;
};

}  // namespace kith::sim
