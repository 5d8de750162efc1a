// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/view_once.h"

#include <gtest/gtest.h>

#include "core/testing/group_people.h"
#include "core/testing/loopback_files.h"

namespace kith::core {
namespace {

using client_api::Media;

class ViewOnceInGroupTest : public testing::GroupPeople {
 protected:
  static client_api::Response fetch_and_open(testing::World& world, testing::Host& host, const std::string& id) {
    client_api::Request fetch;
    fetch.mutable_fetch_media()->set_id(id);
    (void)host.request(std::move(fetch));
    world.advance(1000);
    client_api::Request open;
    open.mutable_open_media()->set_id(id);
    return host.request(std::move(open));
  }
};

// MEDIA-7
TEST_F(ViewOnceInGroupTest, EachMemberOpensItOnceWhateverOthersHaveDone) {
  const std::string chat = create({kBen, kCleo});
  client_api::Request request;
  client_api::SendMessageRequest& send = *request.mutable_send_message();
  send.set_conversation(chat);
  *send.mutable_attachment()->mutable_file() = testing::seal_file(ana_.files, Bytes(5000, 'x'), 1);
  send.mutable_attachment()->mutable_about()->set_kind(Media::kPhoto);
  send.mutable_attachment()->mutable_about()->set_mime_type("image/jpeg");
  send.mutable_attachment()->mutable_about()->set_view_once(true);
  const std::string id = ana_.request(std::move(request)).send_message().message().id();
  world_.advance(3000);
  for (testing::Host* const host : {&ben_, &cleo_}) {
    const client_api::Response opened = fetch_and_open(world_, *host, id);
    ASSERT_FALSE(opened.has_failure()) << opened.failure().detail();
    EXPECT_EQ(testing::unseal_file(host->files, opened.open_media()), Bytes(5000, 'x'));
    world_.advance(3000);
    EXPECT_EQ(fetch_and_open(world_, *host, id).failure().code(), client_api::Failure::kFileGone);
  }
}

}  // namespace
}  // namespace kith::core
