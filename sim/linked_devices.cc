// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/linked_devices.h"

#include <algorithm>

#include "core/testing/state_text.h"
#include "sim/person.h"
#include "sim/server.h"

namespace kith::sim {
namespace {

constexpr const char* kServer = "http://server:1";
constexpr uint64_t kSecond = 1'000'000;
constexpr uint64_t kAskUs = kSecond;
constexpr int64_t kDayUs = 24 * 3600 * int64_t{1'000'000};

bool is_complete(const client_api::ListDevicesResponse& list, uint32_t device) {
  return std::any_of(list.devices().begin(), list.devices().end(), [device](const client_api::Device& each) {
    return each.id() == device && each.history().complete();
  });
}

const client_api::Device* find(const client_api::ListDevicesResponse& list, uint32_t device) {
  for (const client_api::Device& each : list.devices()) {
    if (each.id() == device) return &each;
  }
  return nullptr;
}

std::map<uint32_t, std::string> names(const client_api::ListDevicesResponse& list) {
  std::map<uint32_t, std::string> names;
  for (const client_api::Device& each : list.devices()) names[each.id()] = each.name();
  return names;
}

}  // namespace

void LinkedDevices::live(size_t most, uint64_t soon_us, bool crashes) {
  most_ = most;
  crashes_ = crashes;
  on_.scheduler.after(dice_.between(0, soon_us), [this] { begin_linking(); });
}

void LinkedDevices::are_gone() {
  for (const auto& place : places_) {
    ++place->ticket;
    if (place->stage == Stage::kMember) on_.ledger.leaves(place->seat.device().name(), on_.scheduler.now());
    place->stage = Stage::kDrawer;
    place->seat.ends();
    if (place->seat.device().runs()) place->seat.device().crash(true);
    place->seat.device().forget_plans();
    place->seat.device().stay_off();
  }
}

// ---------------------------------------------------------------- deeds

bool LinkedDevices::deed() {
  if (!live() || !dice_.percent(30)) return false;
  const uint64_t what = dice_.below(100);
  if (what < 25) {
    begin_linking();
  } else if (what < 33) {
    rename_one();
  } else if (what < 43) {
    remove_one();
  } else if (what < 53) {
    put_one_away();
  } else {
    change_something();
  }
  return true;
}

void LinkedDevices::change_something() {
  Seat& seat = person_.some_seat();
  if (!seat.device().runs() || !seat.is_set_up()) return;
  const std::string chat = seat.chat_with(*person_.peers()[dice_.below(person_.peers().size())]);
  const std::string word = "word " + std::to_string(dice_.below(1000));
  client_api::Request request;
  switch (dice_.below(7)) {
    case 0:
      request.mutable_set_draft()->set_conversation(chat);
      if (dice_.percent(70)) request.mutable_set_draft()->set_text(word);
      break;
    case 1:
      request.mutable_set_conversation()->set_conversation(chat);
      request.mutable_set_conversation()->set_archived(dice_.percent(50));
      break;
    case 2:
      request.mutable_set_conversation()->set_conversation(chat);
      request.mutable_set_conversation()->set_pinned(dice_.percent(50));
      break;
    case 3:
      request.mutable_set_conversation()->set_conversation(chat);
      request.mutable_set_conversation()->set_muted_until_us(dice_.below(3) * 2'000'000'000'000'000);
      break;
    case 4:
      request.mutable_set_contact()->set_handle("+49170000000" + std::to_string(dice_.between(1, 9)));
      request.mutable_set_contact()->set_name(word);
      request.mutable_set_contact()->set_remove(dice_.percent(30));
      break;
    case 5:
      request.mutable_set_settings()->set_last_seen(static_cast<client_api::Settings::Scope>(dice_.below(4)));
      request.mutable_set_settings()->set_about(static_cast<client_api::Settings::Scope>(dice_.below(4)));
      break;
    case 6: request.mutable_set_profile()->set_about(word); break;
  }
  seat.device().request(std::move(request), {});
}

LinkedDevices::Place* LinkedDevices::some_member() {
  std::vector<Place*> there;
  for (const auto& place : places_) {
    if (place->stage == Stage::kMember) there.push_back(place.get());
  }
  return there.empty() ? nullptr : there[dice_.below(there.size())];
}

void LinkedDevices::rename_one() {
  Place* const place = some_member();
  if (place == nullptr || !person_.first().device().runs()) return;
  client_api::Request request;
  request.mutable_rename_device()->set_device_id(place->id);
  request.mutable_rename_device()->set_name("name " + std::to_string(dice_.below(1000)));
  person_.first().device().request(std::move(request), {});
}

void LinkedDevices::remove_one() {
  Place* const place = some_member();
  if (place == nullptr || !person_.first().device().runs()) return;
  const bool all = dice_.percent(15);
  client_api::Request request;
  if (all) {
    request.mutable_remove_device()->set_all_others(true);
  } else {
    request.mutable_remove_device()->set_device_id(place->id);
  }
  const auto removed = [this, all, place, id = place->id](const client_api::Response& response) {
    if (response.has_failure()) return;
    for (const auto& each : places_) {
      // Of one that has just come in the first device may not have heard yet.
      const bool is_gone = all ? !listed().contains(each->id) : each.get() == place && each->id == id;
      if (each->stage == Stage::kMember && is_gone) has_left(*each);
    }
  };
  person_.first().device().request(std::move(request), removed);
}

void LinkedDevices::put_one_away() {
  Place* const place = some_member();
  if (place == nullptr || !place->seat.device().runs()) return;
  on_.trace.note(on_.scheduler.now(), place->seat.device().name(), "is put away");
  place->seat.device().crash(dice_.percent(50));
  on_.scheduler.after(dice_.between(5, 60) * kSecond, [device = &place->seat.device()] { device->start(); });
}

void LinkedDevices::leave_one_idle(const std::function<void(int64_t us)>& pass) {
  Place* const place = some_member();
  if (place == nullptr) return;
  on_.trace.note(on_.scheduler.now(), place->seat.device().name(), "is left idle");
  on_.ledger.entries_expire();
  // A promise that nobody has come for by then is forgotten.
  for (const auto& each : places_) each->history = client_api::kHistoryNone;
  if (place->seat.device().runs()) place->seat.device().crash(false);
  // What time it is the first device hears from the server when it connects.
  const auto begin_anew = [this, pass](int64_t us) {
    if (calm_) return;
    pass(us);
    Device& first = person_.first().device();
    if (first.runs()) first.crash(false);
    person_.first().wants_online = true;
    first.start();
  };
  const auto ask = [this] {
    client_api::Request request;
    request.mutable_list_devices()->set_ask_server(true);
    if (!calm_ && person_.first().device().runs()) person_.first().device().request(std::move(request), {});
  };
  begin_anew(39 * kDayUs);
  on_.scheduler.after(kSecond, ask);
  // More than once: it may not get through.
  for (uint64_t i = 1; i <= 3; ++i) {
    on_.scheduler.after(3 * i * kSecond / 2, [begin_anew] { begin_anew(8 * kDayUs); });
    on_.scheduler.after(3 * i * kSecond / 2 + kSecond, ask);
  }
  on_.scheduler.after(15 * kSecond, [device = &place->seat.device()] { device->start(); });
}

// ---------------------------------------------------------------- linking

void LinkedDevices::begin_linking() {
  if (calm_ || !person_.is_set_up()) return;
  Place* free = nullptr;
  size_t members = 0;
  for (const auto& place : places_) {
    if (place->stage == Stage::kLinking) return;
    if (place->stage == Stage::kMember) ++members;
    if (place->stage == Stage::kFree) free = place.get();
  }
  if (members >= most_) return;
  if (free == nullptr) free = places_.emplace_back(std::make_unique<Place>(on_, person_)).get();
  Place& place = *free;
  const Person::NewDevice device = person_.new_device();
  if (place.seat.has_device() && dice_.percent(60)) {
    place.seat.device().be_called(device.name);
  } else {
    place.seat.take_device(device.name, device.mutation);
    place.seat.device().reseed(device.seed, device.stream);
    place.seat.network.reseed(device.seed, device.stream + 5);
    if (person_.is_lied_to()) place.seat.device().expect_repetitions();
  }
  if (dice_.percent(40)) place.seat.device().clock.jump((static_cast<int64_t>(dice_.below(13)) - 6) * kDayUs / 24);
  place.seat.network.be_like(person_.first().network);
  place.seat.device().start();
  place.stage = Stage::kLinking;
  const uint64_t history = dice_.below(100);
  place.history = history < 60   ? client_api::kHistoryAll
                  : history < 80 ? client_api::kHistoryYear
                                 : client_api::kHistoryNone;
  on_.ledger.is_device_of(person_.name(), device.name, on_.scheduler.now());
  try_to_link(place);
}

void LinkedDevices::try_to_link(Place& place) {
  const uint64_t ticket = ++place.ticket;
  on_.trace.note(on_.scheduler.now(), place.seat.device().name(), "wants to be linked");
  client_api::Request request;
  request.mutable_start_linking()->set_server(kServer);
  request.mutable_start_linking()->set_device_name(place.seat.device().name());
  place.seat.device().request(std::move(request), [this, &place, ticket](const client_api::Response& response) {
    // Without a link: it was linked before, and that has come to its end now.
    if (!response.has_failure() && !response.start_linking().link().empty())
      open(place, response.start_linking().link(), ticket);
  });
  on_.scheduler.after(kAskUs, [this, &place, ticket] { ask_whether_linked(place, ticket); });
  on_.scheduler.after(dice_.between(30, 90) * kSecond, [this, &place, ticket] {
    if (place.ticket == ticket && place.stage == Stage::kLinking) try_to_link(place);
  });
}

void LinkedDevices::open(Place& place, const std::string& link, uint64_t ticket) {
  if (place.ticket != ticket) return;
  client_api::Request request;
  request.mutable_open_link()->set_link(link);
  person_.first().device().request(std::move(request), [this, &place, ticket](const client_api::Response& response) {
    if (place.ticket != ticket || response.has_failure()) return;
    client_api::Request confirm;
    confirm.mutable_confirm_link()->set_history(place.history);
    person_.first().device().request(std::move(confirm), {});
    if (crashes_ && !calm_ && dice_.percent(30)) interrupt(place);
  });
}

void LinkedDevices::interrupt(Place& place) {
  Seat& first = person_.first();
  if (dice_.percent(30)) {
    on_.scheduler.after(dice_.between(0, 6 * kSecond), [this, &first] {
      if (!calm_ && first.device().runs()) first.disconnect();
    });
    return;
  }
  Device& device = dice_.percent(60) ? first.device() : place.seat.device();
  device.crash_after(dice_.skewed(0, 80), dice_.percent(50), dice_.skewed(1000, 10 * kSecond));
}

void LinkedDevices::ask_whether_linked(Place& place, uint64_t ticket) {
  if (place.ticket != ticket || place.stage != Stage::kLinking) return;
  client_api::Request request;
  request.mutable_get_state();
  place.seat.device().request(std::move(request), [this, &place, ticket](const client_api::Response& response) {
    if (place.ticket == ticket && place.stage == Stage::kLinking && response.get_state().registered())
      has_joined(place, response.get_state());
  });
  on_.scheduler.after(kAskUs, [this, &place, ticket] { ask_whether_linked(place, ticket); });
}

void LinkedDevices::has_joined(Place& place, const client_api::State& state) {
  on_.trace.note(on_.scheduler.now(), place.seat.device().name(), "is linked", state.device_id());
  ++place.ticket;
  place.stage = Stage::kMember;
  place.id = state.device_id();
  on_.ledger.joins(place.seat.device().name(), place.history == client_api::kHistoryAll, on_.scheduler.now());
  place.seat.begins();
}

void LinkedDevices::has_left(Place& place) {
  on_.trace.note(on_.scheduler.now(), place.seat.device().name(), "is in the account no more");
  place.stage = Stage::kLeft;
  place.seat.ends();
  on_.ledger.leaves(place.seat.device().name(), on_.scheduler.now());
  ask_whether_empty(place, ++place.ticket);
}

// It hears of its removal from the server, when it is online, and has nothing any more then (LINK-6).
void LinkedDevices::ask_whether_empty(Place& place, uint64_t ticket) {
  if (place.ticket != ticket || place.stage != Stage::kLeft) return;
  client_api::Request request;
  request.mutable_get_state();
  place.seat.device().request(std::move(request), [this, &place, ticket](const client_api::Response& response) {
    if (place.ticket == ticket && !response.get_state().registered()) place.stage = Stage::kFree;
  });
  on_.scheduler.after(2 * kAskUs, [this, &place, ticket] { ask_whether_empty(place, ticket); });
}

// ---------------------------------------------------------------- calm

void LinkedDevices::look() {
  if (!live()) return;
  for (const auto& place : places_) {
    if (place->stage == Stage::kMember && !listed().contains(place->id)) has_left(*place);
    if (place->stage != Stage::kMember && place->stage != Stage::kLeft) continue;
    place->seat.connect();
    place->seat.ask_state();
    if (place->stage != Stage::kMember) continue;
    place->seat.accept_identities();
    ask_devices(place->seat, place->devices);
  }
  ask_devices(person_.first(), devices_);
  unblock_all();
}

void LinkedDevices::ask_devices(Seat& seat, client_api::ListDevicesResponse& devices) {
  client_api::Request request;
  request.mutable_list_devices();
  devices.Clear();
  seat.device().request(std::move(request),
                        [&devices](const client_api::Response& response) { devices = response.list_devices(); });
}

// Which of two devices that had not heard of each other was the last to say it, their clocks decide.
void LinkedDevices::unblock_all() {
  client_api::Request list;
  list.mutable_list_conversations();
  person_.first().device().request(std::move(list), [this](const client_api::Response& response) {
    for (const client_api::Conversation& each : response.list_conversations().conversations()) {
      if (!each.direct().blocked()) continue;
      client_api::Request unblock;
      unblock.mutable_set_blocked()->set_conversation(each.id());
      person_.first().device().request(std::move(unblock), {});
    }
  });
}

std::map<uint32_t, std::string> LinkedDevices::listed() {
  const auto account = AccountId::from_hex(person_.account());
  const auto record = account ? on_.server.disk.others.accounts.look(*account) : std::nullopt;
  wire::DeviceList list;
  std::map<uint32_t, std::string> names;
  if (!record || !list.ParseFromString(record->device_list)) return names;
  for (const wire::DeviceList::Device& each : list.devices()) names[each.device_id()] = each.name();
  return names;
}

bool LinkedDevices::at_rest() {
  if (!live()) return true;
  if (person_.first().state().changes_unsent()) return false;
  return std::all_of(places_.begin(), places_.end(), [this](const auto& place) {
    const client_api::State& state = place->seat.state();
    switch (place->stage) {
      case Stage::kFree:
      case Stage::kDrawer: return true;
      case Stage::kLinking:
      case Stage::kLeft: return false;
      case Stage::kMember: break;
    }
    if (!listed().contains(place->id) || !place->seat.is_set_up() || state.connection() != client_api::State::kOnline ||
        state.unsent_messages() != 0 || state.changes_unsent())
      return false;
    if (place->history == client_api::kHistoryNone || on_.ledger.was_copied(person_.name())) return true;
    return is_complete(place->devices, place->id) && is_complete(devices_, place->id);
  });
}

void LinkedDevices::check() {
  const auto state_of = [](Seat& seat) {
    core::Database* const database = seat.device().database();
    return database == nullptr ? std::string("away") : core::testing::state_text(*database);
  };
  const std::string state = state_of(person_.first());
  for (const auto& place : places_) {
    if (place->stage == Stage::kLeft)
      on_.ledger.broken("LINK-6: " + place->seat.device().name() + " was removed, and has not heard of it");
    if (place->stage == Stage::kLinking)
      on_.ledger.broken("LINK-5: " + place->seat.device().name() + " can't be linked");
    if (place->stage != Stage::kMember) continue;
    const std::string name = place->seat.device().name();
    // The first device may not have heard yet that what it has signed last was taken.
    if (names(place->devices) != listed()) on_.ledger.broken("LINK-6: " + name + " has another list of devices");
    if (on_.ledger.was_copied(person_.name())) continue;
    if (const std::string other = state_of(place->seat); other != state) {
      on_.ledger.broken("STATE-2: " + name + " has another state:\n" + other + "\nthan its first device:\n" + state);
    }
    check_history(*place);
  }
}

void LinkedDevices::check_history(Place& place) {
  const client_api::Device* const given = find(devices_, place.id);
  const client_api::Device* const taken = find(place.devices, place.id);
  if (place.history == client_api::kHistoryNone || given == nullptr || taken == nullptr) return;
  const auto text = [](const client_api::History& history) {
    return std::to_string(history.done()) + " of " + std::to_string(history.total()) +
           (history.complete() ? "" : ", not complete");
  };
  const bool all = given->history().complete() && given->history().done() == given->history().total();
  if (!all || text(given->history()) != text(taken->history())) {
    on_.ledger.broken("HISTORY-5: " + place.seat.device().name() + " was given " + text(given->history()) +
                      " and has " + text(taken->history()));
  }
}

// ---------------------------------------------------------------- which

std::vector<Seat*> LinkedDevices::all() {
  std::vector<Seat*> seats;
  for (const auto& place : places_) {
    if (place->stage != Stage::kDrawer) seats.push_back(&place->seat);
  }
  return seats;
}

std::vector<Seat*> LinkedDevices::members() {
  std::vector<Seat*> seats;
  for (const auto& place : places_) {
    if (place->stage == Stage::kMember) seats.push_back(&place->seat);
  }
  return seats;
}

}  // namespace kith::sim
