// SPDX-License-Identifier: AGPL-3.0-or-later

// The devices that a person links to the one that has registered the number, and what becomes of them: they are linked
// by the links that they show, renamed, put away for long, removed, ended when nobody uses them, and linked again. All
// of it is asked of the cores; what a crash or the network keeps from being done is tried again, as people do.
//
// Nothing here throws dice unless the person has linked devices in this run.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/seat.h"
#include "sim/surroundings.h"

namespace kith::sim {

class Person;

class LinkedDevices {
 public:
  static constexpr size_t kMost = 3;

  LinkedDevices(Surroundings surroundings, Person& person) : on_(surroundings), person_(person) {}

  void reseed(uint64_t seed, uint64_t stream) { dice_.reseed(seed, stream); }
  Dice& dice() { return dice_; }
  // The person links up to `most` devices from now on, the first of them within `soon_us`. `crashes`: while they are
  // about it, either of the two may be killed, or the first one taken offline.
  void live(size_t most, uint64_t soon_us, bool crashes);
  [[nodiscard]] bool live() const { return most_ > 0; }
  // Does something with them now and then. True: it has.
  bool deed();
  // One of them is not used for longer than a device may be (DEVICE-11); `pass` lets that time go by, on all clocks.
  void leave_one_idle(const std::function<void(int64_t us)>& pass);
  // The number was registered anew: they have no power any more.
  void are_gone();

  // ---- when nothing goes wrong any more
  // No further one is linked, and what is under way goes on.
  void calm_down() { calm_ = true; }
  // What is asked again and again until everything is at rest.
  void look();
  // Every device is in the account or out of it, both by what it says itself and by the server's list, and has the
  // history that it was promised.
  [[nodiscard]] bool at_rest();
  // What all of them must agree about in the end.
  void check();

  // Every one that there is, in the account or out of it.
  [[nodiscard]] std::vector<Seat*> all();
  // Those in the account.
  [[nodiscard]] std::vector<Seat*> members();

 private:
  enum class Stage : uint8_t {
    kFree,     // has nothing of any account
    kLinking,  // shows a link
    kMember,
    kLeft,    // was removed, and may not know it yet
    kDrawer,  // for good
  };
  struct Place {
    Place(Surroundings surroundings, Person& person) : seat(surroundings, person) {}
    Seat seat;
    Stage stage = Stage::kFree;
    uint32_t id = 0;      // its number in the account
    uint64_t ticket = 0;  // of what is under way
    client_api::HistoryScope history = client_api::kHistoryNone;
    client_api::ListDevicesResponse devices;  // as it knows them
  };

  void change_something();
  void begin_linking();
  void try_to_link(Place& place);
  void open(Place& place, const std::string& link, uint64_t ticket);
  void interrupt(Place& place);
  void ask_whether_linked(Place& place, uint64_t ticket);
  void ask_whether_empty(Place& place, uint64_t ticket);
  void has_joined(Place& place, const client_api::State& state);
  void has_left(Place& place);
  void rename_one();
  void remove_one();
  void put_one_away();
  void unblock_all();
  static void ask_devices(Seat& seat, client_api::ListDevicesResponse& devices);
  void check_history(Place& place);
  // The account's list as the server has it: numbers and names.
  [[nodiscard]] std::map<uint32_t, std::string> listed();
  Place* some_member();

  Surroundings on_;
  Person& person_;
  Dice dice_;
  size_t most_ = 0;
  bool crashes_ = false;
  bool calm_ = false;
  std::vector<std::unique_ptr<Place>> places_;
  client_api::ListDevicesResponse devices_;  // as the first device knows them
};

}  // namespace kith::sim
