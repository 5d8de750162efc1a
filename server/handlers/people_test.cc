// SPDX-License-Identifier: AGPL-3.0-or-later

// Lookup, profiles, privacy.
#include <gtest/gtest.h>

#include <algorithm>

#include "server/handlers/testing/test_device.h"
#include "wire/handle.h"

namespace kith::testing {
namespace {

class PeopleTest : public ::testing::Test {
 protected:
  HandlersWorld world;
  TestDevice ana{world, "+491700000001"};
  TestDevice ben{world, "+491700000002"};

  void SetUp() override {
    ASSERT_TRUE(ana.become_active());
    ASSERT_TRUE(ben.become_active());
  }
  Outcome<wire::Profile> put(const TestDevice& device, const std::string& name, const std::string& about = "") {
    wire::Profile profile;
    profile.set_name(name);
    profile.set_about(about);
    return world.run(handlers::put_profile(world.services(), device.address, profile));
  }
  Outcome<wire::Profile> get(const TestDevice& caller, const TestDevice& of) {
    return world.run(handlers::get_profile(world.services(), caller.address, of.address.account));
  }
  Outcome<wire::Privacy> set(const TestDevice& device, const std::function<void(wire::Privacy&)>& change) {
    wire::Privacy privacy;
    change(privacy);
    return world.run(handlers::put_privacy(world.services(), device.address, privacy));
  }
};

TEST_F(PeopleTest, LookupFindsActiveAccountsAsTheyWereWritten) {  // [F31]
  TestDevice cleo(world, "+491700000003");
  ASSERT_TRUE(cleo.register_number());  // has published nothing
  wire::LookupRequest request;
  for (const char* const phone : {"+491700000001", "+491700000002", "+491700000003", "+491700000004", "nonsense"})
    request.add_handles()->set_phone(phone);
  request.add_handles();
  const auto found = world.run(handlers::lookup_accounts(world.services(), ben.address, request));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->found_size(), 2);
  EXPECT_EQ(found->found(0).handle().phone(), "+491700000001");
  EXPECT_EQ(found->found(0).account_id(), ana.address.account.bytes());
}

TEST_F(PeopleTest, LookupIsBoundedAndRateLimited) {  // [LIMIT-1]
  wire::LookupRequest request;
  for (int i = 0; i < 501; ++i) request.add_handles()->set_phone("+491700000001");
  EXPECT_EQ(world.run(handlers::lookup_accounts(world.services(), ben.address, request)).error().code, wire::kTooLarge);
  request.mutable_handles()->RemoveLast();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(world.run(handlers::lookup_accounts(world.services(), ben.address, request)));
  EXPECT_EQ(world.run(handlers::lookup_accounts(world.services(), ben.address, request)).error().code,
            wire::kRateLimited);
  EXPECT_TRUE(world.run(handlers::lookup_accounts(world.services(), ana.address, request)));
}

TEST_F(PeopleTest, HandlesOfEveryKindAreLookedUpAsTheyWereWritten) {  // [HANDLE-1]
  auto& accounts = world.ports().accounts;
  for (const char* const text : {"ana@example.org", "@ana"})
    ASSERT_TRUE(
        world.run(accounts.add_handle(ana.address.account, *Handle::from_text(text), AccountStore::Place::kLast)));
  wire::LookupRequest request;
  request.add_handles()->set_email("Ana@Example.org");
  request.add_handles()->set_username("ana");
  request.add_handles()->set_username("ben");
  const auto found = world.run(handlers::lookup_accounts(world.services(), ben.address, request));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->found_size(), 2);
  std::vector<std::string> written;
  for (const auto& one : found->found()) {
    EXPECT_EQ(one.account_id(), ana.address.account.bytes());
    written.push_back(one.handle().has_email() ? one.handle().email() : one.handle().username());
  }
  std::ranges::sort(written);
  EXPECT_EQ(written, (std::vector<std::string>{"Ana@Example.org", "ana"}));
}

TEST_F(PeopleTest, OthersAreToldOfTheFirstHandleAlone) {  // [HANDLE-2]
  auto& accounts = world.ports().accounts;
  ASSERT_TRUE(put(ana, "Ana"));
  const auto told = [&] {
    std::vector<std::string> handles;
    const auto profile = get(ben, ana);
    EXPECT_TRUE(profile);
    for (const auto& handle : profile->handles()) handles.push_back(read_handle(handle)->text());
    const auto list = world.run(handlers::get_devices(world.services(), ben.address, ana.address.account));
    EXPECT_TRUE(list);
    const auto bundles = world.run(handlers::take_prekeys(world.services(), ben.address, ana.address.account, {}));
    EXPECT_TRUE(bundles);
    for (const wire::SignedDeviceList& each : {*list, bundles->device_list()}) {
      EXPECT_EQ(each.has_handle(), !handles.empty());
      if (!each.has_handle()) continue;
      EXPECT_EQ(read_handle(each.handle())->text(), handles.at(0));
    }
    return handles;
  };
  using Texts = std::vector<std::string>;
  ASSERT_TRUE(
      world.run(accounts.add_handle(ana.address.account, *Handle::from_text("@ana"), AccountStore::Place::kLast)));
  EXPECT_EQ(told(), Texts{"+491700000001"});
  ASSERT_TRUE(
      world.run(accounts.add_handle(ana.address.account, *Handle::from_text("@ana"), AccountStore::Place::kFirst)));
  EXPECT_EQ(told(), Texts{"@ana"}) << "and not the number of somebody who is found by her username";
  EXPECT_EQ(get(ana, ana)->handles_size(), 2) << "the account itself knows all";
  for (const char* const text : {"@ana", "+491700000001"})
    ASSERT_TRUE(world.run(accounts.remove_handle(ana.address.account, *Handle::from_text(text))));
  EXPECT_EQ(told(), Texts{}) << "an account that has none is an account";
}

TEST_F(PeopleTest, AProfileIsWrittenReadAndDeleted) {  // [F34] [F35] [C1]
  const auto written = put(ana, "Ana", "Hello, I use Kith");
  ASSERT_TRUE(written);
  EXPECT_EQ(written->about(), "Hello, I use Kith");
  const auto read = get(ben, ana);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->name(), "Ana");
  EXPECT_EQ(read->about(), "Hello, I use Kith");
  ASSERT_EQ(read->handles_size(), 1);
  EXPECT_EQ(read->handles(0).phone(), "+491700000001");
  EXPECT_EQ(read->account_id(), ana.address.account.bytes());
  EXPECT_TRUE(world.run(handlers::delete_profile(world.services(), ana.address)));
  EXPECT_EQ(get(ben, ana)->name(), "");
}

TEST_F(PeopleTest, ProfilesHaveBoundsInCharacters) {  // [LIMIT-1]
  std::string name;
  for (int i = 0; i < 64; ++i) name += "ü";
  EXPECT_TRUE(put(ana, name));
  EXPECT_EQ(put(ana, name + "x").error().detail, "name");
  EXPECT_EQ(put(ana, "").error().detail, "name");
  EXPECT_EQ(put(ana, "A\nB").error().detail, "name");
  EXPECT_EQ(put(ana,
                "A\x01"
                "B")
                .error()
                .detail,
            "name");
  for (const char* const line : {"at work\nphone  +49", "a\u2028b", "\u202Ekrow ta", " at work", "at  work"}) {
    EXPECT_EQ(put(ana, "Ana", line).error().detail, "about") << line;
    EXPECT_EQ(put(ana, line).error().detail, "name") << line;
  }
  for (const char* const blank : {" ", "\u200B", "\u3164", "\u2800", "\u00A0", "\u00AD", "\uFE0F", "\U000E0041",
                                  "\u200F", "\u0301", "\uFFA0", "\u200B \u2060"}) {
    EXPECT_EQ(put(ana, blank).error().detail, "name") << "of which nothing is seen";
  }
  EXPECT_TRUE(put(ana, "Ana 🏳️\u200D🌈 می\u200Cخواهم")) << "joiners inside are writing";
  EXPECT_EQ(put(ana, "\xc3").error().code, wire::kInvalidArgument);
  EXPECT_EQ(put(ana, "Ana", std::string(141, 'x')).error().detail, "about");
  EXPECT_TRUE(put(ana, "Ana", std::string(140, 'x')));
}

TEST_F(PeopleTest, TheAboutTextHasAScope) {  // [F35]
  put(ana, "Ana", "secret");
  ASSERT_TRUE(set(ana, [](wire::Privacy& privacy) { privacy.set_about(wire::Privacy::kNobody); }));
  EXPECT_EQ(get(ben, ana)->about(), "");
  EXPECT_EQ(get(ben, ana)->name(), "Ana");
  EXPECT_EQ(get(ana, ana)->about(), "secret");
  ASSERT_TRUE(set(ana, [&](wire::Privacy& privacy) {
    privacy.set_about(wire::Privacy::kContacts);
    privacy.add_contacts(ben.address.account.bytes());
    privacy.set_replace_contacts(true);
  }));
  EXPECT_EQ(get(ben, ana)->about(), "secret");
  ASSERT_TRUE(set(ana, [&](wire::Privacy& privacy) {
    privacy.add_blocked(ben.address.account.bytes());
    privacy.set_replace_blocked(true);
  }));
  EXPECT_EQ(get(ben, ana)->about(), "");
}

TEST_F(PeopleTest, ThePhotoHasASizeAndAScopeOfItsOwn_PHOTO_1) {  // [F34]
  const auto put_photo = [this](const std::string& photo) {
    wire::Profile profile;
    profile.set_name("Ana");
    profile.set_about("here");
    profile.set_photo(photo);
    return world.run(handlers::put_profile(world.services(), ana.address, profile));
  };
  const std::string photo("\0any bytes\xFF", 11);
  ASSERT_TRUE(put_photo(photo));
  EXPECT_EQ(get(ben, ana)->photo(), photo);
  EXPECT_EQ(put_photo(std::string(kProfilePhotoReferenceBytesMax + 1, 'x')).error().code, wire::kTooLarge);
  EXPECT_EQ(get(ben, ana)->photo(), photo);
  ASSERT_TRUE(set(ana, [](wire::Privacy& privacy) { privacy.set_photo(wire::Privacy::kNobody); }));
  EXPECT_EQ(get(ben, ana)->photo(), "");
  EXPECT_EQ(get(ben, ana)->about(), "here") << "the about text's scope is another";
  EXPECT_EQ(get(ana, ana)->photo(), photo);
  const auto answer = set(ana, [&](wire::Privacy& privacy) {
    privacy.set_photo(wire::Privacy::kContacts);
    privacy.set_about(wire::Privacy::kNobody);
    privacy.add_contacts(ben.address.account.bytes());
    privacy.set_replace_contacts(true);
  });
  EXPECT_EQ(answer->photo(), wire::Privacy::kContacts);
  EXPECT_EQ(get(ben, ana)->photo(), photo);
  EXPECT_EQ(get(ben, ana)->about(), "");
  ASSERT_TRUE(set(ana, [&](wire::Privacy& privacy) {
    privacy.add_blocked(ben.address.account.bytes());
    privacy.set_replace_blocked(true);
  }));
  EXPECT_EQ(get(ben, ana)->photo(), "");
  ASSERT_TRUE(put_photo(std::string(kProfilePhotoReferenceBytesMax, 'x')));
  ASSERT_TRUE(put_photo(""));
  EXPECT_EQ(get(ana, ana)->photo(), "");
  EXPECT_EQ(
      set(ana, [](wire::Privacy& privacy) { privacy.set_photo(static_cast<wire::Privacy::Scope>(9)); }).error().detail,
      "photo");
}

TEST_F(PeopleTest, PrivacyKeepsWhatIsNotNamed) {  // [F38]
  ASSERT_TRUE(set(ana, [&](wire::Privacy& privacy) {
    privacy.set_last_seen(wire::Privacy::kNobody);
    privacy.add_blocked(ben.address.account.bytes());
    privacy.set_replace_blocked(true);
  }));
  const auto answer = set(ana, [](wire::Privacy& privacy) { privacy.set_about(wire::Privacy::kContacts); });
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->last_seen(), wire::Privacy::kNobody);
  EXPECT_EQ(answer->about(), wire::Privacy::kContacts);
  ASSERT_EQ(answer->blocked_size(), 1);
  const auto read = world.run(handlers::get_privacy(world.services(), ana.address));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->SerializeAsString(), answer->SerializeAsString());
}

TEST_F(PeopleTest, PrivacyIsChecked) {  // [LIMIT-1]
  const auto bad_scope =
      set(ana, [](wire::Privacy& privacy) { privacy.set_about(static_cast<wire::Privacy::Scope>(9)); });
  EXPECT_EQ(bad_scope.error().detail, "about");
  const auto bad_id = set(ana, [](wire::Privacy& privacy) {
    privacy.add_blocked("short");
    privacy.set_replace_blocked(true);
  });
  EXPECT_EQ(bad_id.error().detail, "blocked");
  const auto oneself = set(ana, [&](wire::Privacy& privacy) {
    privacy.add_blocked(ana.address.account.bytes());
    privacy.set_replace_blocked(true);
  });
  EXPECT_EQ(oneself.error().detail, "blocked");
  const auto many = set(ana, [&](wire::Privacy& privacy) {
    for (int i = 0; i < 5001; ++i) privacy.add_contacts(world.random.id<AccountId>().bytes());
    privacy.set_replace_contacts(true);
  });
  EXPECT_EQ(many.error().code, wire::kTooLarge);
}

TEST_F(PeopleTest, ABlockCountsForTheNextMessage) {  // [F28] [SEND-4]
  const auto send = [&] {
    return world.send(ben.address, HandlersWorld::send_of(world.random.id<MessageId>(), ana.address.account, {1}));
  };
  const auto arrived = [&] {
    const auto stored = world.ports().inboxes.stored(ana.address);
    return std::ranges::count_if(stored,
                                 [](const InboxEntry& entry) { return message_origin(*entry.body).has_value(); });
  };
  EXPECT_TRUE(send().has_accepted());
  ASSERT_TRUE(set(ana, [&](wire::Privacy& privacy) {
    privacy.add_blocked(ben.address.account.bytes());
    privacy.set_replace_blocked(true);
  }));
  EXPECT_TRUE(send().has_accepted());
  EXPECT_EQ(arrived(), 1);
  ASSERT_TRUE(set(ana, [](wire::Privacy& privacy) { privacy.set_replace_blocked(true); }));
  EXPECT_TRUE(send().has_accepted());
  EXPECT_EQ(arrived(), 2);
}

TEST_F(PeopleTest, WhoReadsProfilesAndDeviceListsWithoutEndIsRefused) {  // [LIMIT-1]
  const auto devices = [&] {
    return world.run(handlers::get_devices(world.services(), ben.address, ana.address.account));
  };
  const uint32_t burst = RateSettings().profile_read.burst;
  for (uint32_t i = 0; i < burst; i += 2) {
    ASSERT_TRUE(get(ben, ana)) << i;
    ASSERT_TRUE(devices()) << i;
  }
  const auto refused = get(ben, ana);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, wire::kRateLimited);
  EXPECT_GT(refused.error().retry_after_ms, 0u);
  EXPECT_EQ(devices().error().code, wire::kRateLimited);
  EXPECT_EQ(world.run(handlers::get_privacy(world.services(), ben.address)).error().code, wire::kRateLimited);
  EXPECT_TRUE(get(ana, ben));
}

TEST_F(PeopleTest, WhoWritesProfilesAndPrivacyWithoutEndIsRefused) {  // [LIMIT-1]
  const auto scope = [](wire::Privacy& privacy) { privacy.set_about(wire::Privacy::kNobody); };
  const uint32_t burst = RateSettings().profile_write.burst;
  for (uint32_t i = 1; i < burst; ++i)
    ASSERT_TRUE(i % 2 == 0 ? put(ana, "Ana").has_value() : set(ana, scope).has_value());
  const auto refused = put(ana, "Ana");  // one was taken when the keys were published
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, wire::kRateLimited);
  EXPECT_GT(refused.error().retry_after_ms, 0u);
  EXPECT_EQ(set(ana, scope).error().code, wire::kRateLimited);
  EXPECT_EQ(world.run(handlers::delete_profile(world.services(), ana.address)).error().code, wire::kRateLimited);
  EXPECT_TRUE(put(ben, "Ben"));
}

}  // namespace
}  // namespace kith::testing
