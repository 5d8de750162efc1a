// SPDX-License-Identifier: AGPL-3.0-or-later

// Files on their way, against a server and hosts whose files are in memory.
#include "core/files.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/testing/numbered_bytes.h"
#include "core/contents.h"
#include "core/openings.h"
#include "core/testing/two_people.h"

namespace kith::core {
namespace {

using client_api::Media;
using client_api::Message;
using testing::history;
using testing::Host;
using testing::kAna;
using testing::kBen;
using testing::say;

class FilesTest : public testing::TwoPeople {
 protected:
  FilesTest() { warm_up(); }

  static client_api::Request sending(const std::string& chat, const client_api::SealedFile& file, Media::Kind kind) {
    client_api::Request request;
    client_api::SendMessageRequest& send = *request.mutable_send_message();
    send.set_conversation(chat);
    *send.mutable_attachment()->mutable_file() = file;
    Media& about = *send.mutable_attachment()->mutable_about();
    about.set_kind(kind);
    about.set_name("a file.jpg");
    about.set_mime_type("image/jpeg");
    return request;
  }
  client_api::Request sending(const Bytes& bytes, Media::Kind kind = Media::kPhoto) {
    return sending(chat_, seal_file(ana_.files, bytes, ++seals_), kind);
  }
  // By Ana to Ben.
  Message send(const Bytes& bytes, Media::Kind kind = Media::kPhoto) { return send(ana_, sending(bytes, kind)); }
  static Message send(Host& host, client_api::Request request) {
    const client_api::Response response = host.request(std::move(request));
    EXPECT_FALSE(response.has_failure()) << response.failure().detail();
    return response.send_message().message();
  }
  static Media media(Host& host, const std::string& id) { return testing::message(host, id).media(); }
  static client_api::Response open(Host& host, const std::string& id) {
    client_api::Request request;
    request.mutable_open_media()->set_id(id);
    return host.request(std::move(request));
  }
  // As a player does, which can't wait until it is here.
  static client_api::Response open_coming(Host& host, const std::string& id) {
    client_api::Request request;
    request.mutable_open_media()->set_id(id);
    request.mutable_open_media()->set_coming(true);
    return host.request(std::move(request));
  }
  static Bytes read(Host& host, const std::string& id) {
    const client_api::Response opened = open(host, id);
    EXPECT_FALSE(opened.has_failure()) << opened.failure().detail();
    return unseal_file(host.files, opened.open_media());
  }
  static Message fetch(Host& host, const std::string& id, bool cancel = false) {
    client_api::Request request;
    request.mutable_fetch_media()->set_id(id);
    request.mutable_fetch_media()->set_cancel(cancel);
    const client_api::Response response = host.request(std::move(request));
    EXPECT_FALSE(response.has_failure()) << response.failure().detail();
    return response.fetch_media();
  }
  testing::LoopbackFiles& server_files() { return world_.server->files; }

  uint32_t seals_ = 0;
};

TEST_F(FilesTest, APhotoIsShownAtOnceAndArrivesWithItsFile) {
  client_api::Request request = sending(numbered_bytes(200'000, 1));
  request.mutable_send_message()->set_text("look");
  request.mutable_send_message()->mutable_attachment()->mutable_about()->set_width(640);
  const Message sent = send(ana_, std::move(request));
  EXPECT_EQ(sent.tick(), Message::kPending);
  EXPECT_EQ(sent.media().state(), Media::kSending);
  world_.advance(1000);
  EXPECT_EQ(testing::message(ana_, sent.id()).tick(), Message::kDelivered);
  EXPECT_EQ(media(ana_, sent.id()).state(), Media::kHere);
  const Message came = testing::message(ben_, sent.id());
  EXPECT_EQ(came.media().caption().text(), "look");
  EXPECT_EQ(came.media().name(), "a file.jpg");
  EXPECT_EQ(came.media().width(), 640u);
  EXPECT_EQ(came.media().state(), Media::kHere) << "photos are fetched when they come";
  EXPECT_EQ(read(ben_, sent.id()), numbered_bytes(200'000, 1));
  EXPECT_EQ(read(ana_, sent.id()), numbered_bytes(200'000, 1));
}

// MEDIA-5
TEST_F(FilesTest, WhatIsWrittenBehindAFileDoesNotWaitForIt) {
  server_files().refuse = [](const auto&) { return wire::kServerFull; };
  const Message photo = send(numbered_bytes(1000, 1));
  const std::string text = say(ana_, chat_, "behind it");
  world_.advance(1000);
  EXPECT_EQ(testing::message(ana_, text).tick(), Message::kDelivered);
  EXPECT_EQ(testing::message(ana_, photo.id()).tick(), Message::kPending);
  EXPECT_EQ(media(ana_, photo.id()).trouble(), client_api::Failure::kServerFull);
  EXPECT_EQ(testing::state(ana_).unsent_messages(), 1u);
  server_files().refuse = nullptr;
  world_.advance(Files::kPauseMaxMs);
  EXPECT_EQ(testing::message(ana_, photo.id()).tick(), Message::kDelivered) << "when there is room it goes on";
  EXPECT_EQ(testing::state(ana_).unsent_messages(), 0u);
  EXPECT_EQ(history(ana_, chat_).back().id(), photo.id()) << "in the order of the server's times";
}

TEST_F(FilesTest, AnUploadGoesOnWhereItBrokeOff) {
  const Bytes bytes = numbered_bytes(3 * kFilePartBytesMax, 1);
  server_files().taken_max = 1'000'000;
  const Message photo = send(bytes, Media::kDocument);
  world_.advance(1000);
  EXPECT_EQ(testing::message(ana_, photo.id()).tick(), Message::kPending);
  server_files().taken_max = UINT64_MAX;
  world_.advance(60'000);
  EXPECT_EQ(testing::message(ana_, photo.id()).tick(), Message::kDelivered);
  fetch(ben_, photo.id());
  world_.advance(1000);
  EXPECT_EQ(read(ben_, photo.id()), bytes);
  EXPECT_EQ(server_files().received, ana_.files.whole.begin()->second.size()) << "nothing went twice";
}

TEST_F(FilesTest, AnUploadSurvivesACrashAtAnyActionOfTheHost) {
  const Bytes bytes = numbered_bytes(2 * kFilePartBytesMax, 1);
  for (int crash_at = 1; crash_at < 12; ++crash_at) {
    const Message photo = send(ana_, sending(chat_, seal_file(ana_.files, bytes, 100 + crash_at), Media::kDocument));
    int left = crash_at;
    ana_.before_step = [&](const client_api::Action&) {
      if (--left == 0) ana_.crash();
    };
    world_.advance(10);
    ana_.before_step = nullptr;
    if (!ana_.is_open()) {
      ana_.reopen();
      testing::connect(ana_);
    }
    world_.advance(120'000);
    ASSERT_EQ(testing::message(ana_, photo.id()).tick(), Message::kDelivered) << crash_at;
    fetch(ben_, photo.id());
    world_.advance(1000);
    ASSERT_EQ(read(ben_, photo.id()), bytes) << crash_at;
  }
}

TEST_F(FilesTest, ADownloadGoesOnAfterACrashAndFromWhereItBrokeOff) {
  ben_.files.taken_max = 300'000;
  const Bytes bytes = numbered_bytes(1'000'000, 1);
  const Message photo = send(bytes);
  world_.advance(500);
  EXPECT_EQ(media(ben_, photo.id()).state(), Media::kFetching);
  EXPECT_EQ(media(ben_, photo.id()).trouble(), client_api::Failure::kOffline);
  ben_.crash();
  ben_.reopen();
  testing::connect(ben_);
  world_.advance(60'000);
  EXPECT_EQ(media(ben_, photo.id()).state(), Media::kHere);
  EXPECT_EQ(read(ben_, photo.id()), bytes);
}

TEST_F(FilesTest, WhatTheServerHasNoRoomForIsSaidToBeSo) {
  server_files().refuse = [](const auto&) { return wire::kQuotaExceeded; };
  const Message photo = send(numbered_bytes(1000, 1));
  world_.advance(1000);
  EXPECT_EQ(testing::message(ana_, photo.id()).tick(), Message::kFailed);
  EXPECT_EQ(testing::message(ana_, photo.id()).failure(), client_api::kQuotaExceeded);
  server_files().refuse = [](const auto&) { return wire::kTooLarge; };
  client_api::Request retry;
  retry.mutable_retry_message()->set_id(photo.id());
  EXPECT_EQ(ana_.request(retry).retry_message().tick(), Message::kPending);
  world_.advance(1000);
  EXPECT_EQ(testing::message(ana_, photo.id()).failure(), client_api::kFileTooLarge);
  server_files().refuse = nullptr;
  (void)ana_.request(retry);
  world_.advance(1000);
  EXPECT_EQ(testing::message(ana_, photo.id()).tick(), Message::kDelivered);
}

TEST_F(FilesTest, AFileThatIsGoneFromTheDeviceBeforeItWasSentFailsItsMessage) {
  server_files().refuse = [](const auto&) { return wire::kServerFull; };
  const Message photo = send(numbered_bytes(1000, 1));
  ana_.files.whole.clear();
  server_files().refuse = nullptr;
  world_.advance(Files::kPauseMaxMs);
  EXPECT_EQ(testing::message(ana_, photo.id()).failure(), client_api::kFileMissing);
  EXPECT_EQ(media(ana_, photo.id()).state(), Media::kGone);
}

TEST_F(FilesTest, SendingIsCalledOffAndTakenUpAgain) {
  server_files().refuse = [](const auto&) { return wire::kServerFull; };
  const Message photo = send(numbered_bytes(1000, 1));
  const Message called_off = fetch(ana_, photo.id(), true);
  EXPECT_EQ(called_off.tick(), Message::kFailed);
  EXPECT_EQ(called_off.failure(), client_api::kCancelled);
  server_files().refuse = nullptr;
  world_.advance(2 * Files::kPauseMaxMs);
  EXPECT_EQ(server_files().stored.size(), 0u);
  client_api::Request retry;
  retry.mutable_retry_message()->set_id(photo.id());
  (void)ana_.request(std::move(retry));
  world_.advance(1000);
  EXPECT_EQ(testing::message(ana_, photo.id()).tick(), Message::kDelivered);
}

TEST_F(FilesTest, AMessageThatIsDeletedTakesItsFileAlong) {
  server_files().refuse = [](const auto&) { return wire::kQuotaExceeded; };
  const Message photo = send(numbered_bytes(1000, 1));
  world_.advance(1000);
  EXPECT_EQ(ana_.files.whole.size(), 1u);
  client_api::Request remove;
  remove.mutable_delete_messages()->add_ids(photo.id());
  EXPECT_FALSE(ana_.request(std::move(remove)).has_failure());
  EXPECT_EQ(ana_.files.whole.size(), 0u);
  EXPECT_EQ(query(ana_, "SELECT count(*) FROM files"), 0);
}

TEST_F(FilesTest, DocumentsAreFetchedWhenTheyAreAskedForAndThatIsCalledOff) {
  const Message document = send(numbered_bytes(500'000, 1), Media::kDocument);
  world_.advance(1000);
  EXPECT_EQ(media(ben_, document.id()).state(), Media::kThere);
  EXPECT_EQ(open(ben_, document.id()).failure().code(), client_api::Failure::kNoSuchFile);
  ben_.files.taken_max = 1;
  fetch(ben_, document.id());
  world_.advance(100);
  EXPECT_EQ(fetch(ben_, document.id(), true).media().state(), Media::kThere);
  ben_.files.taken_max = UINT64_MAX;
  const int fetches = server_files().calls["GET"];
  world_.advance(2 * Files::kPauseMaxMs);
  EXPECT_EQ(server_files().calls["GET"], fetches) << "nobody asks for it any more";
  fetch(ben_, document.id());
  world_.advance(1000);
  EXPECT_EQ(read(ben_, document.id()), numbered_bytes(500'000, 1));
}

TEST_F(FilesTest, APlayerReadsWhatIsNotHereYetFromTheServerAndItIsFetchedMeanwhile) {
  const Bytes bytes = numbered_bytes(300'000, 1);
  const std::string id = send(bytes, Media::kDocument).id();
  world_.advance(1000);
  EXPECT_EQ(media(ben_, id).state(), Media::kThere);
  EXPECT_EQ(open(ben_, id).failure().code(), client_api::Failure::kNoSuchFile) << "who can wait is told to fetch it";
  EXPECT_EQ(media(ben_, id).state(), Media::kThere);
  ben_.set_network(false);
  world_.advance(1000);
  const client_api::OpenMediaResponse coming = open_coming(ben_, id).open_media();
  EXPECT_NE(coming.url().find("/v1/files/" + coming.sealed().file_id()), std::string::npos) << coming.url();
  EXPECT_FALSE(coming.bearer().empty());
  EXPECT_EQ(coming.file().size(), 32u);
  EXPECT_EQ(media(ben_, id).state(), Media::kFetching);
  EXPECT_EQ(open_coming(ben_, id).open_media().url(), coming.url()) << "as often as it is asked";
  EXPECT_EQ(open(ben_, id).failure().code(), client_api::Failure::kNoSuchFile);
  ben_.set_network(true);
  world_.advance(60'000);
  EXPECT_EQ(media(ben_, id).state(), Media::kHere);
  const client_api::OpenMediaResponse here = open_coming(ben_, id).open_media();
  EXPECT_EQ(here.url() + here.bearer(), "") << "there is nothing to ask the server for";
  EXPECT_EQ(here.file(), coming.file());
  EXPECT_EQ(read(ben_, id), bytes);
}

TEST_F(FilesTest, WhatIsHereStaysSoWhoeverAsksForIt) {
  const Message photo = send(numbered_bytes(5000, 1));
  world_.advance(1000);
  ben_.set_network(false);
  EXPECT_EQ(fetch(ben_, photo.id()).media().state(), Media::kHere);
  EXPECT_EQ(read(ben_, photo.id()), numbered_bytes(5000, 1));
}

TEST_F(FilesTest, WhatIsFetchedByItselfIsASetting) {
  client_api::Request set;
  set.mutable_set_settings()->mutable_auto_fetch()->set_documents(true);
  EXPECT_TRUE(ben_.request(std::move(set)).set_settings().auto_fetch().documents());
  const Message document = send(numbered_bytes(5000, 1), Media::kDocument);
  const Message photo = send(numbered_bytes(5000, 2));
  world_.advance(1000);
  EXPECT_EQ(media(ben_, document.id()).state(), Media::kHere);
  EXPECT_EQ(media(ben_, photo.id()).state(), Media::kThere);
}

TEST_F(FilesTest, AServerThatGivesAnotherFileOrNoneIsFoundOut) {
  const Message photo = send(numbered_bytes(5000, 1), Media::kDocument);
  const Message other = send(numbered_bytes(5000, 2), Media::kDocument);
  world_.advance(1000);
  auto& first = server_files().stored.begin()->second;
  first.bytes[77] = static_cast<char>(first.bytes[77] ^ 1);
  for (const Message& each : {photo, other}) fetch(ben_, each.id());
  world_.advance(1000);
  const std::set<int> states = {media(ben_, photo.id()).state(), media(ben_, other.id()).state()};
  EXPECT_EQ(states, (std::set<int>{Media::kBroken, Media::kHere}));
  server_files().stored.clear();
  const std::string broken = media(ben_, photo.id()).state() == Media::kBroken ? photo.id() : other.id();
  fetch(ben_, broken);
  world_.advance(1000);
  EXPECT_EQ(media(ben_, broken).state(), Media::kGone);
  EXPECT_EQ(open(ben_, broken).failure().code(), client_api::Failure::kFileGone);
}

TEST_F(FilesTest, WhoSaysOtherThingsOfAFileDoesNotGetInItsPlace) {
  const client_api::SealedFile honest = seal_file(ana_.files, numbered_bytes(5000, 1), 1);
  client_api::SealedFile lie = honest;
  lie.set_digest(Bytes(32, 'x'));
  (void)send(ana_, sending(chat_, honest, Media::kDocument));
  world_.advance(1000);
  // A lie of the same file, which the server has: the sender's own device would not hold it.
  execute(ana_, "UPDATE files SET server_until_us = 9000000000000000");
  const Message second = send(ana_, sending(chat_, lie, Media::kDocument));
  world_.advance(1000);
  const std::string first = history(ben_, bens_chat()).end()[-2].id();
  for (const std::string& id : {second.id(), first}) fetch(ben_, id);
  world_.advance(5000);
  EXPECT_EQ(read(ben_, first), numbered_bytes(5000, 1));
  EXPECT_NE(media(ben_, second.id()).state(), Media::kHere);
}

TEST_F(FilesTest, AFullDiskIsSaidAndGoneOnFrom) {
  ben_.files.is_full = true;
  const Message photo = send(numbered_bytes(5000, 1));
  world_.advance(1000);
  EXPECT_EQ(media(ben_, photo.id()).state(), Media::kFetching);
  EXPECT_EQ(media(ben_, photo.id()).trouble(), client_api::Failure::kDiskFull);
  ben_.files.is_full = false;
  world_.advance(Files::kPauseMaxMs);
  EXPECT_EQ(media(ben_, photo.id()).state(), Media::kHere);
  EXPECT_EQ(media(ben_, photo.id()).trouble(), client_api::Failure::kUnspecified);
}

TEST_F(FilesTest, WhatIsLookedAtLeastGoesWhenThereIsTooMuchAndComesAgain) {
  client_api::Request set;
  set.mutable_set_settings()->set_kept_files_max(16 * 1024 * 1024);
  (void)ben_.request(std::move(set));
  std::vector<std::string> ids;
  for (uint32_t i = 0; i < 4; ++i) {
    ids.push_back(send(numbered_bytes(6'000'000, i)).id());
    world_.advance(120'000);
  }
  EXPECT_EQ(media(ben_, ids[0]).state(), Media::kThere);
  EXPECT_EQ(media(ben_, ids[1]).state(), Media::kThere);
  EXPECT_EQ(media(ben_, ids[3]).state(), Media::kHere);
  EXPECT_EQ(ben_.files.whole.size(), 2u);
  fetch(ben_, ids[0]);
  world_.advance(1000);
  EXPECT_EQ(read(ben_, ids[0]), numbered_bytes(6'000'000, 0));
}

TEST_F(FilesTest, WhatFilesTakeIsListedAndDeletedByConversation) {
  const Message photo = send(numbered_bytes(5000, 1));
  const Message other = send(numbered_bytes(3000, 2));
  world_.advance(1000);
  client_api::Request list;
  list.mutable_list_storage();
  const client_api::ListStorageResponse storage = ben_.request(list).list_storage();
  EXPECT_EQ(storage.bytes(), 8000u);
  ASSERT_EQ(storage.conversations_size(), 1);
  EXPECT_EQ(storage.conversations(0).files(), 2u);
  EXPECT_EQ(storage.conversations(0).title(), "Ana");
  client_api::Request remove;
  remove.mutable_remove_media()->set_id(photo.id());
  EXPECT_FALSE(ben_.request(remove).has_failure());
  EXPECT_EQ(ben_.request(list).list_storage().bytes(), 3000u);
  remove.mutable_remove_media()->clear_id();
  remove.mutable_remove_media()->set_conversation(bens_chat());
  EXPECT_FALSE(ben_.request(remove).has_failure());
  EXPECT_EQ(ben_.request(list).list_storage().bytes(), 0u);
  EXPECT_EQ(ben_.files.whole.size(), 0u);
  EXPECT_EQ(media(ben_, other.id()).state(), Media::kThere);
}

TEST_F(FilesTest, FilesThatNobodyNeedsAreRemoved) {
  const Message photo = send(numbered_bytes(5000, 1));
  world_.advance(1000);
  const std::string needed = open(ben_, photo.id()).open_media().file();
  ben_.files.whole[std::string(32, '7')] = "left over";
  client_api::Input found;
  for (const std::string& name : {needed, std::string(32, '7'), std::string("no name")})
    found.mutable_files_found()->add_files(name);
  ben_.input(std::move(found));
  world_.run();
  EXPECT_TRUE(ben_.files.whole.contains(needed));
  EXPECT_EQ(ben_.files.whole.size(), 1u);
}

TEST_F(FilesTest, WhatIsTooLargeOrNoFileIsRefusedBeforeAnythingIsShown) {
  world_.server->limits.set_file_bytes_max(10'000);
  world_.server->limits.set_media_bytes_max(5'000);
  world_.server->limits.set_voice_seconds_max(60);
  disconnect(ana_);
  testing::connect(ana_);
  EXPECT_EQ(testing::state(ana_).media_limits().media_bytes_max(), 5'000u);
  const auto code_of = [this](client_api::Request request) {
    return ana_.request(std::move(request)).failure().code();
  };
  EXPECT_EQ(code_of(sending(numbered_bytes(6'000, 1))), client_api::Failure::kTooLarge);
  EXPECT_EQ(code_of(sending(numbered_bytes(11'000, 1), Media::kDocument)), client_api::Failure::kTooLarge);
  client_api::Request voice = sending(numbered_bytes(100, 1), Media::kVoice);
  voice.mutable_send_message()->mutable_attachment()->mutable_about()->set_duration_ms(61'000);
  EXPECT_EQ(code_of(voice), client_api::Failure::kTooLarge);
  client_api::Request no_kind = sending(numbered_bytes(100, 1), Media::kUnspecified);
  EXPECT_EQ(code_of(no_kind), client_api::Failure::kInvalidArgument);
  client_api::Request no_key = sending(numbered_bytes(100, 1));
  no_key.mutable_send_message()->mutable_attachment()->mutable_file()->set_key("short");
  EXPECT_EQ(code_of(no_key), client_api::Failure::kInvalidArgument);
  client_api::Request caption = sending(numbered_bytes(100, 1));
  caption.mutable_send_message()->set_text(std::string(kCaptionBytesMax + 1, 'x'));
  EXPECT_EQ(code_of(caption), client_api::Failure::kTooLarge);
  EXPECT_EQ(history(ana_, chat_).size(), 2u);
}

// MEDIA-6
TEST_F(FilesTest, NamesArePeoplesAndNoPaths) {
  client_api::Request request = sending(numbered_bytes(100, 1), Media::kDocument);
  Media& about = *request.mutable_send_message()->mutable_attachment()->mutable_about();
  about.set_name("../../etc/\u202Egpj.exe\n");
  const Message hostile = send(ana_, std::move(request));
  client_api::Request hidden = sending(numbered_bytes(100, 2), Media::kDocument);
  hidden.mutable_send_message()->mutable_attachment()->mutable_about()->set_name(".bashrc");
  const Message dotted = send(ana_, std::move(hidden));
  world_.advance(1000);
  EXPECT_EQ(media(ben_, hostile.id()).name(), "gpj.exe");
  EXPECT_EQ(media(ben_, dotted.id()).name(), "bashrc");
}

// MEDIA-7
TEST_F(FilesTest, WhatIsToBeViewedOnceIsOpenedOnceAndThenNowhere) {
  client_api::Request request = sending(numbered_bytes(50'000, 1));
  Media& about = *request.mutable_send_message()->mutable_attachment()->mutable_about();
  about.set_view_once(true);
  about.set_thumbnail("\xFF\xD8\xFF jpeg");
  const Message photo = send(ana_, std::move(request));
  world_.advance(1000);
  EXPECT_EQ(open(ana_, photo.id()).failure().code(), client_api::Failure::kFileGone) << "nor can its sender open it";
  EXPECT_TRUE(ana_.files.whole.empty());
  EXPECT_EQ(media(ben_, photo.id()).state(), Media::kThere) << "it is not fetched before";
  EXPECT_EQ(media(ben_, photo.id()).thumbnail(), "");
  client_api::Request reply;
  reply.mutable_send_message()->set_conversation(bens_chat());
  reply.mutable_send_message()->set_text("nice");
  reply.mutable_send_message()->set_quote_message_id(photo.id());
  EXPECT_EQ(ben_.request(std::move(reply)).failure().code(), client_api::Failure::kNoSuchMessage);
  client_api::Request on;
  on.mutable_forward_messages()->add_ids(photo.id());
  on.mutable_forward_messages()->add_conversations(bens_chat());
  EXPECT_EQ(ben_.request(std::move(on)).failure().code(), client_api::Failure::kInvalidArgument);

  EXPECT_EQ(open_coming(ben_, photo.id()).failure().code(), client_api::Failure::kNoSuchFile) << "nor played before";
  fetch(ben_, photo.id());
  world_.advance(100);
  EXPECT_EQ(read(ben_, photo.id()), numbered_bytes(50'000, 1));
  EXPECT_TRUE(media(ben_, photo.id()).opened());
  EXPECT_EQ(open(ben_, photo.id()).failure().code(), client_api::Failure::kFileGone);
  world_.advance(1000);
  EXPECT_TRUE(media(ana_, photo.id()).opened());
  EXPECT_TRUE(server_files().stored.empty()) << "its sender has it deleted";
  world_.advance(Openings::kReadingMs);
  EXPECT_TRUE(ben_.files.whole.empty());
  EXPECT_EQ(query(ben_, "SELECT count(*) FROM files"), 0);
  EXPECT_EQ(query(ana_, "SELECT count(*) FROM files"), 0);
}

TEST_F(FilesTest, WhatNobodyHasOpenedInTwoWeeksIsGoneAndADocumentIsNotViewedOnce) {
  for (const Media::Kind kind : {Media::kPhoto, Media::kDocument}) {
    client_api::Request request = sending(numbered_bytes(5'000, 1), kind);
    request.mutable_send_message()->mutable_attachment()->mutable_about()->set_view_once(true);
    (void)send(ana_, std::move(request));
  }
  world_.advance(1000);
  const std::vector<Message> came = history(ben_, bens_chat());
  const Message& photo = came.end()[-2];
  EXPECT_TRUE(photo.media().view_once());
  EXPECT_FALSE(came.back().media().view_once());
  fetch(ben_, photo.id());
  world_.advance(contents::kViewOnceUs / 1000 + 1000);
  EXPECT_EQ(open(ben_, photo.id()).failure().code(), client_api::Failure::kFileGone);
  EXPECT_FALSE(media(ben_, photo.id()).opened());
}

TEST_F(FilesTest, ProgressIsToldWhileAFileIsOnItsWayAndSilenceEndsIt) {
  uint32_t call = 0;
  ben_.before_step = [&](const client_api::Action& action) {
    if (!action.has_fetch_file()) return;
    call = action.fetch_file().call();
    ben_.set_silent(true);
  };
  const Message photo = send(numbered_bytes(500'000, 1));
  world_.advance(100);
  ASSERT_NE(call, 0u);
  ben_.events.clear();
  client_api::Input progress;
  progress.mutable_http_progress()->set_call(call);
  progress.mutable_http_progress()->set_done(200'000);
  ben_.input(progress);
  world_.run();
  ASSERT_EQ(count_events(ben_, client_api::Event::kMediaProgress), 1);
  EXPECT_EQ(ben_.events[0].media_progress().id(), photo.id());
  EXPECT_EQ(ben_.events[0].media_progress().done(), 200'000u);
  EXPECT_EQ(ben_.events[0].media_progress().total(), 500'000u);
  std::vector<uint32_t> cancelled;
  ben_.before_step = [&](const client_api::Action& action) {
    if (action.has_http_cancel()) cancelled.push_back(action.http_cancel().call());
  };
  world_.advance(Files::kPatienceMs);
  EXPECT_EQ(cancelled, std::vector{call});
  progress.mutable_http_progress()->set_call(9999);
  ben_.input(progress);
  world_.run();
  EXPECT_EQ(cancelled, (std::vector{call, 9999u})) << "nobody knows of that one";
}

}  // namespace
}  // namespace kith::core
