// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/conversation_check.h"

#include <map>

#include "sim/words.h"

namespace kith::sim {

namespace {

using client_api::Message;

// A message as some device shows it.
struct Shown {
  const ConversationView* view = nullptr;
  const Message* message = nullptr;
};

// "👍 2 🎉 1"
std::string reactions_of(const Message& message) {
  std::map<std::string, uint32_t> counts;  // which of as many was first nobody has promised
  for (const auto& each : message.reactions().emojis()) counts[each.emoji()] = each.count();
  std::string text;
  for (const auto& [emoji, count] : counts) text += emoji + " " + std::to_string(count) + " ";
  return text;
}

std::string pin_of(const Message& message) {
  if (!message.has_pin()) return "not pinned";
  return "pinned by " + message.pin().by().account_id().substr(0, 8) + " until " +
         std::to_string(message.pin().until_us());
}

std::string text_of(const Message& message) {
  if (message.has_deleted()) return "deleted by " + message.deleted().by().account_id().substr(0, 8);
  return message.has_media() ? message.media().caption().text() : message.text().text();
}

}  // namespace

void check_conversation(const std::vector<ConversationView>& views, const std::function<void(std::string)>& broken) {
  const auto compare = [&broken](const char* rule, Shown now, Shown first, const auto& of) {
    if (of(*now.message) != of(*first.message))
      broken(std::string(rule) + ": " + now.view->device + " and " + first.view->device + " show others of " +
             now.message->id().substr(0, 8) + ": " + of(*now.message) + " / " + of(*first.message));
  };
  std::map<std::string, Shown> with_words, with_text;              // the first of each message
  std::map<std::pair<std::string, std::string>, Shown> of_person;  // and that of a person
  for (const ConversationView& view : views) {
    for (const Message& message : *view.messages) {
      const Shown now{&view, &message};
      if (has_words(message)) {
        compare("REACT-1", now, with_words.try_emplace(message.id(), now).first->second, reactions_of);
        compare("REACT-1", now, of_person.try_emplace({message.id(), view.person}, now).first->second,
                [](const Message& each) { return each.reactions().own(); });
        compare("PIN-1", now, with_words.at(message.id()), pin_of);
      }
      if ((!has_words(message) && !message.has_deleted()) || is_without_words(message)) continue;
      const Shown first = with_text.try_emplace(message.id(), now).first->second;
      const bool is_deleted = message.has_deleted() || first.message->has_deleted();
      compare(is_deleted ? "EDIT-2" : "EDIT-1", now, first, text_of);
    }
  }
}

}  // namespace kith::sim
