// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/contacts.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using client_api::Failure;
using testing::handle;
using testing::kPeer;

class ContactsTest : public testing::StoreTest {
 protected:
  void SetUp() override { store_.account.set_registration(testing::registration()); }
  static client_api::SetContactRequest request(const std::string& handle, const std::string& name) {
    client_api::SetContactRequest request;
    request.set_handle(handle);
    request.set_name(name);
    return request;
  }
  static client_api::ImportContactsRequest file(const std::string& text) {
    client_api::ImportContactsRequest request;
    request.set_vcard(text);
    return request;
  }
  static std::string card(const std::string& name, const std::string& lines) {
    return "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:" + name + "\r\n" + lines + "END:VCARD\r\n";
  }
  Contacts contacts_{store_};
};

TEST_F(ContactsTest, AreSetRenamedAndRemovedByHandle) {
  ASSERT_TRUE(contacts_.set(request("0170 000 00 02", "Ana")));
  EXPECT_EQ(contacts_.set(request("+491700000002", "Ana M."))->name, "Ana M.");
  const auto list = contacts_.list();
  ASSERT_EQ(list.contacts_size(), 1);
  EXPECT_EQ(list.contacts(0).handle().text(), "+491700000002") << "written in the national way";
  EXPECT_EQ(list.contacts(0).account_id(), "");
  auto removal = request("+491700000002", "");
  removal.set_remove(true);
  ASSERT_TRUE(contacts_.set(removal));
  EXPECT_EQ(contacts_.list().contacts_size(), 0);
}

TEST_F(ContactsTest, RefuseWhatIsNoHandleOrNoName) {
  EXPECT_EQ(contacts_.set(request("call me", "Ana")).error().code, Failure::kInvalidHandle);
  EXPECT_EQ(contacts_.set(request("+491700000002", "")).error().code, Failure::kBlank);
  EXPECT_EQ(contacts_.set(request("+491700000002", "\xFF")).error().code, Failure::kInvalidArgument);
  for (const char* const blank : {" ", "\u200B", "\u3164", "\u2800", "\u00A0", "\u00AD", "\uFE0F", "\U000E0041"}) {
    EXPECT_EQ(contacts_.set(request("+491700000002", blank)).error().code, Failure::kBlank) << blank;
  }
  EXPECT_EQ(contacts_.set(request("+491700000002", " Ana\nMaria\u202E "))->name, "Ana Maria") << "one line";
  EXPECT_TRUE(contacts_.set(request("+491700000002", std::string(100, 'n'))));
  const auto longer = contacts_.set(request("+491700000002", std::string(101, 'n')));
  EXPECT_EQ(longer.error().code, Failure::kInvalidArgument);
  EXPECT_NE(longer.error().detail.find("1 to 100 characters"), std::string::npos) << longer.error().detail;
}

TEST_F(ContactsTest, KeepNoAccountThatThisDeviceMadeUp) {
  store_.handles.add_provisional(testing::account_id(9), handle("+491700000002"));
  store_.handles.add_provisional(testing::account_id(10), handle("+491700000003"));
  EXPECT_TRUE(contacts_.set(request("+491700000002", "Ana"))->account.is_none());
  const auto imported = contacts_.import(file(card("Ben", "TEL:+491700000003\r\n")));
  ASSERT_TRUE(imported);
  EXPECT_EQ(contacts_.count(imported->handles).not_asked, 1u);
  EXPECT_TRUE(store_.contacts.accounts().empty()) << "the server would be told of them";
}

TEST_F(ContactsTest, ShowTheAccountThatIsKnownForTheirHandle) {
  store_.handles.set(handle("+491700000002"), kPeer);
  store_.contacts.set_blocked(kPeer, true);
  const auto row = contacts_.set(request("+491700000002", "Ana"));
  ASSERT_TRUE(row);
  const auto contact = contacts_.build(*row);
  EXPECT_EQ(contact.account_id(), kPeer.hex());
  EXPECT_TRUE(contact.blocked());
  EXPECT_FALSE(contact.verified());
}

TEST_F(ContactsTest, ImportTakesEachNumberOnce) {  // F31
  store_.handles.set(handle("+491700000002"), kPeer);
  const auto imported =
      contacts_.import(file(card("Ana", "TEL:+49 170 0000002\r\nTEL:0171/1234567\r\n") +
                            card("Ana again", "TEL:00491700000002\r\n") + card("Me", "TEL:+491700000001\r\n") +
                            card("No number", "") + card("Short", "TEL:110\r\n") + card("", "TEL:+491709999999\r\n")));
  ASSERT_TRUE(imported);
  EXPECT_EQ(imported->imported, 2u);
  EXPECT_EQ(imported->skipped, 3u) << "no number, a short code, no name";
  EXPECT_EQ(imported->handles, (std::vector{handle("+491700000002"), handle("+491711234567")}));
  EXPECT_EQ(contacts_.count(imported->handles).with_account, 1u);
  EXPECT_EQ(contacts_.count(imported->handles).not_asked, 1u);
  const auto list = contacts_.list();
  ASSERT_EQ(list.contacts_size(), 2);
  EXPECT_EQ(list.contacts(0).name(), "Ana") << "the first card's name, and the own number is no contact";
}

TEST_F(ContactsTest, AreOfEveryKindOfHandle) {  // [HANDLE-1]
  ASSERT_TRUE(contacts_.set(request("Ana@Example.org", "Ana")));
  ASSERT_TRUE(contacts_.set(request("@Ben", "Ben")));
  const auto list = contacts_.list();
  ASSERT_EQ(list.contacts_size(), 2);
  EXPECT_EQ(list.contacts(0).handle().text(), "ana@example.org");
  EXPECT_EQ(list.contacts(0).handle().kind(), client_api::Handle::kEmail);
  EXPECT_EQ(list.contacts(1).handle().text(), "@ben");
  EXPECT_EQ(list.contacts(1).handle().kind(), client_api::Handle::kUsername);
  EXPECT_EQ(contacts_.set(request("@b", "Ben")).error().detail,
            "handle: must be like @ana: 3 to 32 of a-z, 0-9, . and _");
}

TEST_F(ContactsTest, ImportTakesEmailAddressesToo) {  // [F31]
  const auto imported = contacts_.import(file(card("Ana", "TEL:+491700000002\r\nEMAIL;TYPE=work:Ana@Example.org\r\n") +
                                              card("Ben", "item1.EMAIL:ben@example.org\r\nEMAIL:ben at home\r\n")));
  ASSERT_TRUE(imported);
  EXPECT_EQ(imported->handles,
            (std::vector{handle("+491700000002"), handle("ana@example.org"), handle("ben@example.org")}));
  EXPECT_EQ(imported->skipped, 1u);
}

TEST_F(ContactsTest, ImportTakesSpellingsOfOneNumberForOne) {
  const auto imported = contacts_.import(
      file(card("Ana", "TEL:+52 1 55 1234 5678\r\nTEL:+52 55 1234 5678\r\nTEL:+49 (0)170 0000001\r\n")));
  ASSERT_TRUE(imported);
  EXPECT_EQ(imported->handles, std::vector{handle("+525512345678")}) << "and the own number is no contact";
  EXPECT_EQ(imported->skipped, 0u);
}

TEST_F(ContactsTest, ImportKeepsTheContextOfAUri) {
  ASSERT_TRUE(contacts_.import(file(card("Ana", "TEL;VALUE=uri:tel:0170-5550001;phone-context=+44\r\n"))));
  EXPECT_TRUE(store_.contacts.find(handle("+441705550001")));
  EXPECT_EQ(store_.contacts.count(), 1);
}

TEST_F(ContactsTest, ImportSkipsCardsWhoseNamesAreInUnknownCharsets) {
  const auto imported = contacts_.import(
      file("BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=SHIFT_JIS:\x8E\x52\x93\x63\r\nTEL:+491700000002\r\nEND:VCARD\r\n"
           "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=KOI8-R:\xE1\xCE\xCE\xC1\r\nTEL:+491700000003\r\nEND:VCARD\r\n"));
  ASSERT_TRUE(imported);
  EXPECT_EQ(imported->skipped, 1u);
  ASSERT_TRUE(store_.contacts.find(handle("+491700000003")));
  EXPECT_EQ(store_.contacts.find(handle("+491700000003"))->name, "Анна");
  EXPECT_EQ(store_.contacts.count(), 1);
}

TEST_F(ContactsTest, ImportingAgainRenamesAndKeepsAccounts) {
  ASSERT_TRUE(contacts_.import(file(card("Ana", "TEL:+491700000002\r\n"))));
  store_.contacts.set_account(handle("+491700000002"), kPeer, UnixMicros{5});
  const auto again = contacts_.import(file(card("Ana Maria", "TEL:+491700000002\r\n")));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->imported, 1u);
  EXPECT_EQ(store_.contacts.count(), 1);
  EXPECT_EQ(store_.contacts.find(kPeer)->name, "Ana Maria");
}

TEST_F(ContactsTest, ImportKeepsANameThatTheUserGave) {  // F31
  ASSERT_TRUE(contacts_.import(file(card("Ana", "TEL:+491700000002\r\n") + card("Ben", "TEL:+491700000003\r\n"))));
  ASSERT_TRUE(contacts_.set(request("+491700000002", "Grandma")));
  ASSERT_TRUE(contacts_.set(request("+491700000004", "The plumber")));
  const auto again =
      contacts_.import(file(card("Ana Maria", "TEL:+491700000002\r\n") + card("Benjamin", "TEL:+491700000003\r\n") +
                            card("Plumbing Ltd", "TEL:+491700000004\r\n")));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->imported, 3u);
  EXPECT_EQ(store_.contacts.find(handle("+491700000002"))->name, "Grandma");
  EXPECT_EQ(store_.contacts.find(handle("+491700000003"))->name, "Benjamin") << "its name was a file's, too";
  EXPECT_EQ(store_.contacts.find(handle("+491700000004"))->name, "The plumber");
  auto removal = request("+491700000002", "");
  removal.set_remove(true);
  ASSERT_TRUE(contacts_.set(removal));
  ASSERT_TRUE(contacts_.import(file(card("Ana Maria", "TEL:+491700000002\r\n"))));
  EXPECT_EQ(store_.contacts.find(handle("+491700000002"))->name, "Ana Maria")
      << "whoever was deleted comes as the file has it";
}

TEST_F(ContactsTest, ALongNameIsCutBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 150; ++i) name += "ü";
  ASSERT_TRUE(contacts_.import(file(card(name, "TEL:+491700000002\r\n"))));
  EXPECT_EQ(store_.contacts.find(handle("+491700000002"))->name.size(), 200u);
}

TEST_F(ContactsTest, ImportSaysWhatIsWrongWithAFile) {
  EXPECT_EQ(contacts_.import(file("hello")).error().code, Failure::kInvalidArgument);
  EXPECT_EQ(contacts_.import(file(std::string((8 << 20) + 1, 'x'))).error().code, Failure::kTooLarge);
}

}  // namespace
}  // namespace kith::core
