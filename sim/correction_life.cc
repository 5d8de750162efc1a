// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/correction_life.h"

#include "sim/person.h"
#include "sim/some_message.h"
#include "sim/words.h"

namespace kith::sim {

using client_api::Request;
using client_api::Response;

bool CorrectionLife::deed() {
  if (!lives_ || dice_.percent(40)) return false;
  Seat& seat = person_.some_member();
  if (!seat.device().runs() || !seat.is_set_up()) return false;
  ask_for_some_message(seat, dice_, [this, &seat](const client_api::Message& message) {
    // Of what is to be viewed once, and of what was given up, another ledger knows what becomes.
    if (message.media().view_once() || message.tick() == client_api::Message::kFailed) return;
    say(seat, message);
    // And something else on another device, which may not have heard of it.
    for (Seat* const other : person_.members()) {
      if (other != &seat && dice_.percent(70)) say(*other, message);
    }
  });
  return true;
}

void CorrectionLife::say(Seat& seat, const client_api::Message& message) {
  if (!seat.is_set_up() || !seat.device().runs()) return;
  const uint64_t what = dice_.below(100);
  if (what < 60 && message.outgoing()) return edit(seat, message);
  // Another's is anybody's to delete for himself, and an admin's for all.
  erase(seat, message, what < (message.outgoing() ? 85 : 50));
}

void CorrectionLife::edit(Seat& seat, const client_api::Message& message) {
  Request request;
  request.mutable_edit_message()->set_id(message.id());
  request.mutable_edit_message()->set_text(edited(words_of(message), dice_.below(1'000'000)));
  on_.trace.note(on_.scheduler.now(), seat.device().name(), "edits", message.id(),
                 [&request] { return request.edit_message().text(); });
  seat.device().request(std::move(request), {});
}

void CorrectionLife::erase(Seat& seat, const client_api::Message& message, bool for_everyone) {
  // Its answer may be lost.
  on_.ledger.may_delete(message);
  Request request;
  request.mutable_delete_messages()->add_ids(message.id());
  request.mutable_delete_messages()->set_for_everyone(for_everyone);
  on_.trace.note(on_.scheduler.now(), seat.device().name(), for_everyone ? "deletes for all" : "deletes for itself",
                 message.id(), [&message] { return words_of(message); });
  seat.device().request(std::move(request), [this, for_everyone, id = message.id()](const Response& response) {
    if (!response.has_failure() && !for_everyone) on_.ledger.removed(person_.name(), id);
  });
}

}  // namespace kith::sim
