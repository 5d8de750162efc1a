// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/command_line.h"

#include <CLI/CLI.hpp>

#include <cstdio>

#include "base/about.h"
#include "server/node/exit_code.h"
#include "server/node/version.h"

namespace kith::node {

namespace {

Finished report(const std::vector<std::string>& errors) {
  for (const std::string& error : errors) std::fprintf(stderr, "kithd: %s\n", error.c_str());
  return {kWrongUsage};
}

struct Options {
  std::string config_file, data, web, codes;
  std::vector<std::string> listen;
};

Command serve(const CLI::App& app, const Options& options) {
  Config config;
  std::vector<std::string> errors;
  if (!options.config_file.empty()) {
    if (auto read = read_config_file(options.config_file, config); !read) errors = read.error();
  }
  if (app.count("--data") > 0) config.data_directory = options.data;
  if (app.count("--listen") > 0) config.gateway.listen = options.listen;
  if (app.count("--web") > 0) config.gateway.web_root = options.web;
  if (app.count("--codes") > 0) config.codes = options.codes;
  for (std::string& contradiction : contradictions(config)) errors.push_back(std::move(contradiction));
  if (!errors.empty()) return report(errors);
  return Serve{std::move(config)};
}

}  // namespace

Command read_command_line(int argc, const char* const* argv) {
  Options options;
  CLI::App app("The Kith server. Without options it keeps its data in ./data and listens on 127.0.0.1:8080.", "kithd");
  app.set_version_flag("--version", about_text("kithd", kVersion, KITH_SOURCE_URL));
  app.option_defaults()->take_last();
  app.add_option("--config", options.config_file, "Configuration file (TOML); the options below win over it")
      ->type_name("FILE");
  app.add_option("--data", options.data, "Directory of accounts, keys and undelivered messages")->type_name("DIR");
  app.add_option("--listen", options.listen, "Address to listen on, may be repeated; port 0: one that is free")
      ->type_name("ADDR:PORT")
      ->take_all();
  app.add_option("--web", options.web, "Directory of the built web app")->type_name("DIR");
  app.add_option("--codes", options.codes,
                 "How registration codes are sent: console or echo (development, loopback only)")
      ->check(CLI::IsMember({"console", "echo"}));

  CLI::App* const check = app.add_subcommand("check-config", "Say what is wrong with a configuration file, and exit");
  std::string checked_file;
  check->add_option("FILE", checked_file, "The file")->required();
  const CLI::App* const print =
      app.add_subcommand("print-config", "Write a configuration file with every setting and its default");
  app.require_subcommand(0, 1);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Finished{app.exit(error) == 0 ? kStopped : kWrongUsage};
  }
  if (check->parsed()) return CheckConfig{checked_file};
  if (print->parsed()) return PrintConfig{};
  return serve(app, options);
}

}  // namespace kith::node
