// SPDX-License-Identifier: AGPL-3.0-or-later

// A terminal that a test can read.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <functional>
#include <string>

namespace kith::cli::testing {

// What is seen on a terminal of so many columns when `write` has written to it.
inline std::string seen_on(unsigned short columns, const std::function<void(int terminal)>& write) {
  const int screen = ::posix_openpt(O_RDWR | O_NOCTTY);
  EXPECT_EQ(::grantpt(screen) + ::unlockpt(screen), 0);
  const int terminal = ::open(::ptsname(screen), O_RDWR | O_NOCTTY);
  const winsize size{.ws_row = 50, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
  EXPECT_EQ(::ioctl(terminal, TIOCSWINSZ, &size), 0);
  write(terminal);
  ::close(terminal);
  std::string seen;
  char part[4096];
  for (ssize_t read; (read = ::read(screen, part, sizeof part)) > 0;) seen.append(part, static_cast<size_t>(read));
  ::close(screen);
  return seen;
}

}  // namespace kith::cli::testing
