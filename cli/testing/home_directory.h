// SPDX-License-Identifier: AGPL-3.0-or-later

// A directory of its own for a test that opens homes, removed with it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

namespace kith::cli::testing {

class HomeDirectory : public ::testing::Test {
 protected:
  HomeDirectory() {
    char pattern[] = "/tmp/kith-home-XXXXXX";
    directory = ::mkdtemp(pattern);
    made_ = directory;
  }
  ~HomeDirectory() override { std::filesystem::remove_all(made_); }

  std::string directory;  // a test may go on below it

 private:
  std::string made_;
};

}  // namespace kith::cli::testing
