// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/no_home.h"

#include <filesystem>

#include "cli/home.h"

namespace kith::cli {

bool is_no_home(const std::string& directory) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(directory, error);
  if (error || path.native().size() > Home::kDirectoryBytesMax) return false;
  if (!std::filesystem::exists(path, error)) return !error;
  std::filesystem::directory_iterator entry(path, error);
  while (!error && entry != std::filesystem::directory_iterator()) {
    if (entry->path().filename().native().starts_with("kith.db")) return false;
    entry.increment(error);
  }
  return !error;
}

void NoHome::start(client_api::Request request, Answer answer) {
  client_api::Response response;
  if (request.has_get_state()) {
    response.mutable_get_state();
  } else {
    response.mutable_failure()->set_code(client_api::Failure::kNotRegistered);
  }
  answers_.emplace_back(std::move(response), std::move(answer));
}

Host::Outcome NoHome::run_until(const std::function<bool()>& done, std::optional<MonotonicMs> /*deadline*/) {
  while (!done()) {
    if (answers_.empty()) return Outcome::kTimedOut;
    const auto [response, answer] = std::move(answers_.front());
    answers_.pop_front();
    answer(response);
  }
  return Outcome::kDone;
}

}  // namespace kith::cli
