// SPDX-License-Identifier: AGPL-3.0-or-later

// The client core in this process, over one home's database, with the network carrying out what it asks for.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/host.h"
#include "net/client_network.h"

namespace kith::cli {

class Home;

// Timers of the network that commands must leave alone; they number theirs from 1.
constexpr uint32_t kWakeTimer = 0;
constexpr uint32_t kPumpTimer = UINT32_MAX;
constexpr uint32_t kSweepTimer = UINT32_MAX - 1;
constexpr uint32_t kEnterTimer = UINT32_MAX - 2;
constexpr uint32_t kAcceptTimer = UINT32_MAX - 3;
constexpr uint32_t kRefusalTimer = UINT32_MAX - 4;

class OwnCore {
 public:
  // A host asks on behalf of users: 0 is the command of this process.
  using User = uint32_t;
  struct Events {
    Host::Listener event;
    std::function<void()> damaged;            // the database has turned out to be: nothing is answered any more
    std::function<void(std::string)> traced;  // a line for everything that goes over the network; may be empty
  };

  // Borrows home and network. A damaged database is rebuilt first: State.rebuilt says so. Fails with words for people.
  static Result<std::unique_ptr<OwnCore>, std::string> open(const Home& home, net::ClientNetwork& network,
                                                            Events events);
  // Disconnects; gives what was sent last two seconds to leave.
  ~OwnCore();
  OwnCore(const OwnCore&) = delete;
  OwnCore& operator=(const OwnCore&) = delete;

  // The answer comes later, never inside this call. Requests that wait together are carried out in one transaction.
  void start(User user, client_api::Request request, Host::Answer answer);
  // The user waits for nothing any more: what was not begun is not carried out.
  void forget(User user);
  [[nodiscard]] bool damaged() const;

 private:
  struct Impl;
  explicit OwnCore(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace kith::cli
