// SPDX-License-Identifier: AGPL-3.0-or-later

// One of the last messages of some conversation, as a device shows it: what somebody does something about.
#pragma once

#include <functional>

#include "sim/dice.h"
#include "sim/seat.h"
#include "sim/words.h"

namespace kith::sim {

inline constexpr uint32_t kLastMessages = 4;  // of a conversation

// Calls back if there is one that has words. The dice outlive it.
inline void ask_for_some_message(Seat& seat, Dice& dice, std::function<void(const client_api::Message&)> use) {
  const auto some = [&dice](const auto& all) {
    return all.empty() ? nullptr : &all[static_cast<int>(dice.below(static_cast<uint64_t>(all.size())))];
  };
  client_api::Request list;
  list.mutable_list_conversations();
  seat.device().request(std::move(list), [&seat, some, use = std::move(use)](const client_api::Response& response) {
    const client_api::Conversation* const conversation = some(response.list_conversations().conversations());
    if (conversation == nullptr) return;
    client_api::Request messages;
    messages.mutable_list_messages()->set_conversation(conversation->id());
    messages.mutable_list_messages()->set_limit(kLastMessages);
    seat.device().request(std::move(messages), [some, use](const client_api::Response& last) {
      const client_api::Message* const message = some(last.list_messages().messages());
      if (message != nullptr && has_words(*message)) use(*message);
    });
  });
}

}  // namespace kith::sim
