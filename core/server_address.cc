// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/server_address.h"

namespace kith::core {

namespace {
constexpr size_t kServerBytesMax = 256;
}

std::optional<std::string> normalize_server(std::string server) {
  while (!server.empty() && server.back() == '/') server.pop_back();
  const size_t scheme = server.starts_with("http://") ? 7 : server.starts_with("https://") ? 8 : 0;
  if (scheme == 0 || server.size() <= scheme || server.size() > kServerBytesMax) return std::nullopt;
  for (const char c : server) {
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 127) return std::nullopt;
  }
  return server;
}

}  // namespace kith::core
