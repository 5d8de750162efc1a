// SPDX-License-Identifier: AGPL-3.0-or-later

// What is to be viewed once [MEDIA-7]: the ledger of it can fail.
#include "sim/once_ledger.h"

#include <gtest/gtest.h>

namespace kith::sim {
namespace {

class OnceLedgerTest : public ::testing::Test {
 protected:
  static client_api::Message photo(bool outgoing, bool opened) {
    client_api::Message message;
    message.set_id("11111111");
    message.set_outgoing(outgoing);
    message.mutable_media()->set_view_once(true);
    message.mutable_media()->set_opened(opened);
    return message;
  }
  void open(const std::string& device) { finish(device, ask(device)); }
  bool ask(const std::string& device) { return ledger_.asks(device, photo(false, false)); }
  void finish(const std::string& device, bool known) { ledger_.opened(device, photo(false, false), known, broken_); }
  void rest(bool may_be_lost = false) {
    ledger_.is_at_rest([may_be_lost](const std::string&) { return may_be_lost; });
  }
  std::vector<std::string> violations_;
  OnceLedger::Broken broken_ = [this](std::string what) { violations_.push_back(std::move(what)); };
  OnceLedger ledger_;
};

TEST_F(OnceLedgerTest, TwoDevicesThatHaveNotHeardOfEachOtherBothMayOpenIt) {
  const bool first = ask("ben-1");
  const bool second = ask("ben-2");
  finish("ben-1", first);
  finish("ben-2", second);
  EXPECT_TRUE(violations_.empty());
}

TEST_F(OnceLedgerTest, SeesADeviceThatOpensWhatItHasToldItsUserThatItIsOpened) {
  open("ben-1");
  ledger_.event("ben-2", photo(false, true));
  open("ben-2");
  EXPECT_EQ(violations_.size(), 1u);
}

TEST_F(OnceLedgerTest, SeesADeviceThatOpensItOnceEverythingHasComeToRest) {
  open("ben-1");
  rest();
  open("eva-1");
  EXPECT_TRUE(violations_.empty()) << "another member of the group";
  open("ben-2");
  EXPECT_EQ(violations_.size(), 1u);
}

TEST_F(OnceLedgerTest, SeesADeviceThatHasNotHeardOfIt) {
  open("ben-1");
  ledger_.check("ben-2", photo(false, false), true, true, broken_);
  EXPECT_TRUE(violations_.empty()) << "before everything is at rest";
  rest(true);
  ledger_.check("ben-2", photo(false, false), true, true, broken_);
  EXPECT_TRUE(violations_.empty()) << "the word of it may be lost";
  rest();
  ledger_.check("ben-2", photo(false, false), true, true, broken_);
  EXPECT_EQ(violations_.size(), 1u);
}

TEST_F(OnceLedgerTest, SeesAKeyAndAFileThatAreKept) {
  ledger_.check("ben-1", photo(false, true), false, true, broken_);
  EXPECT_TRUE(violations_.empty()) << "others of the group have still to open it";
  ledger_.check("ben-1", photo(false, true), true, false, broken_);
  EXPECT_EQ(violations_.size(), 1u);
  ledger_.check("ana-1", photo(true, true), false, true, broken_);
  EXPECT_EQ(violations_.size(), 2u);
}

TEST_F(OnceLedgerTest, SeesASenderThatOpensIt) {
  ledger_.opened("ana-1", photo(true, false), ledger_.asks("ana-1", photo(true, false)), broken_);
  EXPECT_EQ(violations_.size(), 1u);
}

}  // namespace
}  // namespace kith::sim
