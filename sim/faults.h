// SPDX-License-Identifier: AGPL-3.0-or-later

// What goes wrong, and how often. Each seed has some kinds of faults and not others, so that one kind is seen without
// the noise of the rest.
#pragma once

#include <memory>
#include <vector>

#include "sim/liar.h"
#include "sim/person.h"

namespace kith::sim {

struct Profile {
  uint64_t pause_us = 0;  // between two deeds of a user
  uint64_t chaos_us = 0;  // how long things go wrong
  uint64_t fault_every_us = 0;
  bool cuts = false;
  bool half_open = false;
  bool http_loss = false;
  bool slow_network = false;
  bool server_crashes = false;
  bool server_disk = false;
  bool device_crashes = false;
  bool device_disk = false;
  bool clocks = false;
  bool moves = false;          // a number registers anew
  bool blocks = false;         // somebody blocks somebody, for a while
  bool copies = false;         // the home of a device is put back from a copy
  bool small_inboxes = false;  // that are full soon
  bool expiry = false;         // what is not confirmed after some seconds is gone
  bool lies = false;           // the server lies about who is who
  bool grave_lies = false;     // and gives numbers and accounts to others
  bool linked = false;         // some people have linked devices
  bool idle = false;           // one of these is not used for weeks
  bool groups = false;         // people write in groups as well
  bool files = false;          // what they write has files, now and then
  bool reactions = false;
  bool corrections = false;
  uint64_t breaks = 0;        // per cent of what is on its way of those that break off
  bool photos = false;        // people have photos, with scopes
  bool shows_photos = false;  // the server says to whoever asks where a photo is
  uint64_t file_lies = 0;     // per cent of what the server answers about files

  static Profile draw(Dice& dice);
  // The rest, from dice of its own each.
  void draw_server(Dice& dice);
  void draw_linked(Dice& dice);
  void draw_groups(Dice& dice);
  void draw_files(Dice& dice);
  void draw_reactions(Dice& dice);
  void draw_corrections(Dice& dice);
  void draw_file_lies(Dice& dice);
  void draw_photos(Dice& dice);
};

class Faults {
 public:
  Faults(Scheduler& scheduler, Trace& trace, Server& server, Liar& liar, std::vector<std::unique_ptr<Person>>& people)
      : scheduler_(scheduler), trace_(trace), server_(server), liar_(liar), people_(people) {}

  void start(const Profile& profile, uint64_t seed);
  // Nothing goes wrong any more, and what is broken is mended; clocks stay as they are.
  void stop();

 private:
  void next(uint64_t ticket);
  void next_lie(uint64_t ticket);
  void one();
  void begin(Seat& seat);
  void network_fault(Seat& seat);
  void server_fault();
  void server_disk_fault();
  void device_fault(Seat& seat);
  void device_disk_fault(Seat& seat);
  void clock_fault(Seat& seat);
  void block_fault(Person& person);
  void copy_fault(Seat& seat);
  void leave_one_idle(uint64_t ticket);
  // Time in which nobody does anything goes by.
  void pass(int64_t us);
  // Undoes something after a while, unless stop() has.
  void later(std::move_only_function<void()> undo, uint64_t most_us);

  Scheduler& scheduler_;
  Trace& trace_;
  Server& server_;
  Liar& liar_;
  std::vector<std::unique_ptr<Person>>& people_;
  Dice dice_;
  Dice lies_;  // when they come
  Profile profile_;
  uint64_t ticket_ = 0;
  bool moved_ = false;
  Seat* copied_ = nullptr;  // of whose device's home there is a copy, or it was put back
  bool put_back_ = false;
};

}  // namespace kith::sim
