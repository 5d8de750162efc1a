// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/connection.h"

namespace kith::gateway {

// What an idle session costs the gateway: this, and its place in the kernel.
static_assert(sizeof(Connection) <= 192);

Connection::Connection(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address)
    : Peer(home, std::move(transport), address), SessionProtocol(home) {}

void Connection::open(GatewayLoop& home, net::Transport transport, const net::PeerAddress& address,
                      std::string_view upgrade_answer, std::span<char> rest) {
  auto* const connection = new Connection(home, std::move(transport), address);
  connection->set_deadline(Deadline::kHandshake);
  if (!connection->watch()) {
    connection->close_now();
    return;
  }
  connection->output().append(upgrade_answer);
  if (!rest.empty()) connection->take_input(rest);
}

void Connection::set_deadline(Deadline deadline) {
  GatewayLoop::Deadlines& deadlines = home().deadlines();
  (deadline == Deadline::kHandshake ? deadlines.handshake : deadlines.idle).add(*this, home().now_ms());
}

void Connection::restart_idle_time() { home().deadlines().idle.touch(*this, home().now_ms()); }

void Connection::move_to(const AccountId& account) {
  GatewayLoop& owner = home().shared().owner_of(account);
  if (&owner == &home()) return arrived();
  unwatch();
  unlink();
  set_home(owner);
  owner.loop().post([this] { home().adopt(*this); });
}

void Connection::arrive() {
  set_deadline(Deadline::kHandshake);
  if (!watch()) return close_now();
  arrived();
}

}  // namespace kith::gateway
