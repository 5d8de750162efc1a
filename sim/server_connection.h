// SPDX-License-Identifier: AGPL-3.0-or-later

// The server's side of one connection over a Link: the gateway's session protocol as it ships, and the mistakes that
// are put in on purpose.
#pragma once

#include <map>
#include <memory>

#include "server/gateway/testing/virtual_connection.h"
#include "sim/link.h"
#include "sim/server.h"

namespace kith::sim {

class ServerConnection final : public gateway::testing::VirtualConnection {
 public:
  ServerConnection(ServerProcess& process, std::shared_ptr<Link> link);

  // ---- Session, as a mutation has it
  void send(const wire::ServerFrame& frame) override;
  void deliver(std::span<const InboxEntry* const> entries) override;

  // The process ends: no news to the other side but that of the network.
  void abandon(bool cut);

 private:
  void on_frame(wire::ClientFrame& frame) override;
  void on_output(Bytes bytes) override { link_->send(End::kServer, std::move(bytes)); }
  void on_end() override { link_->close(End::kServer); }
  void look_at(wire::Send& send);
  void deliver_renamed(Liar& liar, std::span<const InboxEntry* const> entries);
  // The body of a receipt that begins at the first number that this process knows of.
  [[nodiscard]] Bytes over_gaps(BytesView body) const;

  ServerProcess& process_;
  std::shared_ptr<Link> link_;
  std::map<Bytes, Bytes> renamed_;  // of the mutation kForgetDedupe: the ids of repeated sends, by the new ones
};

}  // namespace kith::sim
