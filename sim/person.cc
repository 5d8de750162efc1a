// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/person.h"

namespace kith::sim {
namespace {

constexpr const char* kServer = "http://server:1";
constexpr uint64_t kTryAgainUs = 3'000'000;

}  // namespace

Person::Person(Surroundings surroundings, std::string name, std::string phone)
    : on_(surroundings),
      name_(std::move(name)),
      phone_(std::move(phone)),
      first_(surroundings, *this),
      linked_(surroundings, *this),
      groups_(surroundings, *this),
      files_(surroundings, *this),
      photos_(surroundings, *this),
      reactions_(surroundings, *this),
      corrections_(surroundings, *this) {}

void Person::reseed(uint64_t seed, uint64_t stream) {
  seed_ = seed;
  stream_ = stream;
  dice_.reseed(seed, stream);
  linked_.reseed(seed, stream + 3);
  groups_.reseed(seed, stream + 5);
  files_.reseed(seed, stream + 7);
  reactions_.reseed(seed, stream + 9);
  photos_.reseed(seed, stream + 13);
  corrections_.reseed(seed, stream + 17);
  first_.network.reseed(seed, stream + 1);
  if (first_.has_device()) first_.device().reseed(seed, stream + 10 * devices_);
}

void Person::set_mutation(Mutation mutation) {
  mutation_ = mutation;
  if (first_.has_device()) first_.device().set_mutation(mutation);
}

// ---------------------------------------------------------------- the device

Person::NewDevice Person::new_device() {
  ++devices_;
  return {name_ + "-" + std::to_string(devices_), seed_, stream_ + 10 * devices_, mutation_};
}

void Person::get_device() {
  linked_.are_gone();
  const NewDevice device = new_device();
  first_.take_device(device.name, device.mutation);
  first_.device().reseed(device.seed, device.stream);
  on_.ledger.owns(name_, device.name, on_.scheduler.now());
  first_.device().start();
  request_code();
}

void Person::request_code() {
  client_api::Request request;
  request.mutable_request_code()->set_server(kServer);
  request.mutable_request_code()->set_handle(phone_);
  first_.insist(request,
                [this](const client_api::Response& response) { register_number(response.request_code().code()); });
}

void Person::register_number(const std::string& code) {
  client_api::Request request;
  client_api::RegisterRequest& what = *request.mutable_register_();
  what.set_server(kServer);
  what.set_handle(phone_);
  what.set_code(code);
  what.set_name(name_);
  what.set_device_name(first_.device().name());
  auto answered = std::make_shared<bool>(false);
  const auto done = [this, answered](const client_api::State& state) {
    if (std::exchange(*answered, true)) return;
    account_ = state.account_id();
    on_.ledger.is_account(account_, name_, phone_);
    // Earlier texts may have gone to the device before.
    on_.ledger.owns(name_, first_.device().name(), on_.scheduler.now());
    first_.begins();
  };
  first_.device().request(request, [this, answered, done](const client_api::Response& response) {
    if (!response.has_failure()) return done(response.register_());
    if (*answered) return;
    if (response.failure().code() == client_api::Failure::kAlreadyRegistered && response.failure().detail().empty()) {
      client_api::Request ask;
      ask.mutable_get_state();
      return first_.insist(ask, [done](const client_api::Response& state) { done(state.get_state()); });
    }
    on_.scheduler.after(kTryAgainUs, [this, answered, device = &first_.device()] {
      if (!*answered && device == &first_.device()) {
        *answered = true;
        request_code();
      }
    });
  });
  on_.scheduler.after(20 * kTryAgainUs, [this, answered, device = &first_.device()] {
    if (*answered || device != &first_.device()) return;
    *answered = true;
    request_code();
  });
}

std::vector<Seat*> Person::seats() {
  std::vector<Seat*> all = linked_.all();
  all.insert(all.begin(), &first_);
  return all;
}

std::vector<Seat*> Person::members() {
  std::vector<Seat*> all = linked_.members();
  all.insert(all.begin(), &first_);
  return all;
}

Seat& Person::some_of(const std::vector<Seat*>& seats) {
  return *seats[seats.size() == 1 ? 0 : linked_.dice().below(seats.size())];
}

Seat& Person::some_seat() { return some_of(seats()); }

Seat& Person::some_member() { return some_of(members()); }

// ---------------------------------------------------------------- habits

void Person::live(uint64_t pause_us) {
  pause_us_ = pause_us;
  const uint64_t ticket = ++ticket_;
  on_.scheduler.after(dice_.between(0, pause_us), [this, ticket] { next_deed(ticket); });
}

void Person::rest() { ++ticket_; }

void Person::next_deed(uint64_t ticket) {
  if (ticket != ticket_) return;
  deed();
  on_.scheduler.after(dice_.between(0, 2 * pause_us_), [this, ticket] { next_deed(ticket); });
}

void Person::deed() {
  if (linked_.deed() || groups_.deed() || files_.deed() || photos_.deed() || reactions_.deed() || corrections_.deed())
    return;
  Seat& seat = some_seat();
  if (!seat.device().runs() || !seat.is_set_up()) return;
  if (is_lied_to_ && dice_.percent(15)) return seat.write_note(next_text());
  if (is_lied_to_ && dice_.percent(15)) return seat.import_card(*peers_[dice_.below(peers_.size())]);
  const uint64_t what = dice_.below(100);
  if (what < 60) {
    // Sometimes several in a row.
    for (uint64_t count = dice_.percent(20) ? dice_.between(2, 6) : 1; count > 0; --count) write(seat);
  } else if (what < 75) {
    seat.mark_read(*peers_[dice_.below(peers_.size())]);
  } else if (what < 80) {
    seat.disconnect();
  } else if (what < 90) {
    seat.connect();
  } else if (what < 95) {
    seat.set_available(dice_.percent(50));
  } else {
    seat.set_typing(*peers_[dice_.below(peers_.size())]);
  }
}

void Person::write(Seat& seat) {
  const Person& to = *peers_[dice_.below(peers_.size())];
  const bool to_number = is_lied_to_ && dice_.percent(50);
  seat.write(next_text(), to, to_number);
}

void Person::meet_a_liar(bool compares) {
  is_lied_to_ = true;
  first_.device().expect_repetitions();
  for (const Person* const peer : peers_) {
    first_.import_card(*peer);
    if (compares) first_.compare(*peer, dice_.percent(40));
  }
}

// Unblocked where it was blocked: elsewhere it may not be known yet.
void Person::block(const Person& other, bool blocked) {
  if (other.account().empty()) return;
  Seat* seat = nullptr;
  if (blocked) {
    on_.ledger.blocks(name_, other.name());
    Seat& here = some_seat();
    seat = blocked_.try_emplace(other.account(), here.is_set_up() ? &here : &first_).first->second;
  } else {
    const auto found = blocked_.find(other.account());
    if (found == blocked_.end()) return;
    seat = found->second;
    blocked_.erase(found);
    if (!seat->is_set_up()) seat = &first_;  // it has left the account
  }
  on_.trace.note(on_.scheduler.now(), name_, blocked ? "blocks" : "unblocks");
  // Somebody is blocked for certain when it is done, and not from the moment at which it is to be undone.
  if (!blocked) on_.ledger.photos().blocked(name_, other.name(), false);
  seat->set_blocked(other.account(), blocked,
                    [this, &other, blocked] { on_.ledger.photos().blocked(name_, other.name(), blocked); });
}

void Person::unblock_everybody() {
  for (const Person* const peer : peers_) block(*peer, false);
}

}  // namespace kith::sim
