// SPDX-License-Identifier: AGPL-3.0-or-later

// The whole configuration of kithd: one TOML file, every setting with a default. config_settings.cc lists the keys with
// their meaning and range; from it come the parser, its error messages and the example file (deploy/kith.toml).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "server/delivery/settings.h"
#include "server/gateway/settings.h"
#include "server/handlers/rate_limits.h"
#include "server/handlers/services.h"

namespace kith::node {

struct Config {
  gateway::GatewaySettings gateway;  // [listen] [tls] [web] [limits] [timeouts] [metrics]
  DeliverySettings delivery;         // [inbox]
  RateSettings rates;                // [rates] [registration]
  HandlerSettings handlers;          // [registration] [media]; its limits by handler_settings()

  // [limits], told to devices in Welcome
  uint32_t in_flight_sends_max = 64;
  uint32_t subscriptions_max = 512;

  // [data]
  std::string data_directory = "data";
  uint64_t store_bytes_max = uint64_t{64} << 30;
  uint64_t free_bytes_min = uint64_t{256} << 20;
  uint64_t group_log_bytes_max = uint64_t{1} << 30;
  uint64_t group_bytes_of_account_max = uint64_t{128} << 20;
  uint32_t store_files_max = 512;
  uint32_t last_seen_write_ms = 3000;

  // [media]; its bounds of accounts and lives are the handlers'
  uint64_t file_bytes_max = 100 << 20;
  uint64_t media_bytes_max = 16 << 20;
  uint32_t video_seconds_max = 180;
  uint32_t voice_seconds_max = 900;
  uint32_t file_life_days = 30;

  // [links]
  bool fetch_links = true;
  std::vector<std::string> links_allowed;
  uint32_t links_at_once_max = 32;

  // [registration]
  std::string codes = "console";

  // [log], [process]
  std::string log_level = "info";
  uint32_t loops = 0;
  bool core_dumps = false;
};

// Bytes of a configuration file, and dots in one of its lines (each is a table within a table).
inline constexpr size_t kConfigBytesMax = size_t{1} << 20;
inline constexpr size_t kConfigDotsMax = 2048;

// Reads the text of a configuration file over `config`. The errors are sentences that name line, key, value and what is
// allowed, each mistake in one (at most 100); `name` is the file's, for them. What is right is read all the same.
Result<void, std::vector<std::string>> read_config(const std::string& text, const std::string& name, Config& config);
// The same for a file.
Result<void, std::vector<std::string>> read_config_file(const std::string& path, Config& config);
// What no single key says: settings that contradict each other. Empty: none.
std::vector<std::string> contradictions(const Config& config);

// What is allowed and seldom meant: sentences for the operator.
std::vector<std::string> warnings(const Config& config);
// Certificate, key and web app as kithd would read them at its start: why it can't. Reads the disk.
std::vector<std::string> unreadable_files(const Config& config);

// The configuration as a file with every key and its documentation: read_config() of it gives `config` again.
std::string print_config(const Config& config);
// Every key, "section.key", in the order of the file.
std::vector<std::string> config_keys();

// The limits told to devices, put together.
HandlerSettings handler_settings(const Config& config);

// Whether the text is "IPv4:port" or "[IPv6]:port", and the address a loopback one.
bool is_listen_address(const std::string& text);
bool is_loopback_address(const std::string& text);

}  // namespace kith::node
