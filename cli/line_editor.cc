// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/line_editor.h"

#include <algorithm>
#include <utility>

#include "cli/characters.h"

namespace kith::cli {
namespace {

constexpr size_t kEarlierMax = 100;

size_t sequence_length(unsigned char lead) { return lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

// How many bytes at the start may belong to one character; 0 when the first can't begin any.
size_t valid_prefix(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead >= 0x80 && (lead < 0xC2 || lead > 0xF4)) return 0;
  size_t length = 1;
  while (length < std::min(text.size(), sequence_length(lead)) &&
         (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80)
    ++length;
  return length;
}

size_t columns_of(const std::string& character) { return character == "\n" ? 1 : display_columns(character); }

// The length of the escape sequence at the start; 0 while it is incomplete.
size_t escape_length(std::string_view text) {
  if (text.size() < 2) return 0;
  if (text[1] == 'O') return text.size() < 3 ? 0 : 3;
  if (text[1] != '[') return 2;
  for (size_t i = 2; i < text.size(); ++i) {
    if (text[i] >= 0x40 && text[i] <= 0x7E) return i + 1;
  }
  return text.size() > 32 ? text.size() : 0;
}

}  // namespace

std::string LineEditor::text() const {
  std::string all;
  for (const std::string& character : characters_) all += character;
  return all;
}

void LineEditor::set_text(std::string_view text) {
  characters_ = characters_of(text);
  cursor_ = characters_.size();
}

void LineEditor::take(std::string_view input) {
  incomplete_ += input;
  std::string pending;
  pending.swap(incomplete_);
  std::string_view rest = pending;
  std::string typed;  // goes in at once: a paste is long
  const auto insert_typed = [&] {
    if (!typed.empty()) insert(std::exchange(typed, {}));
  };
  while (!rest.empty()) {
    const auto lead = static_cast<unsigned char>(rest[0]);
    size_t length = 1;
    if (lead == 0x1B) {
      length = escape_length(rest);
      if (length == 0) break;
      insert_typed();
      take_sequence(rest.substr(0, length));
    } else if (lead < 0x20 || lead == 0x7F) {
      insert_typed();
      take_control(rest[0]);
    } else {
      length = valid_prefix(rest);
      if (length == rest.size() && length < sequence_length(lead)) break;  // the rest is to come
      if (length == sequence_length(lead)) typed += rest.substr(0, length);
      length = std::max<size_t>(length, 1);  // else no UTF-8: left out
    }
    rest.remove_prefix(length);
  }
  insert_typed();
  incomplete_.insert(0, rest);
}

// What is typed may join the character before, and what follows may join it: an accent, the second half of a flag.
void LineEditor::insert(std::string_view text) {
  std::string all;
  for (size_t i = 0; i < cursor_; ++i) all += characters_[i];
  all += text;
  const size_t before = all.size();
  for (size_t i = cursor_; i < characters_.size(); ++i) all += characters_[i];
  characters_ = characters_of(all);
  cursor_ = 0;
  for (size_t bytes = 0; bytes < before; ++cursor_) bytes += characters_[cursor_].size();
  events_.changed();
}

void LineEditor::erase(size_t from, size_t to) {
  if (from >= to) return;
  characters_.erase(characters_.begin() + static_cast<ptrdiff_t>(from),
                    characters_.begin() + static_cast<ptrdiff_t>(to));
  cursor_ = from;
  events_.changed();
}

void LineEditor::take_control(char c) {
  constexpr auto kCtrl = [](char letter) { return static_cast<char>(letter - '@'); };
  if (c == '\r' || c == '\n') {
    if (pasting_) return insert("\n");
    return enter();
  }
  if (pasting_) {
    if (c == '\t') insert(" ");
    return;
  }
  if (c == 0x7F || c == '\b') {
    if (cursor_ > 0) erase(cursor_ - 1, cursor_);
  } else if (c == kCtrl('A')) {
    cursor_ = 0;
  } else if (c == kCtrl('E')) {
    cursor_ = characters_.size();
  } else if (c == kCtrl('U')) {
    erase(0, cursor_);
  } else if (c == kCtrl('K')) {
    erase(cursor_, characters_.size());
  } else if (c == kCtrl('W')) {
    size_t from = cursor_;
    while (from > 0 && characters_[from - 1] == " ") --from;
    while (from > 0 && characters_[from - 1] != " ") --from;
    erase(from, cursor_);
  } else if (c == kCtrl('D')) {
    if (characters_.empty()) return events_.ended();
    erase(cursor_, std::min(cursor_ + 1, characters_.size()));
  }
}

void LineEditor::take_sequence(std::string_view sequence) {
  const std::string_view keys = sequence.substr(1);
  if (keys == "[200~") pasting_ = true;
  if (keys == "[201~") pasting_ = false;
  if (keys == "[D" || keys == "OD") cursor_ -= cursor_ > 0;
  if (keys == "[C" || keys == "OC") cursor_ += cursor_ < characters_.size();
  if (keys == "[H" || keys == "OH" || keys == "[1~") cursor_ = 0;
  if (keys == "[F" || keys == "OF" || keys == "[4~") cursor_ = characters_.size();
  if (keys == "[3~") erase(cursor_, std::min(cursor_ + 1, characters_.size()));
  if (keys == "[A" || keys == "OA") recall(-1);
  if (keys == "[B" || keys == "OB") recall(1);
}

void LineEditor::recall(int direction) {
  if ((direction < 0 && recalled_ == 0) || (direction > 0 && recalled_ == earlier_.size())) return;
  if (recalled_ == earlier_.size()) kept_ = text();
  recalled_ = direction < 0 ? recalled_ - 1 : recalled_ + 1;
  set_text(recalled_ == earlier_.size() ? kept_ : earlier_[recalled_]);
  events_.changed();
}

void LineEditor::enter() {
  std::string line = text();
  characters_.clear();
  cursor_ = 0;
  if (!line.empty() && (earlier_.empty() || earlier_.back() != line)) earlier_.push_back(line);
  if (earlier_.size() > kEarlierMax) earlier_.erase(earlier_.begin());
  recalled_ = earlier_.size();
  kept_.clear();
  events_.entered(std::move(line));
}

std::string LineEditor::draw(const std::string& prompt, size_t prompt_columns, size_t columns) const {
  // The last column stays free for the cursor
  const size_t room = columns > prompt_columns + 1 ? columns - prompt_columns - 1 : 1;
  size_t first = cursor_;
  size_t before = 0;  // columns from the first one drawn to the cursor
  while (first > 0 && before + columns_of(characters_[first - 1]) <= room) before += columns_of(characters_[--first]);
  std::string line = "\r\x1b[K" + prompt;
  size_t used = 0;
  for (size_t i = first; i < characters_.size(); ++i) {
    used += columns_of(characters_[i]);
    if (used > room) break;
    line += characters_[i] == "\n" ? "↵" : characters_[i];
  }
  line += '\r';
  if (prompt_columns + before > 0) line += "\x1b[" + std::to_string(prompt_columns + before) + "C";
  return line;
}

}  // namespace kith::cli
