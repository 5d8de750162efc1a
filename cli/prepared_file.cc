// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/prepared_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "cli/media_program.h"
#include "cli/sealed_files.h"

namespace kith::cli {

namespace {

// kith-media's exit codes (media_tool/main.cc).
constexpr int kWritten = 0;
constexpr int kAsItIs = 10;

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
  std::vector<std::string> words = {path_, made_};
  if (wanted.voice) words.emplace_back("--voice");
  if (wanted.hd) words.emplace_back("--hd");
  if (wanted.profile) words.emplace_back("--profile");
  const MediaProgram ran = run_media_program(host, words);
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
