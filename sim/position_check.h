// SPDX-License-Identifier: AGPL-3.0-or-later

// What a device's inbox promises on the wire, looked at on the device's side of its connections: positions are dense
// (INBOX-3), and one message is at one position within an epoch (SEND-1).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/ids.h"
#include "wire/frames.pb.h"

namespace kith::sim {

class PositionCheck {
 public:
  // A new connection says Hello, confirming `confirmed`.
  void hello(Position confirmed) {
    last_ = confirmed;
    confirmed_ = confirmed;
    fresh_ = true;
  }
  void redeliver(Position after) {
    last_ = after;
    fresh_ = true;
  }
  // The server lies: one message may come in several.
  void expect_repetitions() { repetitions_ = true; }
  // What is wrong with the frame, if anything.
  std::optional<std::string> look(const wire::ServerFrame& frame) {
    if (frame.has_welcome()) first_ = Position{frame.welcome().first_position()};
    if (!frame.has_deliver()) return std::nullopt;
    for (const wire::Entry& entry : frame.deliver().entries()) {
      const Position position{entry.position()};
      const bool fits = entry.has_expired() || last_.may_be_followed_by(position) ||
                        (fresh_ && (position == first_ || position <= confirmed_));
      if (!fits) return "INBOX-3: position " + text(position) + " follows " + text(last_);
      last_ = position;
      fresh_ = false;
      if (!entry.has_message() || repetitions_) continue;
      // Told by what is in the envelope: whoever forgets a message may give it another id.
      const auto [place, is_new] =
          places_.emplace(entry.message().from_account() + entry.message().payload(), position);
      if (!is_new && place->second != position && place->second.epoch() == position.epoch()) {
        return "SEND-1: one message at " + text(place->second) + " and " + text(position);
      }
      place->second = position;
    }
    return std::nullopt;
  }

 private:
  static std::string text(Position position) {
    return std::to_string(position.epoch()) + "/" + std::to_string(position.sequence());
  }
  Position last_;
  Position confirmed_;
  Position first_;
  bool fresh_ = true;
  bool repetitions_ = false;
  std::map<std::string, Position> places_;
};

}  // namespace kith::sim
