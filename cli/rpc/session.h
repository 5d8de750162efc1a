// SPDX-License-Identifier: AGPL-3.0-or-later

// A program on the other end of a stream of lines (standard input and output, or a socket): its calls go to the core,
// answers and events come back.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cli/host.h"
#include "cli/input_lines.h"
#include "cli/rpc/envelope.h"

namespace kith::cli::rpc {

// The event as a line for the program.
std::string event_line(const client_api::Event& event);

class Session {
 public:
  // At most this many bytes a line; a longer one is refused and skipped (LIMIT-1).
  static constexpr size_t kLineBytesMax = size_t{1} << 20;
  // Calls beyond this many unanswered ones wait (LIMIT-1).
  static constexpr size_t kOutstandingMax = 256;

  using Start = std::function<void(client_api::Request, Host::Answer)>;

  // `start` gives a request to the core, which answers later; `write` gets a line at a time, without its end.
  Session(Start start, std::function<void(std::string line)> write, size_t line_bytes_max = kLineBytesMax);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Takes what was read from the program, in any pieces. A line whose reading takes more memory than there is, is
  // answered with an error, and the next one is read. Give more only when it has room.
  void take(std::string_view input);
  // Whether every line that came in whole was taken.
  [[nodiscard]] bool has_room() const { return waiting_.empty() && outstanding_ < kOutstandingMax; }
  // The input has ended: a last line needs no line break.
  void end();

  [[nodiscard]] size_t outstanding() const { return outstanding_; }
  // Nothing is left to be answered.
  [[nodiscard]] bool is_done() const { return outstanding_ == 0 && waiting_.empty(); }

 private:
  struct Batch;

  void take_lines();
  void take_line(std::string_view line);
  void call(const Call& call, const std::shared_ptr<Batch>& batch);
  void finish(const std::shared_ptr<Batch>& batch, std::string answer);

  Start start_;
  std::function<void(std::string)> write_;
  InputLines lines_;
  std::string waiting_;  // read, but not taken: there was no room
  bool ended_ = false;
  size_t outstanding_ = 0;
};

}  // namespace kith::cli::rpc
