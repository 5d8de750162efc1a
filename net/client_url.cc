// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/client_url.h"

#include <algorithm>
#include <charconv>

namespace kith::net {
namespace {

struct Scheme {
  std::string_view name;
  std::string_view default_port;
  bool secure;
  bool web_socket;
};
constexpr Scheme kSchemes[] = {
    {"http", "80", false, false}, {"https", "443", true, false}, {"ws", "80", false, true}, {"wss", "443", true, true}};

bool is_port(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 1 && value <= 65535;
}

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c != 0x7f; });
}

}  // namespace

std::optional<ClientUrl> parse_client_url(std::string_view text) {
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos || !printable(text)) return std::nullopt;
  const Scheme* const scheme = std::find_if(std::begin(kSchemes), std::end(kSchemes), [&](const Scheme& candidate) {
    return candidate.name == text.substr(0, colon);
  });
  if (scheme == std::end(kSchemes)) return std::nullopt;

  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const size_t path = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, path);
  ClientUrl url;
  url.secure = scheme->secure;
  url.web_socket = scheme->web_socket;
  url.target = path == std::string_view::npos ? "/" : std::string(rest.substr(path));
  if (url.target.front() == '?') url.target.insert(0, "/");

  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  std::string_view host = authority;
  std::string_view port = scheme->default_port;
  const bool bracketed = !authority.empty() && authority.front() == '[';
  const size_t port_colon = bracketed ? authority.find(']') + 1 : authority.find(':');
  if (bracketed && port_colon == 0) return std::nullopt;  // no closing bracket
  if (port_colon != std::string_view::npos && port_colon < authority.size()) {
    if (authority[port_colon] != ':') return std::nullopt;
    host = authority.substr(0, port_colon);
    port = authority.substr(port_colon + 1);
  }
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || !is_port(port) || (!bracketed && host.find_first_of("[]") != std::string_view::npos))
    return std::nullopt;
  url.host = host;
  url.port = port;
  url.authority = bracketed ? "[" + url.host + "]" : url.host;
  if (port != scheme->default_port) url.authority += ":" + url.port;
  return url;
}

}  // namespace kith::net
