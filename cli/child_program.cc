// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/child_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace kith::cli {
namespace {

// In memory: a pipe would need somebody to write while the program runs.
int input_file(const std::string& text) {
  const int file = ::memfd_create("input", MFD_CLOEXEC);
  if (file < 0) return -1;
  for (size_t at = 0; at < text.size();) {
    const ssize_t written = ::write(file, text.data() + at, text.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      ::close(file);
      return -1;
    }
    at += static_cast<size_t>(written);
  }
  ::lseek(file, 0, SEEK_SET);
  return file;
}

std::vector<std::string> environment_of(const ChildProgram& program) {
  std::vector<std::string> all;
  for (char** one = ::environ; *one != nullptr; ++one) {
    const std::string entry = *one;
    bool is_replaced = false;
    for (const auto& [name, value] : program.environment) is_replaced = is_replaced || entry.starts_with(name + "=");
    if (!is_replaced) all.push_back(entry);
  }
  for (const auto& [name, value] : program.environment) all.push_back(name + "=" + value);
  return all;
}

std::optional<pid_t> spawn(const ChildProgram& program, int input) {
  std::vector<std::string> environment = environment_of(program);
  std::vector<char*> variables;
  for (std::string& entry : environment) variables.push_back(entry.data());
  variables.push_back(nullptr);
  std::string shell = "sh", option = "-c", command = program.command;
  char* const arguments[] = {shell.data(), option.data(), command.data(), nullptr};

  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) sigaddset(&defaults, signal);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int failure = ::posix_spawn(&child, "/bin/sh", &files, &attributes, arguments, variables.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  if (failure != 0) return std::nullopt;
  return child;
}

}  // namespace

std::optional<int> run_child(Host& host, const ChildProgram& program) {
  const int input = input_file(program.input);
  if (input < 0) return std::nullopt;
  const auto child = spawn(program, input);
  ::close(input);
  if (!child) return std::nullopt;
  // Readable when the program has ended
  const int ended = static_cast<int>(::syscall(SYS_pidfd_open, *child, 0));
  if (ended >= 0) {
    bool is_over = false;
    host.when_readable(ended, [&is_over] { is_over = true; });
    host.run_until([&is_over] { return is_over; }, std::nullopt);
    host.stop_watching(ended);
    ::close(ended);
  }
  int status = 0;
  while (::waitpid(*child, &status, 0) < 0 && errno == EINTR) {}
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace kith::cli
