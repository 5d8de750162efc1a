// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/sealed_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/testing/home_directory.h"
#include "crypto/hash.h"

namespace kith::cli {
namespace {

class SealedFilesTest : public testing::HomeDirectory {
 protected:
  std::string write(const std::string& name, const Bytes& bytes) {
    const std::string path = directory + "/" + name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  Bytes read(const crypto::SealedFile& file) {
    Bytes all;
    const auto read = files_.unseal(file.name().hex(), file, [&](BytesView bytes) {
      all += bytes;
      return true;
    });
    return read ? all : describe(read.error());
  }
  std::string path_of(const crypto::SealedFile& file) const {
    const std::string name = file.name().hex();
    return directory + "/media/" + name.substr(0, 2) + "/" + name;
  }

  crypto::SystemRandom random_;
  SealedFiles files_{directory};
};

TEST_F(SealedFilesTest, AFileComesBackAsItWasAndIsReadableByItsUserAlone) {
  for (const size_t size : {size_t{1}, size_t{65536}, size_t{3'000'001}}) {
    const Bytes bytes = random_.bytes(size);
    std::vector<uint64_t> told;
    const auto file = files_.seal(write("file", bytes), random_, [&](uint64_t done) { told.push_back(done); });
    ASSERT_TRUE(file) << describe(file.error());
    EXPECT_TRUE(file->is_valid());
    EXPECT_EQ(told.back(), size);
    EXPECT_EQ(read(*file), bytes);
    struct stat status = {};
    ASSERT_EQ(::stat(path_of(*file).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_EQ(static_cast<uint64_t>(status.st_size), crypto::sealed_size(size));
  }
  EXPECT_TRUE(files_.old_names(3600).empty());
  EXPECT_EQ(files_.old_names(0).size(), 3u);
}

TEST_F(SealedFilesTest, WhatCanNotBeSealedIsNamedAndLeavesNothing) {
  const auto error_of = [this](const std::string& path) { return files_.seal(path, random_).error(); };
  EXPECT_EQ(error_of(directory + "/none"), FileError::kMissing);
  EXPECT_EQ(error_of(directory), FileError::kNotRegular);
  EXPECT_EQ(error_of(write("empty", "")), FileError::kEmpty);
  const std::string large = write("large", "x");
  ASSERT_EQ(::truncate(large.c_str(), static_cast<off_t>(kFileBytesMax + 1)), 0);
  EXPECT_EQ(error_of(large), FileError::kTooLarge);
  EXPECT_TRUE(files_.old_names(0).empty());
}

TEST_F(SealedFilesTest, WhatWasDamagedSinceIsNotTheFile) {
  const auto file = files_.seal(write("file", random_.bytes(200'000)), random_);
  ASSERT_TRUE(file);
  std::fstream damaged(path_of(*file), std::ios::binary | std::ios::in | std::ios::out);
  const int byte = damaged.seekg(100'000).get();
  damaged.seekp(100'000).put(static_cast<char>(byte ^ 1));
  damaged.close();
  EXPECT_EQ(read(*file), describe(FileError::kDamaged));
  ASSERT_EQ(::truncate(path_of(*file).c_str(), 70'000), 0);
  EXPECT_EQ(read(*file), describe(FileError::kDamaged));
  files_.remove(file->name().hex());
  EXPECT_EQ(read(*file), describe(FileError::kMissing));
}

TEST_F(SealedFilesTest, APartIsKeptUnderItsNameWhenItIsWhole) {
  const std::string name(32, 'a');
  const auto part = files_.open_part(name);
  ASSERT_TRUE(part);
  ASSERT_TRUE(part->write(0, "what came"));
  EXPECT_FALSE(files_.open(name)) << "it is not whole";
  ASSERT_TRUE(files_.keep_part(name, *part));
  const auto whole = files_.open(name);
  ASSERT_TRUE(whole);
  EXPECT_EQ(*whole->read(0, 100), "what came");
}

TEST_F(SealedFilesTest, WhatWasBeingSealedLongAgoIsRemovedAndOtherFilesAreLeftAlone) {
  std::filesystem::create_directories(directory + "/media");
  const std::string left = write("media/sealing-0", "left over");
  const std::string foreign = write("media/notes.txt", "somebody's");
  EXPECT_TRUE(files_.old_names(0).empty());
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_TRUE(std::filesystem::exists(foreign));
}

}  // namespace
}  // namespace kith::cli
