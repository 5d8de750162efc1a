// SPDX-License-Identifier: AGPL-3.0-or-later

// Questions to a person at the terminal.
#pragma once

#include <optional>
#include <string>

namespace kith::cli {

// Whether there is somebody to be asked.
bool can_ask();
// One line; absent at the end of the input. `secret`: what is typed is not shown.
std::optional<std::string> ask_user(const std::string& question, bool secret);
// The question gets " [y/N] " behind it; what does not begin with a y is a no. Absent at the end of the input.
std::optional<bool> ask_whether(const std::string& question);

}  // namespace kith::cli
