// SPDX-License-Identifier: AGPL-3.0-or-later

// Where no home is: a core that nobody has registered, without a directory or a database. Commands that only read run
// on it, so that a mistyped --home does not become one.
#pragma once

#include <deque>
#include <string>
#include <utility>

#include "cli/host.h"

namespace kith::cli {

// Nothing of a device is in the directory, not even of one that was being rebuilt. False when that can't be told.
bool is_no_home(const std::string& directory);

class NoHome final : public Host {
 public:
  void start(client_api::Request request, Answer answer) override;
  // Nothing ever happens here: kTimedOut once everything is answered.
  Outcome run_until(const std::function<bool()>& done, std::optional<MonotonicMs> deadline) override;
  void finish(const std::function<bool()>& done, uint64_t /*milliseconds*/) override { run_until(done, std::nullopt); }
  [[nodiscard]] MonotonicMs now() const override { return {0}; }
  [[nodiscard]] const std::string& directory() const override { return directory_; }
  void when_readable(int, std::function<void()>) override {}
  void stop_watching(int) override {}
  void set_timer(uint32_t, MonotonicMs, std::function<void()>) override {}

 private:
  std::deque<std::pair<client_api::Response, Answer>> answers_;
  const std::string directory_;  // none: nothing that needs one comes so far
};

}  // namespace kith::cli
