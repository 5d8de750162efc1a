// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/reaction_life.h"

#include "sim/person.h"
#include "sim/some_message.h"

namespace kith::sim {

using client_api::Request;
using client_api::Response;

namespace {
constexpr uint32_t kPinSeconds = 30 * 24 * 3600;
constexpr const char* kEmojis[] = {"👍", "❤️", "🎉", ""};
}  // namespace

bool ReactionLife::deed() {
  if (!lives_ || dice_.percent(60)) return false;
  Seat& seat = person_.some_member();
  if (!seat.device().runs() || !seat.is_set_up()) return false;
  ask_for_some_message(seat, dice_, [this, &seat](const client_api::Message& message) {
    say(seat, message.id());
    // And something else on another device, which may not have heard of it.
    for (Seat* const other : person_.members()) {
      if (other != &seat && dice_.percent(50)) say(*other, message.id());
    }
  });
  return true;
}

void ReactionLife::say(Seat& seat, const std::string& message) {
  if (!seat.is_set_up() || !seat.device().runs()) return;
  Request request;
  if (dice_.percent(25)) {
    request.mutable_pin_message()->set_id(message);
    if (dice_.percent(70)) request.mutable_pin_message()->set_seconds(kPinSeconds);
    on_.trace.note(on_.scheduler.now(), seat.device().name(), "pins, or no longer", message,
                   [&request] { return request.pin_message().id().substr(0, 8); });
    seat.device().request(std::move(request), {});
    return;
  }
  request.mutable_react()->set_id(message);
  request.mutable_react()->set_emoji(kEmojis[dice_.below(std::size(kEmojis))]);
  on_.trace.note(on_.scheduler.now(), seat.device().name(), "reacts to", message,
                 [&request] { return request.react().id().substr(0, 8) + " " + request.react().emoji(); });
  seat.device().request(std::move(request), {});
}

}  // namespace kith::sim
