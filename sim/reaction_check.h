// SPDX-License-Identifier: AGPL-3.0-or-later

// Reactions in the end (REACT-1): of all devices that show a message each shows the same ones, and a person's devices
// the same own one. That a message is shown, and where, the ledgers say.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client_api/client_api.pb.h"

namespace kith::sim {

// A conversation as a device shows it.
struct ReactionView {
  std::string person;
  std::string device;
  const std::vector<client_api::Message>* messages = nullptr;
};

// All of one conversation.
void check_reactions(const std::vector<ReactionView>& views, const std::function<void(std::string)>& broken);

}  // namespace kith::sim
