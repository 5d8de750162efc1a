// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/faults.h"

#include <sqlite3.h>

namespace kith::sim {
namespace {

constexpr uint64_t kSecond = 1'000'000;
constexpr int64_t kDay = 24 * 3600 * int64_t{1'000'000};

// Seconds, hours or weeks, either way.
int64_t clock_jump(Dice& dice) {
  const int64_t sizes[] = {2'000'000, 60'000'000, kDay / 6, 45 * kDay};
  const auto jump = static_cast<int64_t>(dice.below(static_cast<uint64_t>(sizes[dice.below(4)])));
  return dice.percent(50) ? jump : -jump;
}

}  // namespace

Profile Profile::draw(Dice& dice) {
  Profile profile;
  profile.pause_us = dice.between(1, 8) * kSecond;
  profile.chaos_us = dice.skewed(8, 60) * kSecond;
  profile.fault_every_us = dice.between(200, 3'000) * 1000;
  profile.cuts = dice.percent(50);
  profile.half_open = dice.percent(40);
  profile.http_loss = dice.percent(40);
  profile.slow_network = dice.percent(30);
  profile.server_crashes = dice.percent(50);
  profile.server_disk = dice.percent(40);
  profile.device_crashes = dice.percent(50);
  profile.device_disk = dice.percent(40);
  profile.clocks = dice.percent(40);
  profile.moves = dice.percent(10);
  profile.blocks = dice.percent(15);
  profile.copies = dice.percent(8);
  return profile;
}

void Profile::draw_server(Dice& dice) {
  small_inboxes = dice.percent(15);
  expiry = dice.percent(10);
  lies = dice.percent(20);
  grave_lies = lies && dice.percent(60);
  if (!grave_lies) return;
  // What an interface is told has to arrive, so that it is known what a person knew.
  device_crashes = device_disk = moves = blocks = copies = false;
}

void Profile::draw_linked(Dice& dice) {
  linked = !grave_lies && (dice.percent(25) || (lies && dice.percent(33)));
  idle = linked && dice.percent(10);
}

void Profile::draw_groups(Dice& dice) { groups = !grave_lies && dice.percent(30); }

void Profile::draw_reactions(Dice& dice) { reactions = !grave_lies && dice.percent(30); }

void Profile::draw_corrections(Dice& dice) { corrections = dice.percent(30) && !grave_lies; }

void Profile::draw_files(Dice& dice) {
  files = !grave_lies && dice.percent(30);
  if (files) breaks = dice.percent(70) ? dice.skewed(1, 40) : 0;
}

void Profile::draw_file_lies(Dice& dice) {
  if (files && dice.percent(35)) file_lies = dice.skewed(5, 40);
}

void Profile::draw_photos(Dice& dice) {
  photos = !lies && file_lies == 0 && dice.percent(20);
  shows_photos = photos && dice.percent(50);
}

void Faults::start(const Profile& profile, uint64_t seed) {
  profile_ = profile;
  moved_ = put_back_ = false;
  copied_ = nullptr;
  dice_.reseed(seed, 4);
  for (const auto& person : people_) begin(person->first());
  const uint64_t ticket = ++ticket_;
  scheduler_.after(dice_.between(0, profile_.fault_every_us), [this, ticket] { next(ticket); });
  if (profile_.idle) leave_one_idle(ticket);
  if (!profile_.lies) return;
  lies_.reseed(seed, 8);
  std::vector<Liar::Account> accounts;
  for (const auto& person : people_)
    accounts.push_back({person->name(), person->phone(), *AccountId::from_hex(person->account())});
  liar_.start(std::move(accounts), profile_.grave_lies, profile_.linked, seed);
  next_lie(ticket);
}

void Faults::begin(Seat& seat) {
  seat.network.set_breaks(profile_.breaks);
  if (profile_.slow_network) {
    const uint64_t least = dice_.between(1, 200) * 1000;
    seat.network.set_delay({least, least + dice_.skewed(1, 3'000) * 1000});
  }
  if (profile_.http_loss) seat.network.set_http_loss(dice_.below(15), dice_.below(15));
  if (!profile_.clocks) return;
  seat.set_clock(clock_jump(dice_));
  seat.device().clock.drift(static_cast<int64_t>(dice_.below(20'000)) - 10'000);
}

void Faults::next_lie(uint64_t ticket) {
  if (ticket != ticket_) return;
  liar_.lie();
  scheduler_.after(lies_.between(200'000, 6 * kSecond), [this, ticket] { next_lie(ticket); });
}

void Faults::stop() {
  ++ticket_;
  trace_.note(scheduler_.now(), "faults", "stop");
  server_.disk.trouble = {};
  if (profile_.grave_lies) {
    liar_.rest();
  } else {
    liar_.stop();
  }
  server_.forget_plans();
  server_.start();
  for (const auto& person : people_) {
    for (Seat* const seat : person->seats()) {
      seat->network.set_online(true);
      seat->network.set_silent(false);
      seat->network.set_delay({500, 5'000});
      seat->network.set_http_loss(0, 0);
      seat->network.set_breaks(0);
      seat->device().forget_plans();
      seat->device().start();
      seat->device().network_changed(true);
    }
    person->unblock_everybody();
  }
}

void Faults::later(std::move_only_function<void()> undo, uint64_t most_us) {
  scheduler_.after(dice_.skewed(kSecond / 10, most_us), [this, ticket = ticket_, undo = std::move(undo)]() mutable {
    if (ticket == ticket_) undo();
  });
}

void Faults::next(uint64_t ticket) {
  if (ticket != ticket_) return;
  one();
  scheduler_.after(dice_.between(0, 2 * profile_.fault_every_us), [this, ticket] { next(ticket); });
}

void Faults::one() {
  Person& person = *people_[dice_.below(people_.size())];
  switch (dice_.below(10)) {
    case 0:
    case 1: return network_fault(person.some_seat());
    case 2:
      if (profile_.server_crashes) server_fault();
      return;
    case 3:
      if (profile_.server_disk) server_disk_fault();
      return;
    case 4:
      if (profile_.device_crashes) device_fault(person.some_seat());
      return;
    case 5:
      if (profile_.device_disk) device_disk_fault(person.some_seat());
      return;
    case 6:
      if (profile_.clocks) clock_fault(person.some_seat());
      return;
    case 7:
      if (profile_.moves && !moved_ && person.is_set_up() && dice_.percent(30)) {
        moved_ = true;
        person.get_device();
      }
      return;
    case 8:
      if (profile_.blocks) block_fault(person);
      return;
    case 9:
      if (profile_.copies && person.is_set_up()) copy_fault(person.some_seat());
      return;
  }
}

void Faults::network_fault(Seat& seat) {
  switch (dice_.below(4)) {
    case 0:
      if (profile_.cuts) seat.network.cut();
      return;
    case 1:
      if (!profile_.cuts) return;
      seat.network.set_online(false);
      seat.device().network_changed(false);
      return later(
          [&seat] {
            seat.network.set_online(true);
            seat.device().network_changed(true);
          },
          20 * kSecond);
    case 2:
      if (!profile_.half_open) return;
      if (dice_.percent(50)) {
        seat.network.silence(dice_.percent(70), dice_.percent(70));
        // The network changed under the socket: usually the system notices.
        if (dice_.percent(70)) seat.device().network_changed(true);
        return;
      }
      seat.network.set_silent(true);
      return later([&seat] { seat.network.set_silent(false); }, 20 * kSecond);
    case 3:
      if (profile_.slow_network) {
        const uint64_t least = dice_.between(1, 500) * 1000;
        seat.network.set_delay({least, least + dice_.skewed(1, 3'000) * 1000});
      }
      return;
  }
}

void Faults::server_fault() {
  const uint64_t down_us = dice_.percent(50) ? 1000 : dice_.skewed(kSecond / 10, 8 * kSecond);
  if (dice_.percent(15)) {
    server_.stop();
    scheduler_.after(down_us, [this] { server_.start(); });
  } else {
    server_.crash_after(dice_.skewed(1, 400), down_us);
  }
}

void Faults::server_disk_fault() {
  DiskTrouble& trouble = server_.disk.trouble;
  trace_.note(scheduler_.now(), "faults", "server's disk");
  switch (dice_.below(5)) {
    case 0:
      trouble.slow_percent = dice_.between(5, 90);
      return later([&trouble] { trouble.slow_percent = 0; }, 20 * kSecond);
    case 1:
      trouble.fail_percent = dice_.between(1, 40);
      return later([&trouble] { trouble.fail_percent = 0; }, 20 * kSecond);
    case 2: trouble.inbox_full = true; return later([&trouble] { trouble.inbox_full = false; }, 20 * kSecond);
    case 3: trouble.inbox_away = true; return later([&trouble] { trouble.inbox_away = false; }, 10 * kSecond);
    case 4: trouble.accounts_away = true; return later([&trouble] { trouble.accounts_away = false; }, 10 * kSecond);
  }
}

void Faults::device_fault(Seat& seat) {
  const uint64_t down_us = dice_.percent(50) ? 1000 : dice_.skewed(kSecond / 10, 20 * kSecond);
  seat.device().crash_after(dice_.skewed(0, 60), dice_.percent(50), down_us);
}

void Faults::device_disk_fault(Seat& seat) {
  trace_.note(scheduler_.now(), seat.owner(), "its disk is in trouble");
  Device& device = seat.device();
  switch (dice_.below(3)) {
    case 0:
      return device.disk().fail_after(dice_.below(20), dice_.percent(50) ? SQLITE_IOERR_WRITE : SQLITE_IOERR_FSYNC);
    case 1:
      device.disk().fail_after(dice_.below(20), SQLITE_FULL, true);
      return later([&device] { device.disk().stop_failing(); }, 15 * kSecond);
    case 2: return device.crash_at_write(dice_.below(40), dice_.skewed(1000, 5 * kSecond));
  }
}

void Faults::clock_fault(Seat& seat) {
  trace_.note(scheduler_.now(), "faults", "clock");
  switch (dice_.below(3)) {
    case 0: return seat.set_clock(clock_jump(dice_));
    case 1: return seat.device().clock.drift(static_cast<int64_t>(dice_.below(20'000)) - 10'000);
    case 2: return server_.jump_clock(clock_jump(dice_));
  }
}

void Faults::block_fault(Person& person) {
  Person& other = *people_[dice_.below(people_.size())];
  if (&other == &person || !person.is_set_up()) return;
  person.block(other, true);
  later([&person, &other] { person.block(other, false); }, 20 * kSecond);
}

// First the copy, later it is put back; once in a run.
void Faults::copy_fault(Seat& seat) {
  if (copied_ == nullptr) {
    if (!seat.is_set_up()) return;
    copied_ = &seat;
    trace_.note(scheduler_.now(), seat.owner(), "has its home copied");
    seat.device().crash(false);
    seat.device().keep_copy();
  } else if (!put_back_ && copied_->is_set_up() && dice_.percent(50)) {
    put_back_ = true;
    trace_.note(scheduler_.now(), copied_->owner(), "has its home put back from the copy");
    copied_->put_back();
  }
  Device& device = copied_->device();
  scheduler_.after(1000, [&device] { device.start(); });
}

// Of the first who has one by then.
void Faults::leave_one_idle(uint64_t ticket) {
  scheduler_.after(4 * kSecond, [this, ticket] {
    if (ticket != ticket_) return;
    for (const auto& person : people_) {
      if (!person->linked().members().empty()) return person->linked().leave_one_idle([this](int64_t us) { pass(us); });
    }
    leave_one_idle(ticket);
  });
}

void Faults::pass(int64_t us) {
  trace_.note(scheduler_.now(), "faults", "time goes by", static_cast<uint64_t>(us));
  server_.jump_clock(us);
  for (const auto& person : people_) {
    for (Seat* const seat : person->seats()) seat->set_clock(us);
  }
}

}  // namespace kith::sim
