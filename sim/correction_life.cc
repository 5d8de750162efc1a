// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/correction_life.h"

#include "sim/person.h"
#include "sim/some_message.h"
#include "sim/words.h"

namespace kith::sim {

using client_api::Request;
using client_api::Response;

namespace {

constexpr uint32_t kListed = 100;

}  // namespace

bool CorrectionLife::deed() {
  if (!lives_ || dice_.percent(40)) return false;
  Seat& seat = person_.some_member();
  if (!seat.device().runs() || !seat.is_set_up()) return false;
  if (clears_ && dice_.percent(20)) {
    clear(seat);
    return true;
  }
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
    if (!response.has_failure() && !for_everyone) on_.ledger.removed(person_.name(), id, "EDIT-3");
  });
}

void CorrectionLife::clear(Seat& seat) {
  Request list;
  list.mutable_list_conversations();
  seat.device().request(std::move(list), [this, &seat](const Response& response) {
    const auto& all = response.list_conversations().conversations();
    if (all.empty()) return;
    const client_api::Conversation& chosen = all[static_cast<int>(dice_.below(static_cast<uint64_t>(all.size())))];
    Request messages;
    messages.mutable_list_messages()->set_conversation(chosen.id());
    messages.mutable_list_messages()->set_limit(kListed);
    seat.device().request(std::move(messages), [this, &seat, chosen](const Response& listed) {
      Request request;
      if (chosen.has_group() || dice_.percent(60)) {
        request.mutable_clear_conversation()->set_conversation(chosen.id());
      } else {
        request.mutable_delete_conversation()->set_conversation(chosen.id());
      }
      on_.trace.note(on_.scheduler.now(), seat.device().name(), "clears", chosen.id(),
                     [&listed] { return std::to_string(listed.list_messages().messages_size()); });
      std::vector<std::string> ids;
      for (const client_api::Message& each : listed.list_messages().messages()) ids.push_back(each.id());
      // What comes meanwhile goes as well, and its answer may be lost.
      on_.ledger.may_clear(person_.name(), chosen);
      seat.device().request(std::move(request), [this, ids, chosen](const Response& done) {
        on_.ledger.may_clear(person_.name(), chosen);
        if (done.has_failure()) return;
        for (const std::string& id : ids) on_.ledger.removed(person_.name(), id, "CLEAR-1");
      });
    });
  });
}

}  // namespace kith::sim
