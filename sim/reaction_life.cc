// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/reaction_life.h"

#include "sim/person.h"
#include "sim/words.h"

namespace kith::sim {

using client_api::Request;
using client_api::Response;

namespace {
constexpr const char* kEmojis[] = {"👍", "❤️", "🎉", ""};
constexpr uint32_t kLast = 4;  // messages of a conversation
}  // namespace

bool ReactionLife::deed() {
  if (!lives_ || dice_.percent(60)) return false;
  Seat& seat = person_.some_member();
  if (!seat.device().runs() || !seat.is_set_up()) return false;
  Request list;
  list.mutable_list_conversations();
  seat.device().request(std::move(list), [this, &seat](const Response& response) {
    const auto& all = response.list_conversations().conversations();
    if (!all.empty()) react(seat, all[static_cast<int>(dice_.below(static_cast<uint64_t>(all.size())))].id());
  });
  return true;
}

void ReactionLife::react(Seat& seat, const std::string& conversation) {
  Request list;
  list.mutable_list_messages()->set_conversation(conversation);
  list.mutable_list_messages()->set_limit(kLast);
  seat.device().request(std::move(list), [this, &seat](const Response& response) {
    const auto& last = response.list_messages().messages();
    if (last.empty()) return;
    const client_api::Message& message = last[static_cast<int>(dice_.below(static_cast<uint64_t>(last.size())))];
    if (!has_words(message)) return;
    say(seat, message.id());
    // And something else on another device, which may not have heard of it.
    for (Seat* const other : person_.members()) {
      if (other != &seat && dice_.percent(50)) say(*other, message.id());
    }
  });
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
