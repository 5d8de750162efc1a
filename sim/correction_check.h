// SPDX-License-Identifier: AGPL-3.0-or-later

// What became of messages in the end (EDIT-1, EDIT-2): of all devices that show one each shows the same text, or that
// the same person has deleted it. That a message is shown, and where, the ledgers say.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/reaction_check.h"

namespace kith::sim {

// All of one conversation.
void check_corrections(const std::vector<ReactionView>& views, const std::function<void(std::string)>& broken);

}  // namespace kith::sim
