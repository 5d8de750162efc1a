// SPDX-License-Identifier: AGPL-3.0-or-later

#include <algorithm>
#include <memory>
#include <optional>

#include "base/limits.h"
#include "fuzz/server_world.h"
#include "fuzz/targets.h"
#include "wire/frame_codec.h"

namespace kith::fuzz {
namespace {

// A connection of a device, with what it was sent.
class DeviceLink final : public gateway::testing::VirtualConnection {
 public:
  explicit DeviceLink(ServerWorld& server) : VirtualConnection(server.homes), loops_(server.world.loops) {}

  // Sends the bytes as one message, and lets happen what does.
  void tell(BytesView message) {
    static constexpr uint8_t kKey[4] = {1, 2, 3, 4};
    Bytes bytes;
    wire::append_frame_header(bytes, wire::Opcode::kBinary, message.size(), kKey);
    const size_t header = bytes.size();
    bytes.append(message);
    wire::apply_mask(std::span(bytes).subspan(header), kKey);
    receive(bytes);
    loops_.pass(kPauseMs);
  }
  void say_hello(const DeviceAddress& device, bool available) {
    wire::ClientFrame frame;
    *frame.mutable_hello() = testing::HandlersWorld::hello_of(device, {}, available);
    tell(frame.SerializeAsString());
  }

  [[nodiscard]] bool welcomed() const { return has(wire::ServerFrame::kWelcome); }
  [[nodiscard]] bool has(wire::ServerFrame::KindCase kind) const {
    return std::ranges::any_of(frames, [kind](const wire::ServerFrame& frame) { return frame.kind_case() == kind; });
  }

  std::vector<wire::ServerFrame> frames;

 private:
  void on_output(Bytes bytes) override {
    std::span<char> rest(bytes);
    for (;;) {
      const wire::WebSocketEvent event = reader_.next(rest, {.masked = false});
      if (event.kind == wire::WebSocketEvent::Kind::kNeedMore || event.kind == wire::WebSocketEvent::Kind::kClose)
        return;
      check(event.kind == wire::WebSocketEvent::Kind::kMessage, "the server sends well-formed messages");
      wire::ServerFrame frame;
      check(frame.ParseFromArray(event.payload.data(), static_cast<int>(event.payload.size())),
            "that are ServerFrames");
      frames.push_back(std::move(frame));
    }
  }
  void on_end() override {}

  // An answer waits for the stores, which take their time, and a device that is connected has some to confirm.
  static constexpr uint64_t kPauseMs = DeliverySettings().commit_delay_connected_ms + 100;
  testing::VirtualLoops& loops_;
  wire::WebSocketReader reader_;
};

void check_positions(const std::vector<wire::ServerFrame>& frames) {
  Position last{};
  for (const wire::ServerFrame& frame : frames) {
    // Redelivered from any earlier place on.
    for (const wire::Entry& entry : frame.deliver().entries()) {
      const Position position{entry.position()};
      check(entry.has_expired() || last == Position{} || position <= last || last.may_be_followed_by(position),
            "positions are dense (INBOX-3)");
      last = position;
    }
  }
}

// Ana's connection, a new one whenever the last was closed.
class Ana {
 public:
  explicit Ana(ServerWorld& server) : server_(server) {}
  void hang_up() {
    for (const auto& link : links_) link->hang_up();
  }
  void tell(BytesView message, const wire::ClientFrame* frame) {
    if (links_.empty() || !links_.back()->is_open()) connect();
    DeviceLink& link = *links_.back();
    const size_t before = link.frames.size();
    link.tell(message);
    if (frame == nullptr) return check(!link.is_open() && link.has(wire::ServerFrame::kError), "no frame ends it");
    const std::span answers = std::span(link.frames).subspan(before);
    if (frame->has_send()) check_answers(answers, {&frame->send(), 1});
    if (static_cast<size_t>(frame->sends().sends_size()) <= kSendsMax) {
      const std::vector<wire::Send> sends(frame->sends().sends().begin(), frame->sends().sends().end());
      check_answers(answers, sends);
    }
  }
  void check_all() const {
    for (const auto& link : links_) check_positions(link->frames);
  }

 private:
  void connect() {
    links_.push_back(std::make_unique<DeviceLink>(server_));
    links_.back()->say_hello(ServerWorld::ana(), true);
    check(links_.back()->welcomed(), "Ana is connected");
  }
  static void check_answers(std::span<const wire::ServerFrame> frames, std::span<const wire::Send> sends) {
    for (const wire::Send& send : sends) {
      const Bytes id = send.message_id().substr(0, MessageId::kBytes);
      const auto answers = std::ranges::count_if(frames, [&id](const wire::ServerFrame& frame) {
        return (frame.has_accepted() && frame.accepted().message_id() == id) ||
               (frame.has_refused() && frame.refused().message_id() == id);
      });
      const auto asked = std::ranges::count_if(
          sends, [&id](const wire::Send& other) { return other.message_id().substr(0, MessageId::kBytes) == id; });
      check(answers == asked, "a send is answered once, by its id");
    }
  }

  ServerWorld& server_;
  std::vector<std::unique_ptr<DeviceLink>> links_;
};

}  // namespace

void client_frame(BytesView input) {
  ServerWorld server;
  testing::HandlersWorld& world = server.world;
  testing::RecordingSession ben;
  check(world.hello(ServerWorld::ben(), ben).has_value(), "Ben is connected");
  std::vector<std::unique_ptr<DeviceLink>> others;
  Ana ana(server);
  int frames = 0;
  for (const BytesView part : parts(input)) {
    if (++frames > 16) break;
    wire::ClientFrame frame;
    const bool parsed = wire::parse_client_frame(part, frame);
    if (parsed && frame.has_hello()) {
      // As of a connection of its own.
      others.push_back(std::make_unique<DeviceLink>(server));
      others.back()->tell(part);
      check(others.back()->welcomed() || !others.back()->is_open(), "who is not let in is told so");
      others.back()->hang_up();
      world.loops.settle();
      continue;
    }
    ana.tell(part, parsed ? &frame : nullptr);
  }
  world.loops.pass(10);
  Position last{};
  for (const wire::Entry& entry : ben.entries) {
    check(entry.has_expired() || last.may_be_followed_by(Position{entry.position()}), "positions are dense (INBOX-3)");
    last = Position{entry.position()};
  }
  ana.check_all();
  ana.hang_up();
  world.detach(ServerWorld::ben(), ben);
  world.loops.settle();
}

}  // namespace kith::fuzz
