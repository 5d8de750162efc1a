// SPDX-License-Identifier: AGPL-3.0-or-later

#include <memory>

#include "fuzz/server_world.h"
#include "fuzz/targets.h"
#include "wire/frame_codec.h"

namespace kith::fuzz {
namespace {

// What dispatch.cc does, without its socket.
void dispatch(testing::HandlersWorld& world, DeviceAddress from, wire::ClientFrame& frame) {
  Services& services = world.services();
  const size_t loop = world.index_of(from.account);
  switch (frame.kind_case()) {
    case wire::ClientFrame::kSend: {
      const Bytes id = frame.send().message_id().substr(0, MessageId::kBytes);
      const wire::ServerFrame answer = world.send(from, frame.send());
      check(answer.has_accepted() || answer.has_refused(), "a send is answered");
      check(answer.has_accepted() ? answer.accepted().message_id() == id : answer.refused().message_id() == id,
            "by its id");
      return;
    }
    case wire::ClientFrame::kConfirm:
      return world.loop_of(from.account).run([&] { handlers::confirm(services, from, frame.confirm()); });
    case wire::ClientFrame::kRedeliver:
      return world.loop_of(from.account).run([&] { handlers::redeliver(services, from, frame.redeliver()); });
    case wire::ClientFrame::kTyping: return world.loops.begin(loop, handlers::typing(services, from, frame.typing()));
    case wire::ClientFrame::kAvailability:
      return world.loops.begin(loop, handlers::availability(services, from, frame.availability()));
    case wire::ClientFrame::kSubscribe:
      return world.loops.begin(loop, handlers::subscribe(services, from, frame.subscribe()));
    case wire::ClientFrame::kHello:
    case wire::ClientFrame::kPing:
    case wire::ClientFrame::KIND_NOT_SET: return;
  }
}

}  // namespace

void client_frame(BytesView input) {
  ServerWorld server;
  testing::HandlersWorld& world = server.world;
  testing::RecordingSession ana;
  testing::RecordingSession ben;
  check(world.hello(ServerWorld::ana(), ana, {}, true).has_value(), "Ana is connected");
  check(world.hello(ServerWorld::ben(), ben).has_value(), "Ben is connected");
  std::vector<std::unique_ptr<testing::RecordingSession>> others;
  int frames = 0;
  for (const BytesView part : parts(input)) {
    if (++frames > 16) break;
    wire::ClientFrame frame;
    if (!wire::parse_client_frame(part, frame)) continue;
    if (frame.has_hello()) {
      // As of a connection of its own.
      const auto address = handlers::token_address(frame.hello().token());
      if (!address) continue;
      others.push_back(std::make_unique<testing::RecordingSession>());
      const auto outcome =
          world.run_on(address->account, handlers::hello(world.services(), frame.hello(), *others.back()));
      if (!outcome) continue;
      check(*outcome == *address, "a token is for its device");
      check(others.back()->welcomed, "who was let in was greeted");
      world.loops.settle();
      world.detach(*outcome, *others.back());
      continue;
    }
    dispatch(world, ServerWorld::ana(), frame);
    world.loops.settle();
  }
  world.loops.pass(10);
  for (const testing::RecordingSession* session : {&ana, &ben})
    check(!session->wrong_position, "an entry says its own position");
  Position last{};
  for (const wire::Entry& entry : ben.entries) {
    check(last.may_be_followed_by(Position{entry.position()}), "positions are dense (INBOX-3)");
    last = Position{entry.position()};
  }
  world.detach(ServerWorld::ana(), ana);
  world.detach(ServerWorld::ben(), ben);
  world.loops.settle();
}

}  // namespace kith::fuzz
