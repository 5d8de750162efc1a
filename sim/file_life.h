// SPDX-License-Identifier: AGPL-3.0-or-later

// What a person does with files: sends some with what is written, some of them to be viewed once, asks for those that
// have come and opens them, sends them on to others, deletes them from a device, gives up what is on its way, and sends
// it after all.
//
// Nothing here throws dice unless the run has files.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "sim/seat.h"
#include "sim/surroundings.h"

namespace kith::sim {

class Person;

class FileLife {
 public:
  FileLife(Surroundings surroundings, Person& person) : on_(surroundings), person_(person) {}

  void reseed(uint64_t seed, uint64_t stream) { dice_.reseed(seed, stream); }
  void live() { lives_ = true; }
  // What is about to be written on this device has a file, now and then.
  void attach(Seat& seat, client_api::SendMessageRequest& send);
  // Does something now and then. True: it has.
  bool deed();

  // ---- in the end
  // Asks for every file on this device, and opens each that is there.
  void ask_for_everything(Seat& seat);
  void open_everything(Seat& seat);
  // What the device has is what its messages have.
  void check(Seat& seat);

 private:
  using Messages = std::vector<client_api::Message>;
  // All messages of the device that have files: a conversation's at a time.
  void list(Seat& seat, std::function<void(const Messages&)> done);
  void act(Seat& seat, const client_api::Message& message);
  void open(Seat& seat, const client_api::Message& message);
  void send_on(Seat& seat, const client_api::Message& message);
  // What the device has is what was sealed.
  void check_bytes(Seat& seat, const client_api::Message& message);
  // Of `files`, which the device has, takes out what a message may have that nobody has opened yet.
  void check_once(Seat& seat, const client_api::Message& message, std::set<std::string>& files);

  Surroundings on_;
  Person& person_;
  Dice dice_;
  bool lives_ = false;
  uint32_t texts_ = 0;
};

}  // namespace kith::sim
