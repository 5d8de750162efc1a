// SPDX-License-Identifier: AGPL-3.0-or-later

// A line being typed on a terminal in raw mode: takes what the keyboard sends, draws the line. No I/O.
//
// Keys: arrows, Home, End, Ctrl-A, E, U, K, W, Backspace, Delete, Up and Down for earlier lines, Ctrl-D on an empty
//       line to end. What is pasted (bracketed paste) may hold line breaks; they are drawn as "↵".
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::cli {

class LineEditor {
 public:
  struct Events {
    std::function<void(std::string line)> entered;
    std::function<void()> changed;  // the text is another than before, and was not entered
    std::function<void()> ended;    // Ctrl-D on an empty line
  };
  explicit LineEditor(Events events) : events_(std::move(events)) {}

  // What the terminal sent, in any pieces.
  void take(std::string_view input);

  [[nodiscard]] std::string text() const;
  void set_text(std::string_view text);

  // Draws over the current row of a terminal that is `columns` wide: the prompt, as much of the line as fits around the
  // cursor, the cursor in place. `prompt_columns` is the prompt's width without escape sequences.
  [[nodiscard]] std::string draw(const std::string& prompt, size_t prompt_columns, size_t columns) const;

 private:
  void take_control(char c);
  void take_sequence(std::string_view sequence);
  void insert(std::string_view text);
  void enter();
  void recall(int direction);
  void erase(size_t from, size_t to);

  Events events_;
  std::vector<std::string> characters_;  // as people see them: characters_of()
  size_t cursor_ = 0;
  std::string incomplete_;  // the start of a character or an escape sequence
  bool pasting_ = false;
  std::vector<std::string> earlier_;
  size_t recalled_ = 0;  // index into earlier_; its size: the line being written
  std::string kept_;     // that line, while an earlier one is shown
};

}  // namespace kith::cli
