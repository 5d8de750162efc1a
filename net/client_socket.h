// SPDX-License-Identifier: AGPL-3.0-or-later

// One WebSocket of a client. Part of ClientNetwork.
#pragma once

#include <functional>
#include <memory>

#include "net/client_network.h"
#include "net/client_url.h"

namespace kith::net {

struct ClientConnections;

class ClientSocket {
 public:
  // `ended` is called once, last, after which the socket may be dropped: after `closed`, or when close() has done its
  // work.
  static std::unique_ptr<ClientSocket> open(ClientConnections& shared, const ClientUrl& url, SocketEvents events,
                                            std::function<void()> ended);
  virtual ~ClientSocket() = default;

  virtual void send(Bytes frame) = 0;
  virtual void close() = 0;
};

}  // namespace kith::net
