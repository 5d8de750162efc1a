// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/photo_life.h"

#include "core/testing/loopback_files.h"
#include "sim/person.h"

namespace kith::sim {

using client_api::Request;
using client_api::Response;
using client_api::Settings;

void PhotoLife::live() {
  lives_ = true;
  on_.ledger.photos().knows(person_.name());
}

bool PhotoLife::deed() {
  if (!lives_ || dice_.percent(70)) return false;
  Seat& first = person_.first();
  if (!first.device().runs() || !first.is_set_up()) return false;
  const uint64_t what = dice_.below(100);
  if (what < 35) {
    set();
  } else if (what < 40) {
    Request request;
    request.mutable_set_profile()->set_remove_photo(true);
    first.device().request(std::move(request), {});
  } else if (what < 65) {
    set_scope();
  } else if (what < 80) {
    set_contact(*person_.peers()[dice_.below(person_.peers().size())]);
  } else {
    Seat& seat = person_.some_member();
    if (seat.device().runs() && seat.is_set_up()) look_at_all(seat);
  }
  return true;
}

void PhotoLife::set() {
  Device& device = person_.first().device();
  Request request;
  *request.mutable_set_profile()->mutable_photo() =
      core::testing::seal_file(device.files(), PhotoLedger::content_of(person_.name(), photos_++),
                               static_cast<uint32_t>(dice_.below(UINT32_MAX)));
  on_.ledger.photos().sets(person_.name());
  device.request(std::move(request), {});
}

void PhotoLife::set_scope() {
  const auto scope = static_cast<Settings::Scope>(dice_.between(Settings::kEveryone, Settings::kNobody));
  Request request;
  request.mutable_set_settings()->set_photo(scope);
  on_.ledger.photos().asks_for(person_.name(), scope);
  person_.first().device().request(std::move(request), [this, scope](const Response& response) {
    if (!response.has_failure()) on_.ledger.photos().has(person_.name(), scope);
  });
}

void PhotoLife::set_contact(const Person& other) {
  const bool removes = dice_.percent(40);
  Request request;
  request.mutable_set_contact()->set_handle(other.phone());
  request.mutable_set_contact()->set_name(other.name());
  request.mutable_set_contact()->set_remove(removes);
  if (!removes) on_.ledger.photos().contact(person_.name(), other.name(), true);
  person_.first().device().request(std::move(request), [this, removes, &other](const Response& response) {
    if (removes && !response.has_failure()) on_.ledger.photos().contact(person_.name(), other.name(), false);
  });
}

void PhotoLife::write_to_all() {
  Seat& first = person_.first();
  if (!lives_ || !first.device().runs() || !first.is_set_up()) return;
  for (const Person* const peer : person_.peers()) first.write("photo " + std::to_string(++texts_), *peer, false);
}

void PhotoLife::look_at_all(Seat& seat) {
  Request state;
  state.mutable_get_state();
  seat.device().request(std::move(state), [this, &seat](const Response& response) {
    open(seat, response.get_state().photo(), person_.name());
  });
  Request list;
  list.mutable_list_conversations();
  seat.device().request(std::move(list), [this, &seat](const Response& response) {
    for (const client_api::Conversation& each : response.list_conversations().conversations()) {
      for (const Person* const peer : person_.peers()) {
        if (each.has_direct() && each.direct().partner().account_id() == peer->account())
          open(seat, each.direct().partner().photo(), peer->name());
      }
    }
  });
  // The server is asked for one of them anew.
  Request look;
  look.mutable_get_profile()->set_account_id(person_.peers()[dice_.below(person_.peers().size())]->account());
  seat.device().request(std::move(look), {});
}

std::optional<Bytes> PhotoLife::seen(const Seat& seat, const std::string& of) const {
  const auto seen = seen_.find({&seat, of});
  return seen == seen_.end() ? std::nullopt : std::optional(seen->second);
}

void PhotoLife::open(Seat& seat, const std::string& photo, const std::string& of) {
  seen_[{&seat, of}] = "";
  if (photo.empty()) return;
  Request request;
  request.mutable_open_photo()->set_photo(photo);
  seat.device().request(std::move(request), [this, &seat, of](const Response& response) {
    if (response.has_failure()) return;
    client_api::OpenMediaResponse what;
    what.set_file(response.open_photo().file());
    *what.mutable_sealed() = response.open_photo().sealed();
    const Bytes content = core::testing::unseal_file(seat.device().files(), what);
    seen_[{&seat, of}] = content;
    on_.ledger.sees_photo(seat.device().name(), of, what.file(), content);
  });
}

}  // namespace kith::sim
