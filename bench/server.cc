// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/server.h"

#include <signal.h>

#include <cstdio>
#include <fstream>

namespace kith::bench {

bool Server::start(uint32_t loops, const std::string& more) {
  std::ofstream config(directory_.file("kith.toml"));
  config << "[limits]\nsends_per_second = 0\nframes_per_second = 0\nin_flight_sends_max = 10000\n"
         << "[log]\nlevel = \"warn\"\n[process]\nloops = " << loops << "\n"
         << more;
  config.close();
  if (process_.start({"--config", directory_.file("kith.toml")})) return true;
  std::fprintf(stderr, "kithd does not start:\n%s", process_.log().c_str());
  return false;
}

bool Server::restart() {
  process_.signal(SIGTERM);
  return process_.wait() == 0 && process_.start({"--config", directory_.file("kith.toml")});
}

bool Server::stop(int seconds) {
  process_.signal(SIGTERM);
  return process_.wait(seconds) == 0;
}

bool Server::crash() {
  process_.crash();
  return process_.start({"--config", directory_.file("kith.toml")});
}

std::vector<BenchAccount> Server::start_with_accounts(size_t count, uint32_t loops, const std::string& more) {
  if (!start(loops, more)) return {};
  auto accounts = register_accounts(port(), count);
  if (!accounts || !restart()) return {};
  return std::move(*accounts);
}

std::vector<BenchAccount> Server::start_with_copies(size_t count, uint32_t loops, const std::string& more) {
  if (!start(loops, more)) return {};
  const auto registered = register_accounts(port(), 1);
  if (!registered || !stop(15)) return {};
  auto accounts = copy_account(data_directory() + "/accounts.db", registered->front(), count);
  if (!accounts || !process_.start({"--config", directory_.file("kith.toml")})) return {};
  return std::move(*accounts);
}

}  // namespace kith::bench
