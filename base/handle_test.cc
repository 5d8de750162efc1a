// SPDX-License-Identifier: AGPL-3.0-or-later

#include "base/handle.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace kith {
namespace {

std::string read(std::string_view written, std::string_view own_phone = "") {
  const auto handle = Handle::parse(written, own_phone);
  return handle ? handle->text() : "";
}
HandleError error_of(std::string_view written) {
  const auto handle = Handle::parse(written, "");
  EXPECT_FALSE(handle) << written;
  return handle ? HandleError::kInvalidPhone : handle.error();
}

TEST(Handle, IsReadAsPeopleWriteIt_HANDLE_1) {
  EXPECT_EQ(read(" +49 170 000 00 01"), "+491700000001");
  EXPECT_EQ(read("0170 0000001", "+491700000009"), "+491700000001") << "in the country of one's own number";
  EXPECT_EQ(read("Ana.M+kith@Example.ORG\n"), "ana.m+kith@example.org");
  EXPECT_EQ(read(" @Ana_M.2 "), "@ana_m.2");
  EXPECT_EQ(Handle::parse("+491700000001", "")->kind(), Handle::Kind::kPhone);
  EXPECT_EQ(Handle::parse("ana@example.org", "")->kind(), Handle::Kind::kEmail);
  EXPECT_EQ(Handle::parse("@ana", "")->kind(), Handle::Kind::kUsername);
}

TEST(Handle, SaysWhichKindIsWrong) {
  EXPECT_EQ(error_of(""), HandleError::kInvalidPhone);
  EXPECT_EQ(error_of("ana"), HandleError::kInvalidPhone);
  EXPECT_EQ(error_of("0170 0000001"), HandleError::kInvalidPhone) << "of which country?";
  EXPECT_EQ(error_of("@"), HandleError::kInvalidUsername);
  EXPECT_EQ(error_of("ana@"), HandleError::kInvalidEmail);
  EXPECT_STREQ(describe(HandleError::kInvalidEmail), "must be like ana@example.org");
}

TEST(Handle, AUsernameIsShortAndPlain_HANDLE_1) {
  EXPECT_EQ(read("@abc"), "@abc");
  EXPECT_EQ(read("@" + std::string(kUsernameBytesMax, 'a')), "@" + std::string(kUsernameBytesMax, 'a'));
  for (const char* const bad : {"@ab", "@1abc", "@_abc", "@.abc", "@an a", "@ana-m", "@\xC3\xA4na", "@an\xD0\xB0",
                                "@@ana", "@ana@example.org"}) {
    EXPECT_EQ(error_of(bad), HandleError::kInvalidUsername) << bad;
  }
  EXPECT_EQ(error_of("@" + std::string(kUsernameBytesMax + 1, 'a')), HandleError::kInvalidUsername);
}

TEST(Handle, AnEmailAddressIsOneThatMostPeopleHave_HANDLE_1) {
  for (const char* const good :
       {"a@b.co", "ana@mail.example.org", "o'brien@example.ie", "a_b-c=d@xn--bcher-kva.example", "1@2.3a"}) {
    EXPECT_EQ(read(good), good);
  }
  for (const char* const bad :
       {"ana@localhost", "ana@example.org.", "ana@.org", "ana@example..org", ".ana@example.org", "ana.@example.org",
        "a..b@example.org", "ana@-example.org", "ana@example-.org", "ana@127.0.0.1", "ana@[127.0.0.1]",
        "a@b@example.org", "\"ana m\"@example.org", "ana m@example.org", "ana@exa mple.org", "\xC3\xA4na@example.org",
        "ana@b\xC3\xBC.org", "<ana@example.org>", "mailto:ana@example.org"}) {
    EXPECT_EQ(error_of(bad), HandleError::kInvalidEmail) << bad;
  }
  const std::string label(62, 'b');
  const std::string domain = "@" + label + "." + label + "." + label + ".org";
  EXPECT_NE(read(std::string(60, 'a') + domain), "");
  EXPECT_EQ(read(std::string(65, 'a') + "@example.org"), "") << "a long local part";
  EXPECT_EQ(read(std::string(64, 'a') + domain), "") << "longer than " << kHandleBytesMax;
}

TEST(Handle, IsReadBackOnlyFromItsCanonicalText_HANDLE_1) {
  for (const char* const text : {"+491700000001", "ana@example.org", "@ana"}) {
    const auto handle = Handle::from_text(text);
    ASSERT_TRUE(handle) << text;
    EXPECT_EQ(handle->text(), text);
    EXPECT_EQ(*handle, *Handle::parse(text, ""));
  }
  for (const char* const text : {"", "491700000001", "+49 1700000001", "Ana@example.org", "@Ana", " @ana", "ana"})
    EXPECT_FALSE(Handle::from_text(text)) << text;
}

TEST(Handle, KnowsItsParts) {
  EXPECT_TRUE(Handle().is_none());
  EXPECT_EQ(Handle().text(), "");
  EXPECT_EQ(Handle::username("ana")->value(), "ana");
  EXPECT_EQ(Handle::username("ana")->as_phone(), "");
  EXPECT_EQ(Handle::from_text("+491700000001")->as_phone(), "+491700000001");
}

}  // namespace
}  // namespace kith
