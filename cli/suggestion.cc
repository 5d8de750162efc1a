// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/suggestion.h"

#include <algorithm>

namespace kith::cli {
namespace {

// Optimal string alignment distance.
size_t distance(std::string_view one, std::string_view two) {
  std::vector<std::vector<size_t>> table(one.size() + 1, std::vector<size_t>(two.size() + 1));
  for (size_t i = 0; i <= one.size(); ++i) {
    for (size_t j = 0; j <= two.size(); ++j) {
      size_t& here = table[i][j];
      if (i == 0 || j == 0) {
        here = i + j;
        continue;
      }
      here = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (one[i - 1] != two[j - 1])});
      if (i > 1 && j > 1 && one[i - 1] == two[j - 2] && one[i - 2] == two[j - 1])
        here = std::min(here, table[i - 2][j - 2] + 1);
    }
  }
  return table[one.size()][two.size()];
}

}  // namespace

std::string nearest_word(std::string_view typed, const std::vector<std::string>& known) {
  constexpr size_t kLongest = 32;
  if (typed.size() > kLongest) return "";
  std::string nearest;
  size_t best = typed.size() > 4 ? 3 : 2;  // at least this is too far
  if (best >= typed.size()) best = typed.size();
  for (const std::string& word : known) {
    const size_t far = word.starts_with(typed) && typed.size() > 1 ? 1 : distance(typed, word);
    if (far < best) {
      best = far;
      nearest = word;
    }
  }
  return nearest;
}

}  // namespace kith::cli
