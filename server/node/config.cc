// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/config.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/limits.h"
#include "crypto/media.h"
#include "net/socket.h"
#include "net/static_files.h"
#include "net/tls.h"
#include "server/fetching/public_address.h"
#include "server/node/config_settings.h"

namespace kith::node {

namespace {

// The host of "127.0.0.1:80" or "[::1]:80"; absent when the text has another form.
std::optional<std::string> host_of(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  std::string host = text.substr(0, colon);
  const bool has_brackets = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (has_brackets) host = host.substr(1, host.size() - 2);
  unsigned char address[sizeof(in6_addr)];
  if (inet_pton(has_brackets ? AF_INET6 : AF_INET, host.c_str(), address) != 1) return std::nullopt;
  return host;
}

}  // namespace

bool is_listen_address(const std::string& text) { return host_of(text).has_value(); }

bool is_loopback_address(const std::string& text) {
  const auto host = host_of(text);
  return host && (host->starts_with("127.") || host == "::1");
}

namespace {

// "" counts as one.
bool is_web_address(const std::string& text) {
  const bool is_printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
  return is_printable && (text.empty() || text.starts_with("https://") || text.starts_with("http://"));
}

}  // namespace

std::vector<std::string> contradictions(const Config& config) {
  std::vector<std::string> out;
  if (config.gateway.listen.empty()) out.push_back("listen.addresses is empty: there must be one at least");
  for (const std::string& address : config.gateway.listen) {
    if (!is_listen_address(address)) {
      out.push_back("listen.addresses: \"" + address + "\" is no address: \"127.0.0.1:8080\" and \"[::1]:8080\" are");
    } else if (config.codes == "echo" && !is_loopback_address(address)) {
      out.push_back("registration.codes = \"echo\" lets anybody register any number, and " + address +
                    " can be reached from outside: use \"console\", or listen on 127.0.0.1 only");
    }
  }
  if (config.gateway.tls_certificate.empty() != config.gateway.tls_key.empty()) {
    out.push_back("tls.certificate and tls.key go together: set both or none");
  }
  for (const std::string& proxy : config.gateway.trusted_proxies) {
    if (!net::PeerAddress::parse(proxy)) out.push_back("listen.trusted_proxies: \"" + proxy + "\" is no IP address");
  }
  for (const std::string& network : config.links_allowed) {
    if (!fetching::AllowedNetwork::parse(network))
      out.push_back("links.allow: \"" + network +
                    "\" is no network with a port: \"10.1.0.0/16:80\" and \"[fd00:1::]/32:443\" are");
  }
  if (config.data_directory.empty()) out.push_back("data.directory is empty");
  if (!is_web_address(config.gateway.source_url))
    out.push_back("web.source_url = \"" + config.gateway.source_url +
                  "\" is no address that begins with https:// or http://");
  if (config.delivery.window_bytes + kFrameBytesMax > config.gateway.output_max) {
    out.push_back("limits.output_max = " + std::to_string(config.gateway.output_max) +
                  " is too small: it must hold inbox.window_bytes and a frame of " + std::to_string(kFrameBytesMax) +
                  " bytes, " + std::to_string(config.delivery.window_bytes + kFrameBytesMax));
  }
  if (config.gateway.output_ephemeral_max > config.gateway.output_max) {
    out.push_back("limits.output_ephemeral_max must not be above limits.output_max");
  }
  if (config.media_bytes_max > config.file_bytes_max)
    out.push_back("media.media_bytes_max must not be above media.file_bytes_max");
  const uint64_t sealed = crypto::sealed_size(config.file_bytes_max);
  const uint64_t server_bytes_max = config.handlers.file_server_bytes_max;
  if (config.handlers.file_account_bytes_max < sealed || (server_bytes_max != 0 && server_bytes_max < sealed)) {
    out.push_back(
        "media.account_bytes_max and media.server_bytes_max must hold one file of media.file_bytes_max, which "
        "has " +
        std::to_string(sealed) + " bytes when it is sealed");
  }
  if (config.delivery.forget_delay_ms < config.delivery.commit_delay_notice_ms) {
    out.push_back(
        "inbox.forget_delay_ms must not be below inbox.commit_delay_notice_ms, or a crash may lose a receipt");
  }
  return out;
}

std::vector<std::string> warnings(const Config& config) {
  std::vector<std::string> out;
  if (!config.gateway.tls_certificate.empty()) return out;
  for (const std::string& address : config.gateway.listen) {
    if (is_loopback_address(address)) continue;
    out.push_back(
        "listen.addresses: " + address +
        " can be reached from outside without TLS: tokens pass in the clear, and browsers refuse the web app. "
        "Set tls.certificate and tls.key, or listen on 127.0.0.1 behind a proxy");
  }
  return out;
}

std::vector<std::string> unreadable_files(const Config& config) {
  std::vector<std::string> out;
  if (!config.gateway.tls_certificate.empty() && !config.gateway.tls_key.empty()) {
    for (const std::string& problem :
         net::TlsContext::problems(config.gateway.tls_certificate, config.gateway.tls_key)) {
      out.push_back("tls: " + problem);
    }
  }
  if (!config.gateway.web_root.empty()) {
    const auto loaded = net::StaticFiles::load(config.gateway.web_root);
    if (!loaded) out.push_back("web.root: " + loaded.error());
  }
  return out;
}

std::vector<std::string> config_keys() {
  std::vector<std::string> keys;
  for (const Setting& setting : settings()) keys.push_back(std::string(setting.section) + "." + setting.key);
  return keys;
}

HandlerSettings handler_settings(const Config& config) {
  HandlerSettings out = config.handlers;
  out.limits.set_idle_timeout_ms(config.gateway.idle_timeout_ms);
  out.limits.set_in_flight_sends_max(config.in_flight_sends_max);
  out.limits.set_subscriptions_max(config.subscriptions_max);
  out.limits.set_file_bytes_max(config.file_bytes_max);
  out.limits.set_media_bytes_max(config.media_bytes_max);
  out.limits.set_video_seconds_max(config.video_seconds_max);
  out.limits.set_voice_seconds_max(config.voice_seconds_max);
  out.limits.set_link_fetching(config.fetch_links);
  out.file_life_s = uint64_t{config.file_life_days} * 24 * 3600;
  return out;
}

}  // namespace kith::node
