// SPDX-License-Identifier: AGPL-3.0-or-later

// Pieces for a host whose network has calls with whole bodies only: keeps the pieces of a body until it is whole, and
// an answer until its pieces were taken. For tests, the simulator, benches and fuzzers, where nothing is too large to
// be held; part of ClientHost.
#pragma once

#include <map>

#include "core/client_host.h"

namespace kith::core {

class WholeBodies final : public PieceActions {
 public:
  WholeBodies(HostActions& actions, ClientHost& host) : actions_(actions), host_(host) {}

  void begin_transfer(client_api::HttpCall call) override;
  void give(uint32_t call, Bytes bytes) override;
  void take(uint32_t call) override;
  void cancel(uint32_t call) override { transfers_.erase(call); }
  void forget() { transfers_.clear(); }

  // The network has the answer of a call. False: it is handed in as it is.
  bool answer(uint32_t call, uint32_t status, Bytes& body);

 private:
  struct State {
    client_api::HttpCall call;
    bool called = false;  // its body was whole
    Bytes answer;
    size_t taken = 0;
  };
  void go_on(State& state);

  HostActions& actions_;
  ClientHost& host_;
  std::map<uint32_t, State> transfers_;
};

}  // namespace kith::core
