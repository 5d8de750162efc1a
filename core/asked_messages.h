// SPDX-License-Identifier: AGPL-3.0-or-later

// The messages that a request is about.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <google/protobuf/repeated_ptr_field.h>

#include "core/store/messages_table.h"

namespace kith::core {

struct Engine;

inline constexpr int kAskedMessagesMax = 100;

// By their ids, each once. Absent, and the request failed: there are none or too many, or one is none.
std::optional<std::vector<MessageRow>> asked_messages(Engine& engine, uint32_t request,
                                                      const google::protobuf::RepeatedPtrField<std::string>& ids);

}  // namespace kith::core
