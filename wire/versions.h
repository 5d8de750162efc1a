// SPDX-License-Identifier: AGPL-3.0-or-later

// Which protocol versions this code speaks (frames.proto, Hello).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kith::wire {

inline constexpr uint32_t kVersionMin = 1;
inline constexpr uint32_t kVersionMax = 1;

// The WebSocket subprotocol and the path of the endpoint.
inline constexpr std::string_view kSubprotocol = "kith.v1";
inline constexpr std::string_view kSocketPath = "/v1/socket";

// The highest version that both sides speak; absent when there is none.
constexpr std::optional<uint32_t> common_version(uint32_t their_min, uint32_t their_max) {
  const uint32_t highest = their_max < kVersionMax ? their_max : kVersionMax;
  if (their_min > their_max || highest < kVersionMin || highest < their_min) return std::nullopt;
  return highest;
}

}  // namespace kith::wire
