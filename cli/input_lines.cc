// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/input_lines.h"

namespace kith::cli {

std::string_view InputLines::take(std::string_view input) {
  while (!input.empty() && events_.has_room()) {
    const size_t end = input.find('\n');
    if (!skipping_) line_ += input.substr(0, end);
    if (line_.size() > bytes_max_ + 1) {  // one more for a "\r"
      skipping_ = true;
      line_ = {};
      events_.too_long();
    }
    if (end == std::string_view::npos) return {};
    finish();
    input.remove_prefix(end + 1);
  }
  return input;
}

void InputLines::end() {
  if (!line_.empty()) finish();
}

void InputLines::finish() {
  std::string_view line = line_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > bytes_max_) {
    events_.too_long();
  } else if (!skipping_) {
    events_.line(line);
  }
  skipping_ = false;
  line_.clear();
}

}  // namespace kith::cli
