// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/media_program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>

#include "cli/sealed_files.h"

namespace kith::cli {

namespace {

std::string tool_path() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "" : (self.parent_path() / "kith-media").string();
}

}  // namespace

MediaProgram run_media_program(Host& host, std::vector<std::string> words) {
  words.insert(words.begin(), tool_path());
  MediaProgram ran;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return ran;
  OpenFile from(ends[0]);
  OpenFile to(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, to.get(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  to = OpenFile();
  if (failed != 0) return ran;
  bool ended = false;
  std::function<void()> read = [&] {
    char bytes[65536];
    const ssize_t count = ::read(from.get(), bytes, sizeof bytes);
    if (count > 0) ran.output.append(bytes, static_cast<size_t>(count));
    ended = count == 0 || (count < 0 && errno != EINTR);
    if (!ended) host.when_readable(from.get(), read);
  };
  host.when_readable(from.get(), read);
  if (host.run_until([&] { return ended; }, std::nullopt) == Host::Outcome::kStopped) ::kill(child, SIGTERM);
  host.stop_watching(from.get());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
  return ran;
}

}  // namespace kith::cli
