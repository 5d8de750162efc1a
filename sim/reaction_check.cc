// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/reaction_check.h"

#include <map>

#include "sim/words.h"

namespace kith::sim {

namespace {

using client_api::Message;

// "👍 2 🎉 1"
std::string shown(const Message& message) {
  std::map<std::string, uint32_t> counts;  // which of as many was first nobody has promised
  for (const auto& each : message.reactions().emojis()) counts[each.emoji()] = each.count();
  std::string text;
  for (const auto& [emoji, count] : counts) text += emoji + " " + std::to_string(count) + " ";
  return text;
}

}  // namespace

void check_reactions(const std::vector<ReactionView>& views, const std::function<void(std::string)>& broken) {
  struct First {
    const ReactionView* view = nullptr;
    const Message* message = nullptr;
  };
  std::map<std::string, First> of_all;                             // by message
  std::map<std::pair<std::string, std::string>, First> of_person;  // by message and person
  for (const ReactionView& view : views) {
    for (const Message& message : *view.messages) {
      if (!has_words(message)) continue;
      const std::string of = " of " + message.id().substr(0, 8) + ": ";
      const First& first = of_all.try_emplace(message.id(), First{&view, &message}).first->second;
      if (shown(*first.message) != shown(message))
        broken("REACT-1: " + view.device + " and " + first.view->device + " show others" + of + shown(message) + "/ " +
               shown(*first.message));
      const First& own = of_person.try_emplace({message.id(), view.person}, First{&view, &message}).first->second;
      if (own.message->reactions().own() != message.reactions().own())
        broken("REACT-1: " + view.device + " and " + own.view->device + " have another own one" + of +
               message.reactions().own() + " / " + own.message->reactions().own());
    }
  }
}

}  // namespace kith::sim
