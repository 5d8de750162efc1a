// SPDX-License-Identifier: AGPL-3.0-or-later

// The server's side of one connection, and the session of a device: what server/gateway/connection.h is over sockets,
// over a Link. The rules are the same: Hello first; it moves to the loop that owns the account; frames in order;
// nothing is read while the session starts.
#pragma once

#include <memory>

#include "server/delivery/session.h"
#include "sim/link.h"
#include "sim/server.h"
#include "wire/websocket.h"

namespace kith::sim {

class ServerConnection final : public Session {
 public:
  ServerConnection(ServerProcess& process, std::shared_ptr<Link> link);

  // ---- Session
  void send(const wire::ServerFrame& frame) override;
  void deliver(std::span<const InboxEntry* const> entries) override;
  void close(wire::ErrorCode code, const char* detail) override;
  [[nodiscard]] size_t bytes_waiting() const override { return 0; }

  // The process ends: no news to the other side but that of the network.
  void abandon(bool cut);

 private:
  enum class State : uint8_t { kAwaitingHello, kStarting, kOpen, kClosed };

  [[nodiscard]] testing::VirtualLoop& loop() { return process_.loops[home_]; }
  void post_read();
  void read();
  void on_message(BytesView message);
  void dispatch(wire::ClientFrame& frame);
  Task<void> start(wire::Hello hello);
  static Task<void> answer_send(ServerConnection& connection, wire::Send send);
  // The entry with a receipt that begins at the first number that this process knows of.
  [[nodiscard]] Bytes over_gaps(BytesView entry) const;
  void refuse(wire::ErrorCode code, const std::string& detail, uint32_t retry_after_ms);
  void end();
  void detach_soon();
  void look_at_idleness();

  ServerProcess& process_;
  std::shared_ptr<Link> link_;
  wire::WebSocketReader reader_;
  Bytes input_;
  size_t home_ = 0;
  State state_ = State::kAwaitingHello;
  bool attached_ = false;
  DeviceAddress device_;
  TaskScope tasks_;
  size_t sends_in_flight_ = 0;
  uint64_t heard_ms_ = 0;
};

}  // namespace kith::sim
