// SPDX-License-Identifier: AGPL-3.0-or-later

// The result of what can fail. An error is a value of the module's own enum; a result can't be ignored.
//
// Shape:  Result<T, E> is std::expected<T, E>; Fail(e) makes the unexpected half.
// Limits: no monadic operations (and_then, transform): g++ 12 lacks them.
#pragma once

#include <expected>

namespace kith {

template <class T, class E>
using Result = std::expected<T, E>;

template <class E>
[[nodiscard]] constexpr std::unexpected<E> Fail(E error) {
  return std::unexpected<E>(error);
}

}  // namespace kith
