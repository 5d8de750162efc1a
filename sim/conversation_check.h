// SPDX-License-Identifier: AGPL-3.0-or-later

// What devices show of the messages of a conversation in the end: all that show one show the same reactions to it
// (REACT-1), that the same person has pinned it or nobody (PIN-1), and the same text, or that the same person has
// deleted it (EDIT-1, EDIT-2); a person's devices the same own reaction. That a message is shown, and where, the
// ledgers say.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client_api/client_api.pb.h"

namespace kith::sim {

// A conversation as a device shows it.
struct ConversationView {
  std::string person;
  std::string device;
  const std::vector<client_api::Message>* messages = nullptr;
};

// All of one conversation.
void check_conversation(const std::vector<ConversationView>& views, const std::function<void(std::string)>& broken);

}  // namespace kith::sim
