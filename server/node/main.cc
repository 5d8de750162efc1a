// SPDX-License-Identifier: AGPL-3.0-or-later

// kithd: the Kith server.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <cstdio>

#include "net/process_memory.h"
#include "net/process_secrets.h"
#include "server/node/command_line.h"
#include "server/node/exit_code.h"
#include "server/node/node.h"
#include "server/node/process.h"
#include "server/node/version.h"

namespace {

using namespace kith::node;

// For what is under way when memory runs out.
constexpr size_t kMemoryReserveBytes = size_t{8} << 20;

int check_config(const std::string& file) {
  Config config;
  std::vector<std::string> errors;
  if (auto read = read_config_file(file, config); !read) errors = read.error();
  for (const auto& others : {contradictions(config), unreadable_files(config)}) {
    for (const std::string& error : others) errors.push_back(file + ": " + error);
  }
  for (const std::string& error : errors) std::fprintf(stderr, "kithd: %s\n", error.c_str());
  if (!errors.empty()) return kWrongUsage;
  for (const std::string& warning : warnings(config)) std::fprintf(stderr, "kithd: note: %s\n", warning.c_str());
  std::printf("%s is right\n", file.c_str());
  return kStopped;
}

void start_log(const std::string& level) {
  auto logger = spdlog::stderr_color_mt("kithd");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
}

int serve(Config config) {
  start_log(config.log_level);
  ignore_broken_pipes();
  umask(0077);  // everything that the stores make is for this user alone
  if (!config.core_dumps) kith::net::forbid_core_dumps();
  kith::net::silence_parsers();
  kith::net::hold_memory_reserve(kMemoryReserveBytes);
  const size_t descriptors = raise_descriptor_limit();
  if (config.loops == 0) config.loops = static_cast<uint32_t>(processors());
  const auto plan = plan_descriptors(descriptors, config.loops, config.gateway.connections_max, config.store_files_max);
  config.gateway.connections_max = plan.connections;
  config.store_files_max = plan.store_files;
  for (const std::string& warning : warnings(config)) spdlog::warn("{}", warning);
  if (config.codes == "echo") spdlog::warn("codes are echoed: whoever reaches this server can register any number");

  {
    Node node(std::move(config), plan.tables);
    if (auto started = node.start(); !started) {
      std::fprintf(stderr, "kithd: %s\n", started.error().what.c_str());
      return started.error().exit_code;
    }
    spdlog::info("kithd {}, up to {} connections and {} files of the inbox store with {} descriptors{}", kVersion,
                 plan.connections, plan.store_files, descriptors,
                 plan.tables.empty() ? "" : " a thread, in a table for each of " + std::to_string(plan.tables.size()));
    // Programs that start kithd wait for these lines.
    for (const std::string& url : node.urls()) std::printf("listening on %s\n", url.c_str());
    std::fflush(stdout);
    node.run();
  }
  spdlog::info("stopped");
  return kStopped;
}

}  // namespace

int main(int argc, char** argv) {
  const Command command = read_command_line(argc, argv);
  if (const auto* finished = std::get_if<Finished>(&command)) return finished->exit_code;
  if (const auto* check = std::get_if<CheckConfig>(&command)) return check_config(check->file);
  if (std::holds_alternative<PrintConfig>(command)) {
    std::fputs(print_config(Config()).c_str(), stdout);
    return kStopped;
  }
  return serve(std::get<Serve>(command).config);
}
