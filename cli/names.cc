// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/names.h"

#include <algorithm>
#include <map>
#include <optional>

#include "cli/characters.h"
#include "cli/suggestion.h"

namespace kith::cli {
namespace {

std::string none_is_called(const std::vector<Named>& all, const std::string& name, const std::string& nobody) {
  std::string words = nobody + " is called " + name;
  std::vector<std::string> names;
  std::vector<std::string> names_folded;
  for (const Named& one : all) {
    for (const Name& its : one.names) {
      names.push_back(its.text);
      names_folded.push_back(folded(its.text));
    }
  }
  if (const std::string meant = nearest_word(folded(name), names_folded); !meant.empty()) {
    const auto place = std::ranges::find(names_folded, meant) - names_folded.begin();
    words += "; did you mean " + names[static_cast<size_t>(place)] + "?";
  }
  return words;
}

}  // namespace

Result<size_t, ExitCode> find_named(Context context, const std::vector<Named>& all, const std::string& name,
                                    const std::string& nobody) {
  const std::string wanted = folded(name);
  std::map<GivenBy, std::vector<size_t>> called;
  for (size_t i = 0; i < all.size(); ++i) {
    std::optional<GivenBy> by;
    for (const Name& its : all[i].names) {
      if (folded(its.text) == wanted) by = std::min(by.value_or(its.by), its.by);
    }
    if (by) called[*by].push_back(i);
  }
  if (called.empty()) {
    context.out.note(none_is_called(all, name, nobody));
    return Fail(ExitCode::kUsage);
  }
  const std::vector<size_t>& found = called.begin()->second;
  if (found.size() == 1) return found.front();
  std::string words = name + " can be ";
  for (size_t i = 0; i < found.size(); ++i) {
    const Named& one = all[found[i]];
    words += (i == 0 ? "" : ", ") + one.names.front().text + " (" + one.known_by + ")";
  }
  context.out.note(words + ": say it by number, address or id");
  return Fail(ExitCode::kUsage);
}

}  // namespace kith::cli
