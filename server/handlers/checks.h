// SPDX-License-Identifier: AGPL-3.0-or-later

// Checks of what comes from outside, shared by handlers. Each bound has a name here, or in base/limits.h when clients
// keep it too; details of refusals name the
// field, never its value.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/task.h"
#include "server/handlers/refusal.h"

namespace kith::handlers {

constexpr size_t kIdentityKeyBytes = 33;  // type byte 5, X25519 public key
constexpr size_t kAccountKeyBytes = 32;
constexpr size_t kSignatureBytes = 64;
constexpr uint32_t kPrekeyIdMax = 16777214;
constexpr uint32_t kRegistrationIdMax = 16380;
constexpr size_t kClientBytesMax = 64;

// The entries that a Confirm or Hello withholds (TICK-1), ascending; absent when there are more than kWithheldMax.
template <class Field>
std::optional<std::vector<Position>> withheld_of(const Field& field) {
  if (static_cast<size_t>(field.size()) > kWithheldMax) return std::nullopt;
  std::vector<Position> positions;
  positions.reserve(static_cast<size_t>(field.size()));
  for (const uint64_t position : field) positions.push_back({position});
  std::sort(positions.begin(), positions.end());
  return positions;
}

// Whether the text is well-formed UTF-8 of min..max characters without control characters.
[[nodiscard]] bool is_text(std::string_view text, size_t length_min, size_t length_max);
// Whether it is one line as base's one_line() leaves it, of at most so many characters; may be empty.
[[nodiscard]] bool is_line(std::string_view text, size_t length_max);
[[nodiscard]] bool is_name(std::string_view text);  // a line of 1..64 characters of which something is seen
[[nodiscard]] bool is_public_key(BytesView key);    // 33 bytes that begin with 5

// What limits by device count.
inline Bytes limit_key(const DeviceAddress& device) {
  Bytes key = device.account.bytes();
  append_u32(key, device.device.value);
  return key;
}

inline std::unexpected<Refusal> refuse_rate(uint32_t retry_after_ms) {
  return refuse(wire::kRateLimited, "", retry_after_ms);
}
inline std::unexpected<Refusal> refuse_store(StoreError error) { return std::unexpected<Refusal>(refusal_of(error)); }

// Awaits the task and comes back to the executor where that began.
template <class T>
Task<T> come_back(Task<T> task) {
  Executor* const home = Executor::current();
  T result = co_await std::move(task);
  co_await enter(*home);
  co_return result;
}

}  // namespace kith::handlers
