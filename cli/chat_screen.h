// SPDX-License-Identifier: AGPL-3.0-or-later

// Where an interactive chat is shown and typed: a terminal with a line to type on below the messages, or plain lines
// when there is none.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace kith::cli {

struct Context;

class ChatScreen {
 public:
  struct Events {
    std::function<void(std::string line)> entered;
    std::function<void(bool composing)> typing;  // the line changed; false when it is empty again
    std::function<void()> ended;                 // end of input
  };
  // Events come from inside the host's run_until().
  static std::unique_ptr<ChatScreen> open(Context context, Events events);
  virtual ~ChatScreen() = default;

  // A line (or several) that stays.
  virtual void print(const std::string& line) { print("", line); }
  // The same, to be changed later by its id.
  virtual void print(const std::string& id, const std::string& line) = 0;
  // Changes what was printed with the id in place. False when it can't: it is off the screen, or would need more rows.
  virtual bool reprint(const std::string& id, const std::string& line) = 0;
  // What stands before the line being typed: who, whether they type, the last message's ticks. May hold colours.
  virtual void set_status(const std::string& status) = 0;
  [[nodiscard]] virtual bool shows_status() const = 0;
  // What is being typed and not entered yet.
  [[nodiscard]] virtual std::string draft() const = 0;
  virtual void set_draft(const std::string& text) = 0;
};

}  // namespace kith::cli
