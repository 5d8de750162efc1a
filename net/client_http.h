// SPDX-License-Identifier: AGPL-3.0-or-later

// One HTTP call of a client, on a connection of its own. Part of ClientNetwork.
#pragma once

#include <functional>
#include <memory>

#include "net/client_network.h"
#include "net/client_url.h"

namespace kith::net {

struct ClientConnections;

class ClientHttpCall {
 public:
  // `answered` is called once, not inside this call, unless the object goes before.
  static std::unique_ptr<ClientHttpCall> start(ClientConnections& shared, const ClientUrl& url, HttpRequest request,
                                               std::function<void(HttpAnswer)> answered);
  virtual ~ClientHttpCall() = default;
};

}  // namespace kith::net
