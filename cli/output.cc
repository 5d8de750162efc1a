// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>

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

// The code point at the start of `text` and its length; 0 length when it is no UTF-8.
struct CodePoint {
  uint32_t value = 0;
  size_t length = 0;
};
CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  static constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  uint32_t value = lead & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  if (value < kSmallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length};
}

bool is_harmless(uint32_t c) {
  if (c == '\n' || c == '\t') return true;
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return false;
  return !(c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069));
}

}  // namespace

std::string safe_for_terminal(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = first_code_point(text);
    const size_t length = c.length ? c.length : 1;
    safe += c.length && is_harmless(c.value) ? text.substr(0, length) : kReplacement;
    text.remove_prefix(length);
  }
  return safe;
}

Output::Output(int data, int words) : data_(data), words_(words), is_terminal_(::isatty(data)) {
  // https://no-color.org
  const char* const no_colour = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  if ((no_colour && *no_colour) || (terminal && std::string_view(terminal) == "dumb")) is_terminal_ = false;
}

void Output::line(std::string_view text) {
  waiting_ += text;
  waiting_ += '\n';
}

bool Output::flush() {
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
  std::string line = "kith: " + safe_for_terminal(text) + "\n";
  write_all(words_, line);
}

std::string Output::coloured(std::string_view sgr, std::string_view text) const {
  if (!is_terminal_) return std::string(text);
  return "\x1b[" + std::string(sgr) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace kith::cli
