// SPDX-License-Identifier: AGPL-3.0-or-later

// The directory of one device. One program at a time has it, and serves others (home_server.h).
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace kith::cli {

enum class HomeError {
  kInUse,    // another program holds it
  kStorage,  // it can't be made, entered or written
};
struct HomeFailure {
  HomeError error;
  std::string detail;  // for people
};

class Home {
 public:
  // The directory to use when none is named: $KITH_HOME, else $XDG_DATA_HOME/kith, else ~/.local/share/kith. A relative
  // $XDG_DATA_HOME is none (XDG Base Directory Specification).
  static std::string default_directory();

  // SQLite takes no longer paths of the files in it.
  static constexpr size_t kDirectoryBytesMax = 496;

  // Makes the directory (mode 0700) and those above it as needed, and locks it, or says at once that another program
  // has it. From then on files this program makes are for its user only.
  static Result<std::unique_ptr<Home>, HomeFailure> open(const std::string& directory);
  ~Home();
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] std::string database_path() const { return directory_ + "/kith.db"; }

 private:
  Home(std::string directory, int lock) : directory_(std::move(directory)), lock_(lock) {}

  std::string directory_;
  int lock_;  // holds flock(2) on DIR/lock; the kernel lets go when the program ends, however it ends
};

}  // namespace kith::cli
