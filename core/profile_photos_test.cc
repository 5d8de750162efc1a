// SPDX-License-Identifier: AGPL-3.0-or-later

// Photos of profiles (PHOTO-1 to PHOTO-5), between people and their devices.
#include "core/profile_photos.h"

#include "base/limits.h"
#include "base/testing/numbered_bytes.h"
#include "core/testing/linked_devices.h"
#include "core/testing/much_history.h"
#include "core/testing/state_dump.h"
#include "core/testing/two_people.h"
#include "crypto/aead.h"

namespace kith::core::testing {
namespace {

using client_api::Failure;
using client_api::Settings;

constexpr const char* kEva = "+491700000003";
constexpr uint64_t kDayMs = 24 * 3600 * 1000;

class ProfilePhotosTest : public TwoPeople {
 protected:
  ProfilePhotosTest() { warm_up(); }

  client_api::Response set_photo(Host& host, const Bytes& picture) {
    client_api::Request request;
    *request.mutable_set_profile()->mutable_photo() = seal_file(host.files, picture, ++seals_);
    return host.request(std::move(request));
  }
  // So that it can be told from others, and be printed.
  static std::string brief(const Bytes& picture) {
    return std::to_string(picture.size()) + " bytes from " + to_hex(BytesView(picture).substr(0, 8));
  }
  // It is set, and everybody has had the time to see it.
  std::string give_photo(Host& host, uint32_t number) {
    const Bytes picture = numbered_bytes(50'000 + number, number);
    EXPECT_FALSE(set_photo(host, picture).has_failure());
    settle();
    return brief(picture);
  }
  static void remove_photo(Host& host) {
    client_api::Request request;
    request.mutable_set_profile()->set_remove_photo(true);
    EXPECT_FALSE(host.request(std::move(request)).has_failure());
  }
  static void set_scope(Host& host, Settings::Scope scope) {
    client_api::Request request;
    request.mutable_set_settings()->set_photo(scope);
    EXPECT_FALSE(host.request(std::move(request)).has_failure());
  }
  void settle() { world_.advance(10'000); }
  // The photo under this id; "": there is none.
  static std::string picture(Host& host, const std::string& photo) {
    return photo.empty() ? "" : brief(photo_bytes(host, photo));
  }
  static std::string photo_id(Host& host, const std::string& chat) {
    return conversation(host, chat).direct().partner().photo();
  }
  static std::string partners(Host& host, const std::string& chat) { return picture(host, photo_id(host, chat)); }
  static std::string own(Host& host) { return picture(host, state(host).photo()); }
  // What Ben sees of Ana.
  std::string seen() { return partners(ben_, bens_chat()); }
  LoopbackServer::Account& at_server(const char* handle) { return *world_.server->account_of(handle); }
  // Somebody asks the server for a profile anew.
  static void look_at(Host& host, const std::string& account) {
    client_api::Request request;
    request.mutable_get_profile()->set_account_id(account);
    EXPECT_FALSE(host.request(std::move(request)).has_failure());
  }
  std::string ana() { return state(ana_).account_id(); }
  // What Ana's profile says when somebody who has her key says where the photo is.
  void forge(const client_api::SealedFile& file) {
    auto row = ana_.database().prepare("SELECT profile_keys FROM profiles WHERE account = ?");
    const auto account = *AccountId::from_hex(ana());
    row.bind_id(account);
    ASSERT_TRUE(row.step());
    content::PhotoFile photo;
    photo.set_file_id(*from_hex(file.file_id()));
    photo.set_key(file.key());
    photo.set_size(file.size());
    photo.set_digest(file.digest());
    const Bytes bound = Bytes("kith profile photo v1\0", 22) + account.bytes();
    at_server(kAna).profile.set_photo(crypto::seal_aead(row.blob(0), bound, photo.SerializeAsString(), world_.random));
  }
  // Files that Ben fetches from now on.
  void count_fetches() {
    ben_.before_step = [this](const client_api::Action& action) { fetches_ += action.has_fetch_file() ? 1 : 0; };
  }
  testing::LoopbackFiles& server_files() { return world_.server->files; }

  uint32_t seals_ = 100;
  int fetches_ = 0;
};

TEST_F(ProfilePhotosTest, APhotoIsShownHereAtOnceAndToThePartnerAndToLinkedDevices_PHOTO_1) {  // [F34]
  Host& web = world_.add("web");
  link(world_, ana_, web, "Web");
  const std::string before = bens_chat();
  const Bytes picture = numbered_bytes(50'000, 1);
  server_files().refuse = [](const auto&) { return wire::kServerFull; };
  ASSERT_FALSE(set_photo(ana_, picture).has_failure());
  EXPECT_EQ(own(ana_), brief(picture)) << "it is on this device";
  EXPECT_TRUE(state(ana_).changes_unsent());
  settle();
  EXPECT_EQ(seen(), "");
  EXPECT_EQ(at_server(kAna).profile.photo(), "") << "before the file is there, nobody is told of it";
  server_files().refuse = nullptr;
  world_.advance(300'000);
  EXPECT_EQ(seen(), brief(picture));
  EXPECT_EQ(own(web), brief(picture));
  EXPECT_FALSE(state(ana_).changes_unsent());
  EXPECT_EQ(bens_chat(), before) << "and no message came of it";
  EXPECT_EQ(history(ben_, before).size(), 2u);
  const std::string& said = at_server(kAna).profile.photo();
  EXPECT_LE(said.size(), kProfilePhotoReferenceBytesMax);
  EXPECT_EQ(server_files().stored.size(), 1u);
  EXPECT_EQ(said.find(*from_hex(server_files().stored.begin()->first)), std::string::npos)
      << "the server is not told which file it is";
  client_api::Request storage;
  storage.mutable_list_storage();
  EXPECT_EQ(ben_.request(std::move(storage)).list_storage().conversations_size(), 0) << "it is no message's";
}

TEST_F(ProfilePhotosTest, AnotherPhotoTakesItsPlaceAndNothingOfTheOldOneStays) {
  give_photo(ana_, 1);
  const std::string first = photo_id(ben_, bens_chat());
  const std::string second = give_photo(ana_, 2);
  EXPECT_EQ(seen(), second);
  EXPECT_NE(photo_id(ben_, bens_chat()), first) << "user interfaces know it by its id";
  for (Host* host : {&ana_, &ben_}) EXPECT_EQ(host->files.whole.size(), 1u) << host->name();
  EXPECT_EQ(server_files().stored.size(), 1u);
}

TEST_F(ProfilePhotosTest, APhotoThatIsRemovedIsGoneEverywhere) {
  Host& web = world_.add("web");
  link(world_, ana_, web, "Web");
  open_chat(web, kBen);
  give_photo(ana_, 1);
  ASSERT_NE(own(web), "");
  remove_photo(web);
  settle();
  EXPECT_EQ(own(ana_), "");
  EXPECT_EQ(own(web), "");
  EXPECT_EQ(seen(), "");
  EXPECT_EQ(at_server(kAna).profile.photo(), "");
  EXPECT_TRUE(server_files().stored.empty());
  for (Host* host : {&ana_, &web, &ben_}) EXPECT_TRUE(host->files.whole.empty()) << host->name();
}

TEST_F(ProfilePhotosTest, WhatIsNoPhotoIsNotTaken) {
  EXPECT_EQ(set_photo(ana_, numbered_bytes(kProfilePhotoBytesMax, 1)).failure().code(), Failure::kTooLarge);
  client_api::Request request;
  request.mutable_set_profile()->mutable_photo()->set_file_id("none");
  request.mutable_set_profile()->set_about("not taken either");
  EXPECT_EQ(ana_.request(std::move(request)).failure().code(), Failure::kInvalidArgument);
  settle();
  EXPECT_EQ(own(ana_), "");
  EXPECT_EQ(at_server(kAna).profile.about(), "");
}

TEST_F(ProfilePhotosTest, APhotoThatTheServerDoesNotTakeIsNoneAndTheOneBeforeStays) {
  const std::string first = give_photo(ana_, 1);
  server_files().refuse = [](const auto&) { return wire::kQuotaExceeded; };
  give_photo(ana_, 2);
  EXPECT_EQ(own(ana_), first);
  EXPECT_EQ(seen(), first);
  EXPECT_FALSE(state(ana_).changes_unsent());
}

// ---------------------------------------------------------------- who sees it

TEST_F(ProfilePhotosTest, WhoHasWrittenAndGotNoAnswerIsNotToldTheKey_PHOTO_3) {
  Host& eva = world_.add("eva");
  sign_up(eva, kEva, "Eva");
  const std::string evas = open_chat(eva, kAna);
  say(eva, evas, "do you know me?");
  const std::string picture = give_photo(ana_, 1);
  ASSERT_NE(at_server(kAna).profile.photo(), "");
  look_at(eva, ana());
  settle();
  EXPECT_EQ(partners(eva, evas), "");
  say(ana_, open_chat(ana_, kEva), "yes");
  settle();
  EXPECT_EQ(partners(eva, evas), picture) << "whom she answers sees it";
}

TEST_F(ProfilePhotosTest, AScopeThatIsNarrowedTakesItAwayAndTheNextOneCantBeRead_PHOTO_4) {
  give_photo(ana_, 1);
  ASSERT_NE(seen(), "");
  set_scope(ana_, Settings::kNobody);
  settle();
  EXPECT_EQ(at_server(kAna).privacy.photo(), wire::Privacy::kNobody);
  EXPECT_EQ(seen(), "") << "the partner is told to look";
  EXPECT_TRUE(ben_.files.whole.empty());
  at_server(kAna).privacy.set_photo(wire::Privacy::kEveryone);  // the server gives it out all the same
  const std::string second = give_photo(ana_, 2);
  say(ana_, chat_, "without a key");
  settle();
  look_at(ben_, ana());
  EXPECT_EQ(seen(), "");
  set_scope(ana_, Settings::kEveryone);
  settle();
  EXPECT_EQ(seen(), second) << "a scope that is widened is told as well";
}

TEST_F(ProfilePhotosTest, OnlyContactsSeeItWhereTheScopeSaysSo_PHOTO_4) {
  set_scope(ana_, Settings::kContacts);
  const std::string picture = give_photo(ana_, 1);
  EXPECT_EQ(seen(), "");
  set_contact(ana_, kBen, "Ben");
  settle();
  say(ana_, chat_, "now you are");
  settle();
  EXPECT_EQ(seen(), picture);
  client_api::Request remove;
  remove.mutable_set_contact()->set_handle(kBen);
  remove.mutable_set_contact()->set_remove(true);
  ana_.request(std::move(remove));
  settle();
  at_server(kAna).privacy.set_photo(wire::Privacy::kEveryone);
  give_photo(ana_, 2);
  look_at(ben_, ana());
  EXPECT_EQ(seen(), "");
}

TEST_F(ProfilePhotosTest, WhoIsBlockedCantReadTheNextOne_PHOTO_4) {
  give_photo(ana_, 1);
  ASSERT_NE(seen(), "");
  set_blocked(ana_, kBen, true);
  settle();
  look_at(ben_, ana());
  EXPECT_EQ(seen(), "");
  at_server(kAna).blocked.clear();  // the server gives it out all the same
  give_photo(ana_, 2);
  ASSERT_NE(at_server(kAna).profile.photo(), "");
  look_at(ben_, ana());
  settle();
  EXPECT_EQ(seen(), "");
}

// ---------------------------------------------------------------- what others may try

TEST_F(ProfilePhotosTest, AServerThatGivesOneAccountsPhotoForAnotherShowsNone_PHOTO_2) {
  Host& eva = world_.add("eva");
  sign_up(eva, kEva, "Eva");
  say(eva, open_chat(eva, kBen), "hello");
  const std::string bens_chat_with_eva = open_chat(ben_, kEva);
  say(ben_, bens_chat_with_eva, "hello");
  const std::string of_eva = give_photo(eva, 3);
  const std::string of_ana = give_photo(ana_, 1);
  ASSERT_EQ(seen(), of_ana);
  ASSERT_EQ(partners(ben_, bens_chat_with_eva), of_eva);
  at_server(kEva).profile.mutable_photo()->swap(*at_server(kAna).profile.mutable_photo());
  look_at(ben_, ana());
  look_at(ben_, state(eva).account_id());
  settle();
  EXPECT_EQ(seen(), "");
  EXPECT_EQ(partners(ben_, bens_chat_with_eva), "");
  // Nor with Ana's key, which Eva may have been told, and call her own.
  execute_text(ben_, "UPDATE profiles SET profile_keys = (SELECT profile_keys FROM profiles WHERE account = x'" +
                         ana() + "') WHERE length(profile_keys) > 0");
  look_at(ben_, state(eva).account_id());
  settle();
  EXPECT_EQ(partners(ben_, bens_chat_with_eva), "");
  at_server(kEva).profile.mutable_photo()->swap(*at_server(kAna).profile.mutable_photo());
  look_at(ben_, ana());
  settle();
  EXPECT_EQ(seen(), of_ana);
}

TEST_F(ProfilePhotosTest, APhotoThatIsTooLargeIsNotFetched_PHOTO_2) {
  give_photo(ana_, 1);
  count_fetches();
  forge(seal_file(ana_.files, numbered_bytes(kProfilePhotoBytesMax + 1, 1), ++seals_));
  look_at(ben_, ana());
  settle();
  EXPECT_EQ(seen(), "");
  EXPECT_EQ(fetches_, 0);
  at_server(kAna).profile.set_photo(std::string(kProfilePhotoReferenceBytesMax + 1, 'x'));
  look_at(ben_, ana());
  EXPECT_EQ(query(ben_, "SELECT max(length(photo)) FROM profiles"), 0) << "nor is what a profile can't have kept";
}

TEST_F(ProfilePhotosTest, AFileThatIsAnotherThanSaidIsNotShownAndTheNextPhotoIs_PHOTO_2) {
  give_photo(ana_, 1);
  const client_api::SealedFile other = seal_file(ana_.files, numbered_bytes(1000, 1), ++seals_);
  client_api::SealedFile said = other;
  said.set_digest(std::string(32, 'x'));
  auto& stored = server_files().stored[other.file_id()];
  stored.bytes = numbered_bytes(crypto::sealed_size(1000), 9);
  stored.size = stored.bytes.size();
  forge(said);
  look_at(ben_, ana());
  settle();
  EXPECT_EQ(seen(), "");
  const std::string next = give_photo(ana_, 2);
  EXPECT_EQ(seen(), next);
}

TEST_F(ProfilePhotosTest, AFileThatAMessageHasAsWellStaysWhenThePhotoGoes) {
  const std::string picture = give_photo(ana_, 1);
  client_api::Request request;
  client_api::Request open;
  open.mutable_open_photo()->set_photo(photo_id(ben_, bens_chat()));
  auto& attachment = *request.mutable_send_message()->mutable_attachment();
  *attachment.mutable_file() = ben_.request(std::move(open)).open_photo().sealed();
  attachment.mutable_about()->set_kind(client_api::Media::kPhoto);
  attachment.mutable_about()->set_mime_type("image/jpeg");
  request.mutable_send_message()->set_conversation(bens_chat());
  const std::string id = ben_.request(std::move(request)).send_message().message().id();
  settle();
  remove_photo(ana_);
  settle();
  EXPECT_EQ(seen(), "");
  for (Host* host : {&ana_, &ben_}) {
    client_api::Request read;
    read.mutable_open_media()->set_id(id);
    const auto response = host->request(std::move(read));
    ASSERT_FALSE(response.has_failure()) << host->name() << response.failure().detail();
    EXPECT_EQ(brief(unseal_file(host->files, response.open_media())), picture) << host->name();
  }
}

TEST_F(ProfilePhotosTest, PhotosAreNotAmongWhatIsKeptAsFarAsThereIsRoom) {
  const std::string picture = give_photo(ana_, 1);
  execute(ben_, "INSERT OR REPLACE INTO settings (name, value) VALUES ('kept_files_max', 1000)");
  client_api::Request request;
  request.mutable_send_message()->set_conversation(chat_);
  auto& attachment = *request.mutable_send_message()->mutable_attachment();
  *attachment.mutable_file() = seal_file(ana_.files, numbered_bytes(10'000, 5), ++seals_);
  attachment.mutable_about()->set_kind(client_api::Media::kPhoto);
  attachment.mutable_about()->set_mime_type("image/jpeg");
  world_.advance(120'000);
  ana_.request(std::move(request));
  world_.advance(120'000);
  EXPECT_EQ(query(ben_, "SELECT count(*) FROM files WHERE state = 2"), 2) << "the message's file came, and made room";
  EXPECT_EQ(seen(), picture);
}

// ---------------------------------------------------------------- devices, time and crashes

TEST_F(ProfilePhotosTest, OfTwoPhotosThatTwoDevicesChooseAtOnceOneIsEverywhere_STATE_2) {
  Host& web = world_.add("web");
  link(world_, ana_, web, "Web");
  open_chat(web, kBen);
  disconnect(ana_);
  disconnect(web);
  ASSERT_FALSE(set_photo(ana_, numbered_bytes(1000, 1)).has_failure());
  ASSERT_FALSE(set_photo(web, numbered_bytes(2000, 2)).has_failure());
  connect(ana_);
  connect(web);
  world_.advance(120'000);
  EXPECT_NE(own(ana_), "");
  EXPECT_EQ(own(ana_), own(web));
  EXPECT_EQ(seen(), own(ana_));
  EXPECT_EQ(state_dump(ana_), state_dump(web));
  EXPECT_EQ(server_files().stored.size(), 1u) << "the other one is not kept";
}

TEST_F(ProfilePhotosTest, ANewDeviceSeesThePhotosOfPartnersByTheHistory) {
  const std::string of_ben = give_photo(ben_, 1);
  ASSERT_EQ(partners(ana_, chat_), of_ben);
  Host& web = world_.add("web");
  let_in(ana_, web, client_api::kHistoryAll);
  world_.advance(60'000);
  EXPECT_EQ(partners(web, open_chat(web, kBen)), of_ben);
}

TEST_F(ProfilePhotosTest, TheServerIsAskedForItEachWeekAndGetsItAgainWhenItHasLostIt_PHOTO_5) {
  const std::string picture = give_photo(ana_, 1);
  const int before = server_files().calls["HEAD"];
  world_.advance(6 * kDayMs);
  EXPECT_EQ(server_files().calls["HEAD"], before);
  world_.advance(2 * kDayMs);
  disconnect(ana_);
  connect(ana_);
  settle();
  EXPECT_EQ(server_files().calls["HEAD"], before + 1);
  server_files().stored.clear();
  world_.advance(8 * kDayMs);
  disconnect(ana_);
  connect(ana_);
  settle();
  ASSERT_EQ(server_files().stored.size(), 1u);
  Host& eva = world_.add("eva");
  sign_up(eva, kEva, "Eva");
  say(ana_, open_chat(ana_, kEva), "hello");
  settle();
  EXPECT_EQ(partners(eva, open_chat(eva, kAna)), picture);
}

TEST_F(ProfilePhotosTest, ACrashAtAnyActionLosesNothing) {
  for (Host* victim : {&ana_, &ben_}) {
    for (int crash_at = 1; crash_at < 30; ++crash_at) {
      const Bytes picture = numbered_bytes(3000 + static_cast<size_t>(crash_at), static_cast<uint32_t>(crash_at));
      ASSERT_FALSE(set_photo(ana_, picture).has_failure());
      int left = crash_at;
      victim->before_step = [&](const client_api::Action&) {
        if (--left == 0) victim->crash();
      };
      world_.advance(5000);
      victim->before_step = nullptr;
      if (!victim->is_open()) {
        victim->reopen();
        connect(*victim);
      }
      world_.advance(120'000);
      ASSERT_EQ(own(ana_), brief(picture)) << victim->name() << crash_at;
      ASSERT_EQ(seen(), brief(picture)) << victim->name() << crash_at;
      ASSERT_EQ(server_files().stored.size(), 1u) << victim->name() << crash_at;
    }
  }
}

}  // namespace
}  // namespace kith::core::testing
