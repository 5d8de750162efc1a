// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace kith::cli {

namespace {

Terminal* raw_terminal = nullptr;  // for the handler below, which gets no argument

}  // namespace

bool Terminal::is_there() {
  const char* const kind = std::getenv("TERM");
  return ::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO) && kind && std::string_view(kind) != "dumb";
}

Terminal::Terminal() {
  ::tcgetattr(STDIN_FILENO, &before_);
  termios raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | IEXTEN);
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  write("\x1b[?2004h");
  if (!raw_terminal)
    std::at_quick_exit([] {
      if (raw_terminal) raw_terminal->restore();
    });
  raw_terminal = this;
}

Terminal::~Terminal() {
  raw_terminal = nullptr;
  restore();
}

void Terminal::restore() {
  write("\r\x1b[K\x1b[?2004l");
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void Terminal::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      return;
    }
  }
}

size_t Terminal::columns() const {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

size_t Terminal::rows() const {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

}  // namespace kith::cli
