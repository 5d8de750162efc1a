// SPDX-License-Identifier: AGPL-3.0-or-later

// The server for one input: real sessions, handlers and routes over ports in memory, with two accounts that are there
// already.
#pragma once

#include "server/gateway/http_routes.h"
#include "server/gateway/shared.h"
#include "server/gateway/testing/virtual_connection.h"
#include "server/handlers/testing/handlers_world.h"

namespace kith::fuzz {

class ServerWorld {
 public:
  ServerWorld() : shared(world.services(), {}, {}), homes(gateway::testing::virtual_homes(shared, world.loops)) {
    world.add_account(ana().account, 1);
    world.add_account(ben().account, 2);
  }

  // The same in every run, so that seeds can name them.
  static DeviceAddress ana() { return {*AccountId::from_bytes(Bytes(16, 'a')), {1}}; }
  static DeviceAddress ben() { return {*AccountId::from_bytes(Bytes(16, 'b')), {1}}; }

  net::HttpResponse answer(net::IncomingRequest request) {
    gateway::HttpContext context{shared, std::move(request), *net::PeerAddress::parse("192.0.2.1"), false};
    return world.run(gateway::route_request(context));
  }

  testing::HandlersWorld world;
  gateway::Shared shared;
  gateway::testing::VirtualHomes homes;
};

}  // namespace kith::fuzz
