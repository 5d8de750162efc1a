// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/home.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "cli/testing/home_directory.h"
#include "core/store/database.h"

namespace kith::cli {
namespace {

class HomeTest : public testing::HomeDirectory {};

mode_t mode_of(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

TEST_F(HomeTest, IsMadeForItsUserOnly) {
  const std::string path = directory + "/deep/home";
  const auto home = Home::open(path);
  ASSERT_TRUE(home);
  EXPECT_EQ(mode_of(path), 0700u);
  EXPECT_EQ(mode_of(path + "/lock"), 0600u);
  EXPECT_EQ((*home)->database_path(), path + "/kith.db");
}

TEST_F(HomeTest, ASecondProgramIsRefusedWhileTheFirstHoldsIt) {
  auto first = Home::open(directory);
  ASSERT_TRUE(first);
  const auto second = Home::open(directory);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().error, HomeError::kInUse);
  EXPECT_NE(second.error().detail.find("process " + std::to_string(::getpid())), std::string::npos)
      << second.error().detail;
  first->reset();
  EXPECT_TRUE(Home::open(directory));
}

TEST_F(HomeTest, SaysWhyItCanNotBeMade) {
  const auto home = Home::open("/proc/kith");
  ASSERT_FALSE(home);
  EXPECT_EQ(home.error().error, HomeError::kStorage);
}

TEST_F(HomeTest, SaysThatAPathIsTooLongAndTakesTheLongestThatIsNot) {
  std::string path = directory;
  while (path.size() < Home::kDirectoryBytesMax - 100) path += "/" + std::string(99, 'd');
  path += "/" + std::string(Home::kDirectoryBytesMax - path.size() - 1, 'd');
  const auto home = Home::open(path);
  ASSERT_TRUE(home);
  EXPECT_TRUE(core::Database::open((*home)->database_path()));
  const auto longer = Home::open(path + "d");
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().error, HomeError::kStorage);
  EXPECT_NE(longer.error().detail.find("longer than 496 bytes"), std::string::npos) << longer.error().detail;
}

TEST_F(HomeTest, TheDefaultFollowsTheEnvironment) {
  ::setenv("XDG_DATA_HOME", "/data", 1);
  ::setenv("HOME", "/user", 1);
  ::setenv("KITH_HOME", "/kith", 1);
  EXPECT_EQ(Home::default_directory(), "/kith");
  ::unsetenv("KITH_HOME");
  EXPECT_EQ(Home::default_directory(), "/data/kith");
  ::setenv("XDG_DATA_HOME", "data", 1);  // the specification: relative ones are to be ignored
  EXPECT_EQ(Home::default_directory(), "/user/.local/share/kith");
  ::unsetenv("XDG_DATA_HOME");
  EXPECT_EQ(Home::default_directory(), "/user/.local/share/kith");
}

}  // namespace
}  // namespace kith::cli
