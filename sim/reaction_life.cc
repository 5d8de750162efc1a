// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/reaction_life.h"

#include "sim/person.h"
#include "sim/some_message.h"

namespace kith::sim {

using client_api::Request;
using client_api::Response;

namespace {
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
  request.mutable_react()->set_id(message);
  request.mutable_react()->set_emoji(kEmojis[dice_.below(std::size(kEmojis))]);
  on_.trace.note(on_.scheduler.now(), seat.device().name(), "reacts to", message,
                 [&request] { return request.react().id().substr(0, 8) + " " + request.react().emoji(); });
  seat.device().request(std::move(request), {});
}

}  // namespace kith::sim
