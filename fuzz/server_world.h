// SPDX-License-Identifier: AGPL-3.0-or-later

// The server for one input: real sessions, handlers and routes over ports in memory, with two accounts, and a group of
// them, that are there already.
#pragma once

#include "fuzz/targets.h"
#include "server/gateway/http_routes.h"
#include "server/gateway/shared.h"
#include "server/gateway/stream_routes.h"
#include "server/gateway/testing/virtual_connection.h"
#include "server/handlers/testing/handlers_world.h"
#include "wire/testing/group_changes.h"

namespace kith::fuzz {

class ServerWorld {
 public:
  ServerWorld() : shared(world.services(), {}, {}), homes(gateway::testing::virtual_homes(shared, world.loops)) {
    world.add_account(ana().account, 1);
    world.add_account(ben().account, 2);
    add_group();
  }

  // The same in every run, so that seeds can name them.
  static DeviceAddress ana() { return {*AccountId::from_bytes(Bytes(16, 'a')), {1}}; }
  static DeviceAddress ben() { return {*AccountId::from_bytes(Bytes(16, 'b')), {1}}; }

  static GroupId group() { return *GroupId::from_bytes(Bytes(16, 'g')); }

  net::HttpResponse answer(net::IncomingRequest request) {
    gateway::HttpContext context{shared, std::move(request), *net::PeerAddress::parse("192.0.2.1"), false};
    return world.run(gateway::route_request(context));
  }

  // The same for routes whose bodies are streams; a stream that is answered must be what it says.
  net::HttpResponse answer_stream(net::IncomingRequest request, BytesView body) {
    gateway::HttpContext context{shared, std::move(request), *net::PeerAddress::parse("192.0.2.1"), false};
    const gateway::StreamRoute* const route = gateway::find_stream_route(shared, context.request);
    if (route == nullptr) return {};
    SharedBytesSource source(std::make_shared<const Bytes>(body), 0, body.size());
    net::HttpResponse response = world.run(gateway::route_stream(context, *route, body.size(), source));
    uint64_t given = 0;
    for (bool more = response.stream != nullptr; more;) {
      const auto piece = world.run(response.stream->next());
      check(piece.has_value(), "a file that is there can be read");
      given += piece->size();
      more = !piece->empty();
    }
    check(!response.stream || given == response.stream_size, "a stream has as many bytes as it says");
    return response;
  }

  testing::HandlersWorld world;
  gateway::Shared shared;
  gateway::testing::VirtualHomes homes;

 private:
  // Of Ana and Ben, which they may read.
  void add_group() {
    const testing::FollowedGroup made{group()};
    const wire::GroupChange change = made.creating(ana(), {ben().account});
    wire::SignedGroupChange parts;
    parts.set_change(change.SerializeAsString());
    GroupStore::Change step{.revision = {1},
                            .change = parts.SerializeAsString(),
                            .change_digest = Bytes(32, 'd'),
                            .state = group_state_bytes(*apply_change(std::nullopt, change)),
                            .joined = {{ana().account, true}, {ben().account, false}},
                            .left = {}};
    const auto taken = world.run(world.ports().groups.take(group(), std::move(step), {10, 10}));
    check(taken && taken->taken == GroupStore::Taken::kTaken, "the group is there");
  }
};

}  // namespace kith::fuzz
