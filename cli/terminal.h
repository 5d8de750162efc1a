// SPDX-License-Identifier: AGPL-3.0-or-later

// The user's terminal in raw mode, for as long as the object lives; restored by std::quick_exit too. One at a time.
#pragma once

#include <termios.h>

#include <cstddef>
#include <string_view>

namespace kith::cli {

class Terminal {
 public:
  // Whether standard input and output both are a terminal that can be drawn on.
  static bool is_there();

  // Keys come as they are typed, unechoed; Ctrl-C still is a signal; pastes are marked (bracketed paste).
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void write(std::string_view text);
  [[nodiscard]] size_t columns() const;
  [[nodiscard]] size_t rows() const;

 private:
  void restore();

  termios before_{};
};

}  // namespace kith::cli
