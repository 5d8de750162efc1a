// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/ask_user.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace kith::cli {

bool can_ask() { return ::isatty(STDIN_FILENO) && ::isatty(STDERR_FILENO); }

std::optional<std::string> ask_user(const std::string& question, bool secret) {
  termios before{};
  const bool hide = secret && ::tcgetattr(STDIN_FILENO, &before) == 0;
  if (hide) {
    termios hidden = before;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
  }
  std::cerr << question << std::flush;
  std::string answer;
  const bool answered = static_cast<bool>(std::getline(std::cin, answer));
  if (hide) {
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
    std::cerr << '\n';
  }
  if (!answered) return std::nullopt;
  return answer;
}

std::optional<bool> ask_whether(const std::string& question) {
  const auto answer = ask_user(question + " [y/N] ", false);
  if (!answer) return std::nullopt;
  return answer->starts_with('y') || answer->starts_with('Y');
}

}  // namespace kith::cli
