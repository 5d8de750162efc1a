// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/shared.h"

#include <algorithm>
#include <cstdlib>

#include "net/descriptor_tables.h"
#include "net/static_files.h"
#include "net/tls.h"
#include "server/delivery/shard.h"
#include "server/gateway/file_routes.h"
#include "server/gateway/gateway_loop.h"
#include "server/handlers/services.h"

namespace kith::gateway {

namespace {

GatewayHooks with_files(GatewayHooks hooks, Services& services) {
  for (StreamRoute& route : file_routes(services)) hooks.streams.push_back(std::move(route));
  return hooks;
}

}  // namespace

Shared::Shared(Services& services_, GatewaySettings settings_, GatewayHooks hooks_, net::DescriptorTables* tables_)
    : services(services_),
      settings(std::move(settings_)),
      hooks(with_files(std::move(hooks_), services_)),
      tables(tables_),
      connections(settings) {
  for (const std::string& text : settings.trusted_proxies) {
    if (const auto address = net::PeerAddress::parse(text)) trusted_proxies_.push_back(*address);
  }
}

Shared::~Shared() = default;

GatewayLoop& Shared::owner_of(const AccountId& account) const {
  Executor* const owner = &services.shards.of(account).executor();
  for (const auto& loop : loops) {
    if (static_cast<Executor*>(&loop->loop()) == owner) return *loop;
  }
  std::abort();  // a shard on a loop that the gateway was not given: a mistake of the wiring
}

bool Shared::is_full() const {
  if (connections.is_full()) return true;
  for (size_t i = 0; tables != nullptr && i < tables->size(); ++i) {
    if (tables->is_full(i)) return true;
  }
  return false;
}

bool Shared::trusts(const net::PeerAddress& proxy) const {
  return std::ranges::find(trusted_proxies_, proxy) != trusted_proxies_.end();
}

std::shared_ptr<net::TlsContext> Shared::tls() const {
  const std::lock_guard lock(mutex_);
  return tls_;
}

std::shared_ptr<const net::StaticFiles> Shared::web() const {
  const std::lock_guard lock(mutex_);
  return web_;
}

Result<void, std::string> Shared::load() {
  std::shared_ptr<net::TlsContext> tls;
  std::shared_ptr<const net::StaticFiles> web;
  if (!settings.tls_certificate.empty()) {
    auto loaded = net::TlsContext::load(settings.tls_certificate, settings.tls_key);
    if (!loaded) return Fail(loaded.error());
    tls = std::move(*loaded);
  }
  if (!settings.web_root.empty()) {
    auto loaded = net::StaticFiles::load(settings.web_root);
    if (!loaded) return Fail(loaded.error());
    web = std::move(*loaded);
  }
  const std::lock_guard lock(mutex_);
  tls_ = std::move(tls);
  web_ = std::move(web);
  return {};
}

}  // namespace kith::gateway
