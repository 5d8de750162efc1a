// SPDX-License-Identifier: AGPL-3.0-or-later

// A session (session_protocol.h) over a socket (peer.h).
#pragma once

#include <string_view>

#include "server/gateway/gateway_loop.h"
#include "server/gateway/peer.h"
#include "server/gateway/session_protocol.h"

namespace kith::gateway {

class Connection final : public Peer, public SessionProtocol {
 public:
  // Takes over a socket that was just upgraded. `rest`: bytes that came behind the request.
  static void open(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address,
                   std::string_view upgrade_answer, std::span<char> rest);

  // The loop that owns the account takes the connection.
  void arrive();

 private:
  // Until it is tried again to hand the socket over.
  static constexpr uint64_t kMoveAgainMs = 1;

  Connection(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address);

  // ---- Peer
  void on_bytes(std::span<char> bytes) override { take_input(bytes); }
  void after_flush() override { turn_ended(); }
  void on_closed() override { gone(); }
  void on_deadline() override { time_is_over(); }
  void on_drain() override { begin_drain(); }
  void finish() override { end_if_idle(); }

  // ---- SessionProtocol
  [[nodiscard]] SessionHome& session_home() override { return home(); }
  [[nodiscard]] TaskScope& session_tasks() override { return tasks(); }
  [[nodiscard]] Bytes& session_output() override { return output(); }
  [[nodiscard]] size_t bytes_waiting() const override { return output_waiting(); }
  void ask_session_turn_end() override { ask_turn_end(); }
  [[nodiscard]] bool can_send() const override { return is_open(); }
  void set_reading(bool on) override { on ? resume_reading() : pause_reading(); }
  void set_deadline(Deadline deadline) override;
  void restart_idle_time() override;
  void move_to(const AccountId& account) override;
  void end_output() override { linger(); }
  void close_at_once() override { close_now(); }

  // False: it stays, for now or for good.
  bool leave_for(GatewayLoop& owner);
  Task<void> move_again_later();
};

}  // namespace kith::gateway
