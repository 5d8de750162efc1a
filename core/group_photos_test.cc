// SPDX-License-Identifier: AGPL-3.0-or-later

// Photos of groups (PHOTO-6, PHOTO-7), between members and their devices.
#include "core/group_photos.h"

#include "base/limits.h"
#include "base/testing/numbered_bytes.h"
#include "core/testing/group_people.h"

namespace kith::core {
namespace {

using testing::GroupPeople;
using testing::Host;
using testing::link;
using Strings = std::vector<std::string>;

constexpr uint64_t kDayMs = 24 * 3600 * 1000;

class GroupPhotosTest : public GroupPeople {
 protected:
  client_api::Request asking(Host& host, const Bytes& picture) {
    client_api::Request request;
    request.mutable_set_group()->set_conversation(group_at(host).id());
    *request.mutable_set_group()->mutable_photo() = testing::seal_file(host.files, picture, ++seals_);
    return request;
  }
  client_api::Response set_photo(Host& host, uint32_t number) {
    auto response = host.request(asking(host, picture(number)));
    settle();
    return response;
  }
  static client_api::Response remove_photo(Host& host) {
    client_api::Request request;
    request.mutable_set_group()->set_conversation(group_at(host).id());
    request.mutable_set_group()->set_remove_photo(true);
    return host.request(std::move(request));
  }
  static Bytes picture(uint32_t number) { return numbered_bytes(50'000 + number, number); }
  // Which picture the group has at this host: its number; 0: none, -1: another one.
  static int seen(Host& host) {
    const Bytes bytes = testing::photo_bytes(host, group_at(host).group().photo());
    if (bytes.empty()) return 0;
    for (uint32_t number = 1; number < 10; ++number)
      if (bytes == picture(number)) return static_cast<int>(number);
    return -1;
  }
  void settle() { world_.advance(10'000); }
  testing::LoopbackFiles& server_files() { return server().files; }

  uint32_t seals_ = 100;
};

TEST_F(GroupPhotosTest, WhatAMemberSetsAllSeeAlsoWhoComesLater_PHOTO_6) {
  Host& web = world_.add("web");
  link(world_, ana_, web, "Web");
  const std::string chat = create({kBen});
  const client_api::Response set = set_photo(ben_, 1);
  ASSERT_FALSE(set.has_failure()) << set.failure().detail();
  EXPECT_NE(set.set_group().group().photo(), "") << "the answer has it";
  EXPECT_EQ(set.set_group().title(), "Boats") << "and it is called what it was";
  for (Host* host : {&ana_, &ben_, &web}) EXPECT_EQ(seen(*host), 1) << host->name();
  EXPECT_EQ(events(ana_).back(), "kPhoto Ben");
  ASSERT_FALSE(add(ana_, chat, {kCleo}).has_failure());
  settle();
  EXPECT_EQ(seen(cleo_), 1);
  EXPECT_EQ(group().state->sealed_info().find(*from_hex(server_files().stored.begin()->first)), std::string::npos)
      << "the server is not told which file it is";
  client_api::Request storage;
  storage.mutable_list_storage();
  EXPECT_EQ(ana_.request(std::move(storage)).list_storage().conversations_size(), 0) << "it is no message's";
}

TEST_F(GroupPhotosTest, ItStaysWhenTheGroupIsCalledAnotherName) {
  create({kBen});
  ASSERT_FALSE(set_photo(ana_, 1).has_failure());
  ASSERT_FALSE(set_title(ben_, group_at(ben_).id(), "Ships").has_failure());
  settle();
  for (Host* host : {&ana_, &ben_}) {
    EXPECT_EQ(seen(*host), 1) << host->name();
    EXPECT_EQ(group_at(*host).title(), "Ships");
  }
  EXPECT_EQ(events(ana_).back(), "kTitle Ben \"Ships\"");
}

TEST_F(GroupPhotosTest, AnotherTakesItsPlaceAndWhatIsRemovedIsGone) {
  create({kBen});
  ASSERT_FALSE(set_photo(ana_, 1).has_failure());
  const std::string first = group_at(ben_).group().photo();
  ASSERT_FALSE(set_photo(ana_, 2).has_failure());
  EXPECT_EQ(seen(ben_), 2);
  EXPECT_NE(group_at(ben_).group().photo(), first) << "user interfaces know it by its id";
  EXPECT_EQ(server_files().stored.size(), 1u);
  for (Host* host : {&ana_, &ben_}) EXPECT_EQ(host->files.whole.size(), 1u) << host->name();
  ASSERT_FALSE(remove_photo(ana_).has_failure());
  settle();
  for (Host* host : {&ana_, &ben_}) {
    EXPECT_EQ(seen(*host), 0) << host->name();
    EXPECT_TRUE(host->files.whole.empty()) << host->name();
  }
  EXPECT_TRUE(server_files().stored.empty());
  EXPECT_EQ(events(ben_).back(), "kPhoto Ana");
  ASSERT_FALSE(remove_photo(ana_).has_failure()) << "there is none already";
  EXPECT_EQ(events(ben_).size(), 4u) << "and nothing is told of that";
}

TEST_F(GroupPhotosTest, WhoMayNotSayWhatItIsCalledMaySetNone) {
  const std::string chat = create({kBen});
  client_api::Request request;
  request.mutable_set_group()->set_conversation(chat);
  request.mutable_set_group()->mutable_permissions()->set_edit_info(false);
  ASSERT_FALSE(ana_.request(std::move(request)).has_failure());
  settle();
  EXPECT_EQ(set_photo(ben_, 1).failure().code(), Failure::kNotAllowed);
  EXPECT_EQ(seen(ben_), 0);
  EXPECT_TRUE(server_files().stored.empty()) << "what was sent for it is gone";
  EXPECT_TRUE(ben_.files.whole.empty());
}

TEST_F(GroupPhotosTest, WhatIsNoPhotoIsNotTaken) {
  create({kBen});
  EXPECT_EQ(ana_.request(asking(ana_, numbered_bytes(kProfilePhotoBytesMax, 1))).failure().code(), Failure::kTooLarge);
  client_api::Request request;
  request.mutable_set_group()->set_conversation(group_at(ana_).id());
  request.mutable_set_group()->mutable_photo()->set_file_id("none");
  request.mutable_set_group()->set_title("not taken either");
  EXPECT_EQ(ana_.request(std::move(request)).failure().code(), Failure::kInvalidArgument);
  server_files().refuse = [](const auto&) { return wire::kQuotaExceeded; };
  ana_.files.whole.clear();  // what the core never heard of goes with FilesFound
  EXPECT_EQ(set_photo(ana_, 1).failure().code(), Failure::kQuotaExceeded);
  EXPECT_EQ(seen(ana_), 0);
  EXPECT_TRUE(ana_.files.whole.empty());
  EXPECT_EQ(group_at(ana_).title(), "Boats");
  ana_.set_network(false);
  EXPECT_EQ(set_photo(ana_, 1).failure().code(), Failure::kOffline);
}

TEST_F(GroupPhotosTest, OneThatTheServerForgotIsSentAgainByAnAdmin_PHOTO_7) {
  create({kBen});
  ASSERT_FALSE(set_photo(ben_, 1).has_failure());
  world_.advance(8 * kDayMs);
  server_files().stored.clear();
  world_.advance(8 * kDayMs);
  ana_.set_network(false);
  ana_.set_network(true);
  settle();
  ASSERT_EQ(server_files().stored.size(), 1u);
  ASSERT_FALSE(add(ana_, group_at(ana_).id(), {kCleo}).has_failure());
  settle();
  EXPECT_EQ(seen(cleo_), 1);
}

TEST_F(GroupPhotosTest, WhatWasOnItsWayWhenTheDeviceWasKilledGoes) {
  create({kBen});
  server_files().refuse = [](const auto&) { return wire::kServerFull; };
  (void)ana_.post(asking(ana_, picture(1)));
  settle();
  ASSERT_EQ(ana_.files.whole.size(), 1u);
  ana_.close();
  ana_.reopen();
  server_files().refuse = nullptr;
  testing::connect(ana_);
  world_.advance(600'000);
  EXPECT_TRUE(ana_.files.whole.empty());
  EXPECT_TRUE(server_files().stored.empty());
  EXPECT_EQ(seen(ana_), 0);
}

}  // namespace
}  // namespace kith::core
