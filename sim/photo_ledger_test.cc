// SPDX-License-Identifier: AGPL-3.0-or-later

// Photos of profiles: the ledger of them can fail.
#include "sim/photo_ledger.h"

#include <gtest/gtest.h>

namespace kith::sim {
namespace {

class PhotoLedgerTest : public ::testing::Test {
 protected:
  PhotoLedgerTest() {
    for (const char* const person : {"ana", "ben", "eva"}) ledger_.knows(person);
    ledger_.sets("ana");
  }
  // What is wrong with it that this device shows this one of Ana's.
  std::string wrong(const std::string& device, uint32_t number) {
    std::string rule;
    ledger_.shows(device, "ana", PhotoLedger::content_of("ana", number),
                  [&rule](const std::string& what) { rule = what.substr(0, what.find(':')); });
    return rule;
  }
  PhotoLedger ledger_;
};

TEST_F(PhotoLedgerTest, SeesAPhotoThatWasNeverForWhoHasIt_PHOTO_4) {
  EXPECT_EQ(wrong("ben-1", 0), "");
  ledger_.asks_for("ana", client_api::Settings::kNobody);
  ledger_.sets("ana");
  EXPECT_EQ(wrong("ben-1", 1), "") << "nobody has answered yet";
  ledger_.has("ana", client_api::Settings::kNobody);
  ledger_.sets("ana");
  EXPECT_EQ(wrong("ben-1", 2), "PHOTO-4");
  EXPECT_EQ(wrong("ben-1", 0), "") << "what he had before";
  ledger_.asks_for("ana", client_api::Settings::kEveryone);
  EXPECT_EQ(wrong("ben-1", 2), "");
}

TEST_F(PhotoLedgerTest, OfAScopeOfContactsAreWhoMayBeOne_PHOTO_3) {
  ledger_.has("ana", client_api::Settings::kContacts);
  ledger_.contact("ana", "eva", true);
  ledger_.sets("ana");
  EXPECT_EQ(wrong("eva-1", 1), "");
  EXPECT_EQ(wrong("ben-1", 1), "PHOTO-4");
  ledger_.contact("ana", "eva", false);
  ledger_.sets("ana");
  EXPECT_EQ(wrong("eva-1", 2), "PHOTO-4");
}

TEST_F(PhotoLedgerTest, WhoIsBlockedIsOutsideUntilThatIsUndone_PHOTO_4) {
  ledger_.blocked("ana", "ben", true);
  ledger_.sets("ana");
  EXPECT_EQ(wrong("ben-1", 1), "PHOTO-4");
  EXPECT_FALSE(ledger_.sees_for_certain("ana", "ben"));
  EXPECT_TRUE(ledger_.sees_for_certain("ana", "eva"));
  ledger_.blocked("ana", "ben", false);
  EXPECT_EQ(wrong("ben-1", 1), "");
  EXPECT_FALSE(ledger_.sees_for_certain("ana", "ben")) << "the word of it may have been dropped";
}

TEST_F(PhotoLedgerTest, SeesAPhotoThatWasNeverSet_PHOTO_2) { EXPECT_EQ(wrong("ben-1", 7), "PHOTO-2"); }

}  // namespace
}  // namespace kith::sim
