// SPDX-License-Identifier: AGPL-3.0-or-later

// What the operator can set about connections. server/node reads it from the configuration file; the defaults are those
// of kithd.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kith::gateway {

struct GatewaySettings {
  // Addresses to listen on, "127.0.0.1:8080" or "[::1]:8080". Port 0: one that is free (Gateway::ports).
  std::vector<std::string> listen = {"127.0.0.1:8080"};

  // PEM files; both or none. Gateway::reload reads them again.
  std::string tls_certificate;
  std::string tls_key;

  // The built web app; empty: none is served.
  std::string web_root;
  // Where the source of exactly this server is (AGPL-3.0, section 13): GET /source leads there. Empty: to the file
  // source.tar.gz of web_root, if there is one.
  std::string source_url;

  // From accept to Welcome, and for the TLS handshake within it; also for one HTTP request to arrive whole.
  uint32_t handshake_timeout_ms = 10'000;
  // A connection without a whole frame for so long is closed. Told to devices in Welcome: keep
  // HandlerSettings.limits.idle_timeout_ms equal.
  uint32_t idle_timeout_ms = 120'000;
  // An HTTP connection waits so long for its next request.
  uint32_t http_keepalive_ms = 30'000;
  // A body that takes its time must get on within so long: 16 KiB of one that comes as a stream, 64 KiB of an answer.
  uint32_t http_progress_ms = 30'000;
  // What a closed connection has to take its last bytes.
  uint32_t closing_timeout_ms = 3'000;

  // Connections of the process, and of one address (an IPv6 /64 counts as one). Loopback addresses have no bound of
  // their own: a proxy on this machine speaks for everybody. 0: no bound.
  uint32_t connections_max = 1'000'000;
  uint32_t connections_per_address_max = 1'000;
  // New connections of one address: a token bucket. 0: no bound.
  uint32_t connects_per_second = 50;
  uint32_t connects_burst = 500;

  // Sends of one account, over all its devices: a token bucket. More are refused with kRateLimited. 0: no bound.
  uint32_t sends_per_second = 100;
  uint32_t sends_burst = 2'000;
  // Frames of any kind of one connection. A device that exceeds this is closed with kRateLimited (1008). 0: no bound.
  uint32_t frames_per_second = 500;
  uint32_t frames_burst = 10'000;

  // Bytes waiting for a slow reader. Beyond the first bound ephemeral frames (typing, presence) are dropped; beyond the
  // second the connection is closed with kRateLimited (1013): it reconnects and gets what its inbox holds.
  uint32_t output_ephemeral_max = 64 * 1024;
  uint32_t output_max = 4 * 1024 * 1024;

  // Addresses of proxies in front, "127.0.0.1": what they say in X-Forwarded-For (its last address) counts as the
  // peer's, for every limit by address.
  std::vector<std::string> trusted_proxies;

  // Body of one HTTP request.
  uint32_t http_body_max = 1024 * 1024;

  // From Gateway::drain to the last connection closed, at most.
  uint32_t drain_ms = 10'000;
  // Told in Draining: devices come back after a random share of this.
  uint32_t reconnect_within_ms = 5'000;

  // Whether only loopback addresses may read /metrics.
  bool metrics_only_loopback = true;
};

}  // namespace kith::gateway
