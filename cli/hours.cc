// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/hours.h"

#include <string>

namespace kith::cli {

CLI::Validator hours() {
  const auto check = [](const std::string& text) -> std::string {
    constexpr double kMost = 1e6;
    double value = 0;
    // Not "is less": what is no number is neither less nor more.
    if (CLI::detail::lexical_cast(text, value) && value >= 0 && value <= kMost) return "";
    return "\"" + text + "\" is no number of hours from 0 to 1000000";
  };
  return CLI::Validator(check, "");
}

}  // namespace kith::cli
