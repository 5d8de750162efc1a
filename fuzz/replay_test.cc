// SPDX-License-Identifier: AGPL-3.0-or-later

// Every input that is kept, through the same functions that the fuzzer drives: the seeds, and what once broke
// something.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/targets.h"

namespace kith::fuzz {
namespace {

std::vector<std::filesystem::path> inputs_of(const std::string& folder, const char* target) {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path path = std::filesystem::path(KITH_SOURCE_DIR) / "fuzz" / folder / target;
  if (!std::filesystem::exists(path)) return files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

class ReplayTest : public ::testing::TestWithParam<Target> {};

TEST_P(ReplayTest, SurvivesTheSeedsAndEverythingThatOnceBrokeIt) {
  const Target& target = GetParam();
  const auto seeds = inputs_of("corpus", target.name);
  EXPECT_FALSE(seeds.empty()) << "fuzz/make_corpus.cc makes seeds for each target";
  std::vector<std::filesystem::path> all = inputs_of("regressions", target.name);
  all.insert(all.end(), seeds.begin(), seeds.end());
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
