// SPDX-License-Identifier: AGPL-3.0-or-later

// Serves one home's core to other kith programs of the same user, its guests, over DIR/socket: each speaks what
// `kith rpc` speaks (docs/rpc.md) and gets all events.
//
// Limits: kGuestsMax at a time, the next waits; a guest that does not read is not read either, and misses events, which
//         it is told by a resync once it reads again.
#pragma once

#include <memory>
#include <unordered_map>

#include "cli/own_core.h"

namespace kith::cli {

class Shares;

class HomeServer {
 public:
  static constexpr size_t kGuestsMax = 64;
  // An import of contacts is the longest line.
  static constexpr size_t kLineBytesMax = size_t{64} << 20;
  // From here on a guest is not read, and misses events.
  static constexpr size_t kQueueBytesMax = size_t{4} << 20;

  // Borrows all of them. Serves nobody when the socket can't be made.
  HomeServer(const Home& home, net::ClientNetwork& network, OwnCore& core, Shares& shares);
  // Takes nothing more, and gives what was asked a second to be answered. What was not, the guests ask whoever has the
  // home next.
  ~HomeServer();
  HomeServer(const HomeServer&) = delete;
  HomeServer& operator=(const HomeServer&) = delete;

  void tell(const client_api::Event& event);

 private:
  struct Guest;

  void wait_for_guests();
  void welcome();
  void read_on(Guest& guest);
  void end(OwnCore::User user);

  const Home& home_;
  net::ClientNetwork& network_;
  OwnCore& core_;
  Shares& shares_;
  int listening_ = -1;
  bool ending_ = false;
  OwnCore::User last_user_ = 0;
  std::unordered_map<OwnCore::User, std::unique_ptr<Guest>> guests_;
};

}  // namespace kith::cli
