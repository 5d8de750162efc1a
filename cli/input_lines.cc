// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/input_lines.h"

#include <utility>

namespace kith::cli {

void InputLines::take(std::string_view input) {
  for (;;) {
    const size_t end = input.find('\n');
    if (!skipping_) line_ += input.substr(0, end);
    if (line_.size() > bytes_max_ + 1) {  // one more for a "\r"
      skipping_ = true;
      line_ = {};
      events_.too_long();
    }
    if (end == std::string_view::npos) return;
    finish();
    input.remove_prefix(end + 1);
  }
}

void InputLines::end() {
  if (!line_.empty()) finish();
}

void InputLines::finish() {
  std::string line = std::exchange(line_, {});
  if (std::exchange(skipping_, false)) return;
  if (line.ends_with('\r')) line.pop_back();
  if (line.size() > bytes_max_) return events_.too_long();
  events_.line(std::move(line));
}

}  // namespace kith::cli
