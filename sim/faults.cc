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

void Faults::start(const Profile& profile, uint64_t seed) {
  profile_ = profile;
  moved_ = put_back_ = false;
  copied_ = nullptr;
  dice_.reseed(seed, 4);
  for (const auto& person : people_) {
    if (profile_.slow_network) {
      const uint64_t least = dice_.between(1, 200) * 1000;
      person->network.set_delay({least, least + dice_.skewed(1, 3'000) * 1000});
    }
    if (profile_.http_loss) person->network.set_http_loss(dice_.below(15), dice_.below(15));
    if (profile_.clocks) {
      person->set_clock(clock_jump(dice_));
      person->device().clock.drift(static_cast<int64_t>(dice_.below(20'000)) - 10'000);
    }
  }
  const uint64_t ticket = ++ticket_;
  scheduler_.after(dice_.between(0, profile_.fault_every_us), [this, ticket] { next(ticket); });
  if (!profile_.lies) return;
  lies_.reseed(seed, 8);
  std::vector<Liar::Account> accounts;
  for (const auto& person : people_)
    accounts.push_back({person->name(), person->phone(), *AccountId::from_hex(person->account())});
  liar_.start(std::move(accounts), profile_.grave_lies, seed);
  next_lie(ticket);
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
    person->network.set_online(true);
    person->network.set_silent(false);
    person->network.set_delay({500, 5'000});
    person->network.set_http_loss(0, 0);
    person->device().forget_plans();
    person->device().start();
    person->device().network_changed(true);
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
    case 1: return network_fault(person);
    case 2:
      if (profile_.server_crashes) server_fault();
      return;
    case 3:
      if (profile_.server_disk) server_disk_fault();
      return;
    case 4:
      if (profile_.device_crashes) device_fault(person);
      return;
    case 5:
      if (profile_.device_disk) device_disk_fault(person);
      return;
    case 6:
      if (profile_.clocks) clock_fault(person);
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
      if (profile_.copies && person.is_set_up()) copy_fault(person);
      return;
  }
}

void Faults::network_fault(Person& person) {
  switch (dice_.below(4)) {
    case 0:
      if (profile_.cuts) person.network.cut();
      return;
    case 1:
      if (!profile_.cuts) return;
      person.network.set_online(false);
      person.device().network_changed(false);
      return later(
          [&person] {
            person.network.set_online(true);
            person.device().network_changed(true);
          },
          20 * kSecond);
    case 2:
      if (!profile_.half_open) return;
      if (dice_.percent(50)) {
        person.network.silence(dice_.percent(70), dice_.percent(70));
        // The network changed under the socket: usually the system notices.
        if (dice_.percent(70)) person.device().network_changed(true);
        return;
      }
      person.network.set_silent(true);
      return later([&person] { person.network.set_silent(false); }, 20 * kSecond);
    case 3:
      if (profile_.slow_network) {
        const uint64_t least = dice_.between(1, 500) * 1000;
        person.network.set_delay({least, least + dice_.skewed(1, 3'000) * 1000});
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

void Faults::device_fault(Person& person) {
  const uint64_t down_us = dice_.percent(50) ? 1000 : dice_.skewed(kSecond / 10, 20 * kSecond);
  person.device().crash_after(dice_.skewed(0, 60), dice_.percent(50), down_us);
}

void Faults::device_disk_fault(Person& person) {
  trace_.note(scheduler_.now(), person.name(), "its disk is in trouble");
  Device& device = person.device();
  switch (dice_.below(3)) {
    case 0:
      return device.disk().fail_after(dice_.below(20), dice_.percent(50) ? SQLITE_IOERR_WRITE : SQLITE_IOERR_FSYNC);
    case 1:
      device.disk().fail_after(dice_.below(20), SQLITE_FULL, true);
      return later([&device] { device.disk().stop_failing(); }, 15 * kSecond);
    case 2: return device.crash_at_write(dice_.below(40), dice_.skewed(1000, 5 * kSecond));
  }
}

void Faults::clock_fault(Person& person) {
  trace_.note(scheduler_.now(), "faults", "clock");
  switch (dice_.below(3)) {
    case 0: return person.set_clock(clock_jump(dice_));
    case 1: return person.device().clock.drift(static_cast<int64_t>(dice_.below(20'000)) - 10'000);
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
void Faults::copy_fault(Person& person) {
  if (copied_ == nullptr) {
    copied_ = &person;
    trace_.note(scheduler_.now(), person.name(), "has its home copied");
    person.device().crash(false);
    person.device().keep_copy();
  } else if (!put_back_ && copied_->is_set_up() && dice_.percent(50)) {
    put_back_ = true;
    trace_.note(scheduler_.now(), copied_->name(), "has its home put back from the copy");
    copied_->put_back();
  }
  Device& device = copied_->device();
  scheduler_.after(1000, [&device] { device.start(); });
}

}  // namespace kith::sim
