// SPDX-License-Identifier: AGPL-3.0-or-later

// One HTTP call of a client whose bodies come in pieces, on a connection of its own. Part of ClientNetwork, which says
// what the functions mean.
#pragma once

#include <memory>

#include "net/client_network.h"
#include "net/client_url.h"

namespace kith::net {

struct ClientConnections;

class ClientTransfer {
 public:
  // `ended` is called after the last event, inside it. No event comes inside this call, nor once the object has gone.
  static std::unique_ptr<ClientTransfer> start(ClientConnections& shared, const ClientUrl& url, TransferRequest request,
                                               TransferEvents events, std::function<void()> ended);
  virtual ~ClientTransfer() = default;
  virtual void give(Bytes bytes) = 0;
  virtual void take() = 0;
};

}  // namespace kith::net
