// SPDX-License-Identifier: AGPL-3.0-or-later

// Bytes that come in any pieces, as lines. No I/O.
//
// Limits: a line that is longer than `bytes_max` is told once, and left out. What a line is kept in is kept for the
// next.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace kith::cli {

class InputLines {
 public:
  struct Events {
    std::function<void(std::string_view line)> line;  // without its end, "\n" or "\r\n"; valid during the call
    std::function<void()> too_long;
    std::function<bool()> has_room = [] { return true; };  // for one line more
  };
  InputLines(Events events, size_t bytes_max) : events_(std::move(events)), bytes_max_(bytes_max) {}

  // What is left of the input: nothing, unless there was no room for more. It is to be given again when there is.
  [[nodiscard]] std::string_view take(std::string_view input);
  // A last line needs no end.
  void end();

 private:
  void finish();

  Events events_;
  size_t bytes_max_;
  std::string line_;  // what has come of it
  bool skipping_ = false;
};

}  // namespace kith::cli
