// SPDX-License-Identifier: AGPL-3.0-or-later

// How far one's own messages come: for commands that send.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cli/context.h"

namespace kith::cli {

// Follows messages' ticks. It listens before they are sent, so that no change is missed, until the host forgets the
// command, and so lives as long as that. Meanwhile it shows how far this device's keys are handed out to a group, and
// files are on their way.
class TickWatch {
 public:
  explicit TickWatch(Context context);
  TickWatch(const TickWatch&) = delete;
  TickWatch& operator=(const TickWatch&) = delete;

  // The message as it was when sending was answered; a change may have come in before. `to`: who it is for, where there
  // are several.
  void begin(const client_api::Message& message, const std::string& to);

  // Before a message that failed is sent again: what was known of it holds no more.
  void forget(const std::string& id) { latest_.erase(id); }

  // Once all have begun: waits until they have come as far as `wait` says (docs/cli.md, --wait), at most `timeout_s`
  // seconds; with "" it gives them five seconds to leave, and as many more whenever keys of a group were handed out, or
  // more of a file has left.
  // Tells what did not go as it should, of each that failed.
  ExitCode see_off(const std::string& wait, double timeout_s);

 private:
  void show_progress(const client_api::GroupProgress& progress);
  void look_again();
  [[nodiscard]] const client_api::Message& of(const std::string& id) const { return latest_.at(id); }
  [[nodiscard]] bool all_at_least(client_api::Message::Tick tick) const;
  // One waits for the user, since the addressee's identity has changed.
  [[nodiscard]] bool any_held() const;
  // The first that has not come so far; null when there is none.
  [[nodiscard]] const client_api::Message* first_behind(client_api::Message::Tick tick) const;
  // Whether any failed; each is told, and so are others that turned out meanwhile not to be sendable.
  bool report_failed() const;
  ExitCode try_to_send() const;
  ExitCode wait_for_tick(const std::string& wait, double timeout_s) const;

  Context context_;
  std::unordered_map<std::string, client_api::Message> latest_;
  std::vector<std::string> ids_;
  std::unordered_map<std::string, std::string> to_;  // " to Ana", where there are several
  std::unordered_set<std::string> held_;             // conversations
  size_t progresses_ = 0;                            // events about keys and files so far
};

}  // namespace kith::cli
