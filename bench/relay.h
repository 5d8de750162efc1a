// SPDX-License-Identifier: AGPL-3.0-or-later

// The floor: what the kernel charges for the traffic of `pairs`, and hardly more.
//
// One thread that routes Kith's frames between WebSocket connections in memory: unmask, acknowledge, forward, send the
// receipt back. It checks nothing, keeps no message, knows no duplicate, and gathers output until the end of a turn, as
// the server does. A message to a group goes to everybody who is connected, and causes no receipt. Only kith-bench may
// talk to it.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace kith::bench {

// A relay in a process of its own, ended with the object.
class RelayProcess {
 public:
  RelayProcess() = default;
  ~RelayProcess();
  RelayProcess(const RelayProcess&) = delete;
  RelayProcess& operator=(const RelayProcess&) = delete;

  // Forks: the calling process has one thread.
  [[nodiscard]] bool start();
  [[nodiscard]] uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  uint16_t port_ = 0;
};

}  // namespace kith::bench
