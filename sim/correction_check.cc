// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/correction_check.h"

#include <map>

#include "sim/words.h"

namespace kith::sim {

namespace {

using client_api::Message;

std::string shown(const Message& message) {
  if (message.has_deleted()) return "deleted by " + message.deleted().by().account_id().substr(0, 8);
  return message.has_media() ? message.media().caption().text() : message.text().text();
}

}  // namespace

void check_corrections(const std::vector<ReactionView>& views, const std::function<void(std::string)>& broken) {
  struct First {
    const ReactionView* view = nullptr;
    const Message* message = nullptr;
  };
  std::map<std::string, First> firsts;  // by message
  for (const ReactionView& view : views) {
    for (const Message& message : *view.messages) {
      if (!(has_words(message) || message.has_deleted()) || is_without_words(message)) continue;
      const First& first = firsts.try_emplace(message.id(), First{&view, &message}).first->second;
      if (shown(*first.message) == shown(message)) continue;
      const bool is_deleted = first.message->has_deleted() || message.has_deleted();
      broken(std::string(is_deleted ? "EDIT-2: " : "EDIT-1: ") + view.device + " and " + first.view->device +
             " show others of " + message.id().substr(0, 8) + ": " + shown(message) + " / " + shown(*first.message));
    }
  }
}

}  // namespace kith::sim
