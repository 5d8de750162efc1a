// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/child_program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/testing/fake_host.h"

namespace kith::cli {
namespace {

class ChildProgramTest : public ::testing::Test {
 protected:
  ~ChildProgramTest() override { std::filesystem::remove(file); }
  std::optional<int> run(const std::string& command, const std::string& input = "",
                         std::vector<std::pair<std::string, std::string>> environment = {}) {
    return run_child(host, {command, input, std::move(environment)});
  }
  [[nodiscard]] std::string written() const {
    std::ifstream in(file);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  testing::FakeHost host{[](const client_api::Request&) { return client_api::Response(); }};
  std::string file = ::testing::TempDir() + "/kith_child_" + std::to_string(::getpid());
};

TEST_F(ChildProgramTest, GetsInputAndEnvironmentAndTellsItsExitCode) {
  const std::string long_input(1'000'000, 'x');
  EXPECT_EQ(run("wc -c > " + file + "; exit 3", long_input), 3);
  EXPECT_EQ(std::stoul(written()), long_input.size());
  EXPECT_EQ(run("printf %s \"$KITH_TEXT\" > " + file, "", {{"KITH_TEXT", "a\nb"}}), 0);
  EXPECT_EQ(written(), "a\nb");
  EXPECT_EQ(run("kill -9 $$"), 137);
}

TEST_F(ChildProgramTest, NothingInAValueIsEverRun) {
  const std::string attack =
      "$(touch " + file + ".attack); `touch " + file + ".attack`; ' \" ; touch " + file + ".attack";
  EXPECT_EQ(run("printf %s \"$KITH_TEXT\" > " + file, attack, {{"KITH_TEXT", attack}}), 0);
  EXPECT_EQ(written(), attack);
  EXPECT_FALSE(std::filesystem::exists(file + ".attack"));
}

TEST_F(ChildProgramTest, InheritsNoDescriptor) {
  const int leak = ::open("/dev/null", O_RDONLY);  // without close-on-exec, as libraries open theirs
  EXPECT_EQ(run("test ! -e /proc/self/fd/" + std::to_string(leak)), 0);
  ::close(leak);
}

}  // namespace
}  // namespace kith::cli
