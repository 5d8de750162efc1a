// SPDX-License-Identifier: AGPL-3.0-or-later

// A damaged database beside what crashes leave: logs, and new files that are complete or not.
#include "core/store/rebuild.h"
#include "core/testing/damaged_device.h"

namespace kith::core::testing {
namespace {

// The log of a program that was killed.
class LogTest : public DamagedDevice {
 protected:
  void SetUp() override {
    fill(10);
    ASSERT_TRUE(ana_.database().execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    for (int i = 0; i < 5; ++i) say(ana_, chat_, "in the log " + std::to_string(i));
    world_.advance(1000);
    ana_.crash();
    ASSERT_GT(file("kith.db-wal").size(), 10 * kPage);
  }
  void damage_log(size_t at, size_t size) {
    std::fill_n(file("kith.db-wal").begin() + static_cast<std::ptrdiff_t>(at), size, '\x5A');
    ana_.disk().sync("kith.db-wal");
  }
};

TEST_F(LogTest, IsTakenAsItIsWhenItIsWhole) {
  ana_.reopen();
  EXPECT_FALSE(state(ana_).has_rebuilt());
  EXPECT_EQ(texts(ana_, chat_).back(), "in the log 4");
  expect_that_they_talk("after");
  EXPECT_EQ(state(ana_).undecryptable() + state(ben_).undecryptable(), 0u);
}

TEST_F(LogTest, DamagedAtItsBeginningMeansThatRatchetsAreOldAndDropped) {
  damage_log(0, 512);
  open_rebuilt();
  EXPECT_EQ(count("SELECT count(*) FROM sessions"), 0);
  expect_that_they_talk("after");
  expect_sound();
}

TEST_F(LogTest, DamagedInTheMiddleMeansTheSame) {
  damage_log(file("kith.db-wal").size() / 2, 100);
  open_rebuilt();
  EXPECT_EQ(count("SELECT count(*) FROM sessions"), 0);
  expect_that_they_talk("after");
  expect_sound();
}

TEST_F(LogTest, WithWhatWasRepairedInItLeavesThePlaceholderAsItsSenderKnowsOfNoLoss) {  // IDENTITY-5
  ana_.reopen();
  connect(ana_);
  ana_.set_network(false);
  execute(ana_, "DELETE FROM sessions");
  const std::string lost = say(ben_, bens_chat(), "lost, repaired and lost again");
  ben_.set_network(false);  // does not hear that it is asked
  ana_.set_network(true);
  world_.advance(1000);
  EXPECT_EQ(message(ana_, lost).body_case(), client_api::Message::kUndecryptable);
  ASSERT_TRUE(ana_.database().execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  ben_.set_network(true);
  world_.advance(5000);
  EXPECT_EQ(message(ana_, lost).body_case(), client_api::Message::kText);
  ana_.crash();
  damage_log(0, 512);
  open_rebuilt();
  expect_that_they_talk("after");
  EXPECT_EQ(message(ana_, lost).body_case(), client_api::Message::kUndecryptable);
  expect_sound();
}

TEST_F(LogTest, BrokenOffInItsLastTransactionIsNoDamage) {
  std::string& log = file("kith.db-wal");
  log.resize(log.size() - kPage / 2);
  ana_.disk().sync("kith.db-wal");
  ana_.reopen();
  EXPECT_FALSE(state(ana_).has_rebuilt());
}

TEST_F(LogTest, IsTakenIntoTheNewFileWhenTheDatabaseIsDamaged) {
  ana_.reopen();
  say(ana_, chat_, "the last");
  execute(ana_, kMark);
  ana_.crash();
  ASSERT_GT(file("kith.db-wal").size(), kPage);
  open_rebuilt();
  EXPECT_EQ(texts(ana_, chat_).back(), "the last");
  expect_that_they_talk("after");
}

using BrokenOffTest = DamagedDevice;

TEST_F(BrokenOffTest, AnywhereItGoesOnOrBeginsAgain) {
  fill(60);
  const std::vector<std::string> all = texts(ana_, chat_);
  damage_table("messages");
  damage(0, 100);
  const std::string damaged = file();
  for (uint64_t at = 0;; at += 3) {
    SCOPED_TRACE("at write " + std::to_string(at));
    ana_.disk().fail_after(at, SQLITE_IOERR_WRITE, true);
    const bool was_rebuilt = !ana_.try_reopen();
    ana_.close();
    ana_.disk().crash([&](size_t size) { return at % 2 == 0 ? size : size / 2; });
    ASSERT_EQ(ana_.try_reopen(), std::nullopt);
    EXPECT_EQ(texts(ana_, chat_), all);
    expect_sound();
    if (HasFailure()) return;
    if (was_rebuilt) {
      EXPECT_GT(at, 50u);
      break;
    }
    ana_.close();
    file() = damaged;
    ana_.disk().sync("kith.db");
  }
  expect_that_they_talk("after");
}

TEST_F(BrokenOffTest, ANewFileThatIsNotCompleteIsThrownAway) {
  fill(10);
  ana_.close();
  const std::string incomplete = file();
  ana_.reopen();
  connect(ana_);
  say(ana_, chat_, "the newest");
  for (const std::string& bytes : {incomplete, incomplete.substr(0, kPage), std::string(5000, 'x')}) {
    ana_.close();
    put("kith.db.rebuilt", bytes);
    ana_.reopen();
    EXPECT_EQ(texts(ana_, chat_).back(), "the newest");
    EXPECT_FALSE(has_file("kith.db.rebuilt"));
  }
}

TEST_F(BrokenOffTest, ANewFileThatIsCompleteTakesThePlaceOfWhatIsThereOfTheOldOne) {
  fill(20);
  execute(ana_, kMark);
  ana_.close();
  open_rebuilt();
  const std::vector<std::string> all = texts(ana_, chat_);
  ana_.close();
  const std::string complete = file();
  ana_.reopen();
  connect(ana_);
  for (int i = 0; i < 5; ++i) say(ana_, chat_, "goes with the old file");
  ana_.crash();
  ASSERT_GT(file("kith.db-wal").size(), kPage);
  put("kith.db.rebuilt", complete);
  damage(0, file().size() / 2);
  open_rebuilt();
  EXPECT_EQ(state(ana_).rebuilt().messages_kept(), all.size());
  EXPECT_EQ(texts(ana_, chat_), all);
  expect_sound();
}

TEST_F(BrokenOffTest, AFullDiskIsSaidAndChangesNothing) {
  fill(20);
  const std::vector<std::string> all = texts(ana_, chat_);
  ana_.close();
  damage(0, 100);
  const std::string before = file();
  ana_.disk().set_capacity(before.size() + 20 * kPage);
  EXPECT_EQ(ana_.try_reopen(), OpenError::kFull);
  EXPECT_EQ(file(), before);
  ana_.disk().set_capacity(UINT64_MAX);
  open_rebuilt();
  EXPECT_EQ(texts(ana_, chat_), all);
}

}  // namespace
}  // namespace kith::core::testing
