// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/prepared_file.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "cli/sealed_files.h"

namespace kith::cli {

namespace {

// kith-media's exit codes (media_tool/main.cc).
constexpr int kWritten = 0;
constexpr int kAsItIs = 10;

std::string tool_path() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "" : (self.parent_path() / "kith-media").string();
}

struct Ran {
  int code = -1;  // it did not run, or was killed
  std::string output;
};

Ran run(Host& host, const std::vector<std::string>& words) {
  Ran ran;
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

}  // namespace

PreparedFile::PreparedFile(Host& host, std::string path, const Wanted& wanted, RandomSource& random)
    : path_(std::move(path)) {
  const std::string name = std::filesystem::path(path_).filename().string();
  about_.set_kind(client_api::Media::kDocument);
  about_.set_mime_type("application/octet-stream");
  about_.set_name(name);
  struct stat status = {};
  if (wanted.as_document || ::stat(path_.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  made_ = SealedFiles(host.directory()).new_beside(random);
  std::vector<std::string> words = {tool_path(), path_, made_};
  if (wanted.voice) words.emplace_back("--voice");
  if (wanted.hd) words.emplace_back("--hd");
  if (wanted.profile) words.emplace_back("--profile");
  const Ran ran = run(host, words);
  client_api::Media about;
  if ((ran.code != kWritten && ran.code != kAsItIs) || !about.ParseFromString(ran.output)) return;
  if (ran.code == kWritten) path_ = made_;
  about_ = std::move(about);
  // Whoever gets a photo has no use for "IMG_2041.HEIC", and it may say what was not meant to be said.
  if (about_.kind() == client_api::Media::kAudio) about_.set_name(name);
}

PreparedFile::~PreparedFile() {
  if (!made_.empty()) ::unlink(made_.c_str());
}

}  // namespace kith::cli
