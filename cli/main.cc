// SPDX-License-Identifier: AGPL-3.0-or-later

// kith: the terminal client. Reads the command line, opens the home, runs one command against the core, and ends with
// its exit code.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "cli/command_line.h"
#include "cli/home.h"
#include "cli/home_host.h"
#include "cli/no_home.h"
#include "net/process_secrets.h"

namespace kith::cli {
namespace {

constexpr uint64_t kHomePatienceMs = 5000;

std::string rebuilt_text(const client_api::Rebuilt& rebuilt, const std::string& database) {
  std::string text =
      database + " was damaged and has been rebuilt: " + std::to_string(rebuilt.messages_kept()) + " messages kept, ";
  text += rebuilt.messages_missing() == 0 ? "none missing"
                                          : "at most " + std::to_string(rebuilt.messages_missing()) + " missing";
  if (rebuilt.keys_lost() > 0)
    text += "; the keys of " + std::to_string(rebuilt.keys_lost()) +
            " people are not known any more, compare their safety numbers again";
  return text + ". The damaged file is kept as " + database + ".damaged";
}

ExitCode run(const CommandLine& line, Output& out) {
  const std::string directory = line.home.empty() ? Home::default_directory() : line.home;
  if (!line.makes_home && is_no_home(directory)) {
    NoHome host;
    const ExitCode code = line.run({host, out});
    out.flush();
    if (code == ExitCode::kNotRegistered) out.note("there is no home in " + directory);
    return code;
  }
  std::function<void(std::string)> trace;
  if (line.verbose) trace = [&out](const std::string& event) { out.note(event); };
  const auto host = HomeHost::open(directory, kHomePatienceMs, trace);
  if (!host) {
    out.note(host.error().detail);
    return host.error().code;
  }
  ::setenv("KITH_HOME", std::filesystem::absolute((*host)->directory()).c_str(), 1);  // for receive --exec
  const Context context{**host, out};
  if (const client_api::State& state = (*host)->state(); state.has_rebuilt() && !(*host)->is_guest())
    out.note(rebuilt_text(state.rebuilt(), (*host)->database_path()));
  if (!line.tells_failures) report_failures(context);
  const ExitCode code = line.run(context);
  out.flush();
  (*host)->forget();
  if (const auto& failure = (*host)->failure()) {
    out.note(failure->detail);
    return failure->code;
  }
  // Whose core it is, goes on sending.
  if (code == ExitCode::kInterrupted || (*host)->is_guest()) return code;
  report_failures(context);
  send_leftovers(context);
  return code;
}

// What was asked for is data; what is wrong with the command line are words for people.
void say(const CommandLine& line, Output& out) {
  if (line.code == ExitCode::kOk) return static_cast<void>(std::cout << line.text);
  std::istringstream words(line.text);
  for (std::string one; std::getline(words, one);) out.note(one);
}

}  // namespace
}  // namespace kith::cli

int main(int count, char** arguments) {
  using namespace kith::cli;
  kith::net::forbid_core_dumps();
  kith::net::silence_parsers();
  const CommandLine line = parse_command_line(count, arguments);
  Output out(STDOUT_FILENO, STDERR_FILENO);
  if (!line.run) {
    say(line, out);
    return static_cast<int>(line.code);
  }
  return static_cast<int>(run(line, out));
}
