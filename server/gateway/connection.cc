// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/connection.h"

#include "net/descriptor_tables.h"
#include "server/gateway/pause.h"

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
  if (!leave_for(owner)) return;
  unlink();
  set_home(owner);
  owner.loop().post([this] { home().adopt(*this); });
}

bool Connection::leave_for(GatewayLoop& owner) {
  net::DescriptorTables* const tables = home().shared().tables;
  if (tables == nullptr) {
    unwatch();
    return true;
  }
  if (!tables->reserve(owner.index())) {
    no_room();
    return false;
  }
  if (hand_socket_over(owner)) {
    tables->release(home().index());
    return true;
  }
  tables->release(owner.index());
  if (is_open()) tasks().spawn(move_again_later());
  return false;
}

Task<void> Connection::move_again_later() {
  co_await Pause{home().loop(), kMoveAgainMs};
  if (is_open()) move_again();
}

void Connection::arrive() {
  set_deadline(Deadline::kHandshake);
  if ((home().shared().tables != nullptr && !take_socket()) || !watch()) return close_now();
  arrived();
}

}  // namespace kith::gateway
