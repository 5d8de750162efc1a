// SPDX-License-Identifier: AGPL-3.0-or-later

// What who takes part in a run has around it. All of it outlives them.
#pragma once

namespace kith::sim {

class Ledger;
class Scheduler;
class Server;
class Trace;

struct Surroundings {
  Scheduler& scheduler;
  Trace& trace;
  Server& server;
  Ledger& ledger;
};

}  // namespace kith::sim
