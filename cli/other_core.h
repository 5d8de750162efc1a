// SPDX-License-Identifier: AGPL-3.0-or-later

// The client core of another kith on the same home, spoken to as `kith rpc` is (docs/rpc.md) over the home's socket.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cli/host.h"
#include "cli/local_socket.h"

namespace kith::cli {

class OtherCore {
 public:
  // Its programs are of this user, but a line must end some day. The largest answer is a page of 500 messages.
  static constexpr size_t kLineBytesMax = size_t{256} << 20;

  struct Events {
    Host::Listener event;
    // The connection is gone, or what comes over it is not understood: nothing is answered any more. This object may
    // go, but not inside the call.
    std::function<void()> lost;
  };

  // Owns the descriptor, borrows the network.
  OtherCore(net::ClientNetwork& network, int descriptor, Events events);

  // The answer comes later, never inside this call.
  void start(const client_api::Request& request, Host::Answer answer);

 private:
  void take(std::string_view part);
  bool take_line(std::string_view line);
  void read_on();
  void lose();

  net::ClientNetwork& network_;
  LocalSocket socket_;
  Events events_;
  struct Waiting {
    std::string method;
    Host::Answer answer;
  };
  std::unordered_map<uint32_t, Waiting> answers_;
  uint32_t last_request_ = 0;
  std::string line_;
};

}  // namespace kith::cli
