// SPDX-License-Identifier: AGPL-3.0-or-later

// Options that several commands have.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace kith::cli {

inline void add_json(CLI::App& command, bool& json) { command.add_flag("--json", json, "One JSON object a line"); }

inline CLI::Option& add_limit(CLI::App& command, uint32_t& limit) {
  CLI::Option& option = *command.add_option("--limit", limit, "At most N messages");
  option.check(CLI::Range(1, 500))->type_name("N")->capture_default_str();
  return option;
}

inline void add_wait(CLI::App& command, std::string& wait, double& timeout_s) {
  command.add_option("--wait", wait, "Return when the message is sent, delivered or read")
      ->check(CLI::IsMember({"sent", "delivered", "read"}));
  command.add_option("--timeout", timeout_s, "Give up --wait after S seconds")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("S")
      ->capture_default_str();
}

}  // namespace kith::cli
