// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "cli/characters.h"

namespace kith::cli {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {  // somebody else made it non-blocking
      pollfd wait{descriptor, POLLOUT, 0};
      ::poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool is_harmless(int32_t c) {
  if (c == '\n' || c == '\t') return true;
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return false;
  return !(c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069));
}

std::string safe_for_terminal(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    safe += is_harmless(c.value) ? text.substr(0, c.length) : kReplacement;
    text.remove_prefix(c.length);
  }
  return safe;
}

std::string one_line(std::string_view text) {
  std::string line = safe_for_terminal(text);
  for (const std::string_view mark : {"\n", "\t", "\u2028", "\u2029"}) {
    for (size_t at = line.find(mark); at != std::string::npos; at = line.find(mark, at + 1))
      line.replace(at, mark.size(), " ");
  }
  return line;
}

Output::Output(int data, int words)
    : data_(data), words_(words), is_terminal_(::isatty(data)), words_can_pass_(::isatty(words)) {
  // https://no-color.org
  const char* const no_colour = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool is_dumb = terminal && std::string_view(terminal) == "dumb";
  if ((no_colour && *no_colour) || is_dumb) is_terminal_ = false;
  if (is_dumb) words_can_pass_ = false;
}

void Output::line(std::string_view text) {
  waiting_ += text;
  waiting_ += '\n';
}

bool Output::flush() {
  if (!waiting_.empty()) passing("");
  if (!broken_ && !write_all(data_, waiting_)) broken_ = true;
  waiting_.clear();
  return !broken_;
}

bool Output::has_reader() const {
  if (broken_) return false;
  pollfd state{data_, POLLOUT, 0};
  return ::poll(&state, 1, 0) < 0 || !(state.revents & (POLLERR | POLLNVAL));
}

void Output::note(std::string_view text) {
  flush();
  passing("");
  std::string line = "kith: " + one_line(text) + "\n";
  write_all(words_, line);
}

void Output::passing(std::string_view text) {
  if (!words_can_pass_ || (text.empty() && !has_passing_)) return;
  has_passing_ = !text.empty();
  const std::string shown = "\r\x1b[K" + (text.empty() ? "" : "kith: " + one_line(text));
  write_all(words_, shown);
}

std::string Output::coloured(std::string_view sgr, std::string_view text) const {
  if (!is_terminal_) return std::string(text);
  return "\x1b[" + std::string(sgr) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace kith::cli
