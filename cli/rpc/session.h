// SPDX-License-Identifier: AGPL-3.0-or-later

// A program on the other end of standard input and output: its calls go to the core, answers and events come back.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/rpc/envelope.h"

namespace kith::cli {
class Host;
}

namespace kith::cli::rpc {

class Session {
 public:
  // At most this many bytes a line; a longer one is refused and skipped (LIMIT-1).
  static constexpr size_t kLineBytesMax = size_t{1} << 20;
  // Input is not read while this many calls are unanswered: the program waits (LIMIT-1).
  static constexpr size_t kOutstandingMax = 64;

  // Borrows the host. `write` gets a line at a time, without its end.
  Session(Host& host, std::function<void(std::string line)> write);

  // Takes what was read from the program, in any pieces.
  void take(std::string_view input);
  // The input has ended: a last line needs no line break.
  void end();

  [[nodiscard]] size_t outstanding() const { return outstanding_; }

 private:
  struct Batch;

  void take_line(std::string_view line);
  void call(const Call& call, const std::shared_ptr<Batch>& batch);
  void finish(const std::shared_ptr<Batch>& batch, std::string answer);

  Host& host_;
  std::function<void(std::string)> write_;
  std::string line_;       // what came of the line so far
  bool skipping_ = false;  // the rest of a line that was too long
  size_t outstanding_ = 0;
};

}  // namespace kith::cli::rpc
