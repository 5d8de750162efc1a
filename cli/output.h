// SPDX-License-Identifier: AGPL-3.0-or-later

// Where a command writes: data on standard output, words for people on standard error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::cli {

class Output {
 public:
  // Borrows the descriptors.
  Output(int data, int words);

  // Adds a line of data. It leaves with flush().
  void line(std::string_view text);
  // Adds data as it is.
  void add(std::string_view text) { waiting_ += text; }
  // Writes what was added in one write where the system takes it. False once the reader is gone (closed pipe, full
  // disk): the data is lost.
  bool flush();
  // Where data goes, to be watched: when it says that it can be read, the reader may be gone.
  [[nodiscard]] int descriptor() const { return data_; }
  // Whether somebody still reads: asked before data is taken that can be had only once.
  [[nodiscard]] bool has_reader() const;

  // "kith: text" for people, at once, on one line; control characters made visible. Data added before leaves first, so
  // that a terminal shows both in order.
  void note(std::string_view text);
  // What goes on, for people at a terminal: shown where words go, in place of the text before, until "", words or data
  // come. Nothing where words do not go to a terminal.
  void passing(std::string_view text);

  // Whether people look at the data: then there may be colours, and dates are for people.
  [[nodiscard]] bool is_terminal() const { return is_terminal_; }
  // The text in a colour of the terminal ("34" is blue, "2" dim), or as it is when this is no terminal.
  [[nodiscard]] std::string coloured(std::string_view sgr, std::string_view text) const;

 private:
  int data_;
  int words_;
  bool is_terminal_;
  bool broken_ = false;
  bool words_can_pass_;       // a line of theirs can be written anew
  bool has_passing_ = false;  // there is such a line
  std::string waiting_;
};

// Whether a terminal shows the character and does nothing else: no control characters (but newline and tab), the C1
// range and marks that turn the writing direction over. -1 is none.
bool is_harmless(int32_t code_point);

// Text of somebody else, safe on a terminal: what is not harmless, and bytes that are no UTF-8, become U+FFFD.
std::string safe_for_terminal(std::string_view text);

// The same on one line: names, numbers and other words of somebody else that stand in a line of ours, which they must
// not be able to end. Breaks and tabs become spaces.
std::string one_line(std::string_view text);

}  // namespace kith::cli
