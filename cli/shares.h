// SPDX-License-Identifier: AGPL-3.0-or-later

// Several programs use one core, and some of what they tell it is about the program rather than the device: that its
// user is looking, whose presence it shows, that it wants a connection. The core is told what they want together, and
// what one of them wanted goes with it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "client_api/client_api.pb.h"

namespace kith::cli {

class Shares {
 public:
  // Notes what the request says of its user, and makes it say it of all of them.
  void join(uint32_t user, client_api::Request& request);
  // The user is gone: the requests that tell the core what the others want.
  std::vector<client_api::Request> leave(uint32_t user);
  // What the user has told, for a core that was not told.
  [[nodiscard]] std::vector<client_api::Request> told_by(uint32_t user) const;

 private:
  struct Wishes {
    bool connected = false;
    bool available = false;
    std::set<std::string> watched;
  };
  [[nodiscard]] Wishes together() const;

  std::map<uint32_t, Wishes> users_;
};

}  // namespace kith::cli
