// SPDX-License-Identifier: AGPL-3.0-or-later

// Every input that is kept, through the same functions that the fuzzer drives: the seeds, what once broke something,
// and what reached code that no seed reaches.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/targets.h"

namespace kith::fuzz {
namespace {

const std::filesystem::path kFolder = KITH_FUZZ_FOLDER;

std::vector<std::filesystem::path> inputs_in(const std::filesystem::path& path) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::exists(path)) return files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

class ReplayTest : public ::testing::TestWithParam<Target> {};

TEST_P(ReplayTest, SurvivesTheSeedsAndEverythingThatOnceBrokeIt) {
  const Target& target = GetParam();
  const auto seeds = inputs_in(kFolder / "corpus" / target.name);
  EXPECT_FALSE(seeds.empty()) << "fuzz/make_corpus.cc makes seeds for each target";
  std::vector<std::filesystem::path> all = inputs_in(kFolder / "regressions" / target.name);
  all.insert(all.end(), seeds.begin(), seeds.end());
  const auto found = inputs_in(std::filesystem::path(KITH_FUZZ_FOUND) / target.name);
  EXPECT_EQ(found.empty(), !std::filesystem::exists(kFolder / "corpus" / (std::string(target.name) + ".tar.gz")));
  all.insert(all.end(), found.begin(), found.end());
  for (const auto& path : all) {
    SCOPED_TRACE(path.string());
    std::ifstream file(path, std::ios::binary);
    const Bytes input((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    target.run(input);
    target.run(input.substr(0, input.size() / 2));
  }
  target.run("");
}

INSTANTIATE_TEST_SUITE_P(Targets, ReplayTest, ::testing::ValuesIn(kTargets),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace kith::fuzz
