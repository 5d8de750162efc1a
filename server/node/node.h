// SPDX-License-Identifier: AGPL-3.0-or-later

// One kithd: makes one of everything, wires it, and ends it in the right order.
//
// Start:  loops and signals (before any thread) → data directory → stores → slots → shards → gateway → loop threads.
// Stop:   gateway drains (clients are told, what is in flight is finished) → shards commit what waits → last seen is
//         written → loops end → gateway, shards, stores are destroyed in the reverse order of their making.
// Tables: with a table of descriptors for each loop's thread, the process's own belongs to loop 0 and to every thread
//         that a loop does not run on: stores, heavy work.
// Loops:  loop 0 runs on the thread that calls run(), with the signals; the others have threads of their own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "server/node/config.h"
#include "server/node/exit_code.h"

namespace kith::node {

class Node {
 public:
  struct Failure {
    ExitCode exit_code;
    std::string what;  // a sentence for the operator
  };

  // Before any other thread is started: it blocks signals. `tables`: connections in the table of descriptors of each
  // loop's thread (plan_descriptors); empty: they share one.
  explicit Node(Config config, std::vector<uint32_t> tables = {});
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // Opens everything and begins to listen.
  Result<void, Failure> start();
  // "http://127.0.0.1:8080", one for each address; after start().
  [[nodiscard]] std::vector<std::string> urls() const;
  // Serves until SIGTERM or SIGINT, then stops. A second signal, or a stop that takes longer than settings allow and
  // ten seconds more, ends the process with kForced.
  void run();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace kith::node
