// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/home_host.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "cli/local_socket.h"
#include "cli/testing/home_directory.h"

namespace kith::cli {
namespace {

using client_api::Failure;
using client_api::Request;

constexpr uint64_t kPatienceMs = 5000;

class HomeHostTest : public testing::HomeDirectory {
 protected:
  std::unique_ptr<HomeHost> open() {
    auto host = HomeHost::open(directory, kPatienceMs, nullptr);
    EXPECT_TRUE(host) << host.error().detail;
    return host ? std::move(*host) : nullptr;
  }
};

// A program that has the home and serves it, in a thread of its own, until it is told to end.
class Running {
 public:
  explicit Running(const std::string& directory) {
    thread_ = std::thread([this, directory] {
      const auto host = HomeHost::open(directory, kPatienceMs, nullptr);
      is_up_ = true;
      (*host)->when_readable(ends_[0], [this] { over_ = true; });
      (*host)->run_until([this] { return over_; }, std::nullopt);
    });
    while (!is_up_) std::this_thread::yield();
  }
  ~Running() { end(); }
  void end() {
    if (!thread_.joinable()) return;
    EXPECT_EQ(::write(ends_[1], "x", 1), 1);
    thread_.join();
  }

 private:
  struct Pipe {
    Pipe() { EXPECT_EQ(::pipe(ends), 0); }
    int& operator[](int i) { return ends[i]; }
    int ends[2];
  } ends_;
  std::atomic<bool> is_up_ = false;
  bool over_ = false;
  std::thread thread_;
};

Request draft_without_registration() {
  Request request;
  request.mutable_set_draft();
  return request;
}

TEST_F(HomeHostTest, ASecondProgramIsServedByTheFirst) {
  Running first(directory);
  const auto second = open();
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->is_guest());
  const auto answer = second->call(draft_without_registration());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->failure().code(), Failure::kNotRegistered);
}

TEST_F(HomeHostTest, AGuestTakesTheHomeWhenTheOneThatHadItEnds) {
  auto first = std::make_unique<Running>(directory);
  const auto second = open();
  ASSERT_TRUE(second && second->is_guest());
  bool resynced = false;
  second->listen([&](const client_api::Event& event) { resynced = resynced || event.has_resync(); });
  first->end();
  second->run_until([&] { return resynced; }, second->in_ms(kPatienceMs));
  EXPECT_FALSE(second->is_guest());
  const auto answer = second->call(draft_without_registration());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->failure().code(), Failure::kNotRegistered);
}

TEST_F(HomeHostTest, WhatWasNotAnsweredIsAskedAgain) {
  auto first = std::make_unique<Running>(directory);
  const auto second = open();
  ASSERT_TRUE(second && second->is_guest());
  first->end();
  // Nothing has told the second one so far
  const auto answer = second->call(draft_without_registration());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->failure().code(), Failure::kNotRegistered);
  EXPECT_FALSE(second->is_guest());
}

TEST_F(HomeHostTest, ManyProgramsShareAHome) {
  Running first(directory);
  std::vector<std::unique_ptr<HomeHost>> others;
  for (int i = 0; i < 20; ++i) others.push_back(open());
  for (const auto& other : others) {
    ASSERT_TRUE(other && other->is_guest());
    EXPECT_TRUE(other->call(draft_without_registration()));
  }
}

TEST_F(HomeHostTest, AHomeThatIsHeldButNotServedIsInUse) {
  const auto home = Home::open(directory);
  ASSERT_TRUE(home);
  const auto host = HomeHost::open(directory, 50, nullptr);
  ASSERT_FALSE(host);
  EXPECT_EQ(host.error().code, ExitCode::kHomeInUse);
  EXPECT_NE(host.error().detail.find("does not answer"), std::string::npos) << host.error().detail;
  // Nor is one whose program has stopped answering.
  const auto listening = listen_in(directory);
  ASSERT_TRUE(listening);
  const auto silent = HomeHost::open(directory, 50, nullptr);
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, ExitCode::kHomeInUse);
  ::close(*listening);
}

TEST_F(HomeHostTest, TheSocketIsForItsUserOnlyAndOfAnyLengthOfPath) {
  directory += "/" + std::string(200, 'd');
  const auto host = open();
  ASSERT_TRUE(host);
  struct stat status{};
  ASSERT_EQ(::stat((directory + "/socket").c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_TRUE(connect_in(directory));
}

TEST_F(HomeHostTest, WhatIsNoCallOfAProgramIsRefusedAndTheOthersGoOn) {
  Running first(directory);
  const auto descriptor = connect_in(directory);
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(::write(*descriptor, "rubbish\n{}\n", 11), 11);
  std::string answers;
  while (std::count(answers.begin(), answers.end(), '\n') < 2) {
    char part[1024];
    const ssize_t size = ::read(*descriptor, part, sizeof part);
    if (size > 0) answers.append(part, static_cast<size_t>(size));
    if (size == 0) break;
  }
  EXPECT_NE(answers.find("-32700"), std::string::npos);
  EXPECT_NE(answers.find("-32600"), std::string::npos);
  ::close(*descriptor);
  const auto second = open();
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->call(draft_without_registration()));
}

}  // namespace
}  // namespace kith::cli
