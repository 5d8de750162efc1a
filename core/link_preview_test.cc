// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/link_preview.h"

#include <functional>
#include <string>

#include "base/limits.h"
#include "core/contents.h"
#include "core/testing/linked_devices.h"
#include "core/testing/much_history.h"
#include "core/testing/two_people.h"

namespace kith::core {
namespace {

using client_api::Failure;
using testing::kAna;
using testing::kBen;

const std::string kPng = "\x89PNG\r\n\x1A\n and the rest";

TEST(WebAddress, LeadsWherePeopleReadThatItDoes_PREVIEW_1) {
  for (const char* url : {"https://example.org", "http://example.org/a?b#c", "HTTPS://Example.org/",
                          "https://münchen.de/ä", "https://example.org/हिन्दी", "http://[2001:db8::1]:80/"})
    EXPECT_TRUE(is_web_address(url)) << url;
  for (const char* url : {"", "https://", "https:///a", "ftp://example.org", "javascript:alert(1)", "example.org",
                          "https://bank.example@evil.example/", "https://exa mple.org", "https://example.org/\n",
                          "https://example.org/\u202Egnp.exe", "https://exa\u200Bmple.org", "https://example.org/\xFF"})
    EXPECT_FALSE(is_web_address(url)) << url;
  const std::string longest = "https://example.org/" + std::string(kLinkUrlBytesMax - 20, 'a');
  EXPECT_TRUE(is_web_address(longest));
  EXPECT_FALSE(is_web_address(longest + "a"));
}

TEST(HasLink, IsAWholeLinkOfTheText_PREVIEW_1) {
  const std::string url = "https://example.org/a";
  for (const char* text : {"https://example.org/a", "see https://example.org/a.", "(https://example.org/a)",
                           "example.org/a!", "请看https://example.org/a。谢谢",
                           "https://example.org/ab and https://example.org/a", "\"https://example.org/a\"?"})
    EXPECT_TRUE(has_link(text, url)) << text;
  for (const char* text : {"", "https://example.org", "https://example.org/ab", "https://example.org/a/b",
                           "https://example.org/a.evil", "http://evil.example/?u=https://example.org/a",
                           "www.example.org/a", "https://EXAMPLE.org/a", "https://example.org/a_b"})
    EXPECT_FALSE(has_link(text, url)) << text;
}

content::LinkPreview preview() {
  content::LinkPreview preview;
  preview.set_url("https://example.org/a");
  preview.set_title("Title");
  preview.set_description("Description");
  preview.set_thumbnail(kPng);
  preview.set_width(64);
  preview.set_height(48);
  return preview;
}

TEST(ReadPreview, TakesWhatIsWithinItsBounds_PREVIEW_1) {
  const std::string text = "see https://example.org/a";
  const auto read = read_preview(preview(), text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->SerializeAsString(), preview().SerializeAsString());
  const auto absent = [&text](const std::function<void(content::LinkPreview&)>& change) {
    content::LinkPreview said = preview();
    change(said);
    return !read_preview(said, text).has_value();
  };
  EXPECT_FALSE(absent([](auto& said) { said.set_title(std::string(kPreviewTitleBytesMax, 'a')); }));
  EXPECT_TRUE(absent([](auto& said) { said.set_title(std::string(kPreviewTitleBytesMax + 1, 'a')); }));
  EXPECT_TRUE(absent([](auto& said) { said.set_title(""); }));
  EXPECT_TRUE(absent([](auto& said) { said.set_title(" \u200B"); })) << "nothing of it is seen";
  EXPECT_FALSE(absent([](auto& said) { said.set_description(std::string(kPreviewDescriptionBytesMax, 'a')); }));
  EXPECT_TRUE(absent([](auto& said) { said.set_description(std::string(kPreviewDescriptionBytesMax + 1, 'a')); }));
  EXPECT_TRUE(absent([](auto& said) { said.set_thumbnail(kPng + std::string(kThumbnailBytesMax, 'a')); }));
  EXPECT_TRUE(absent([](auto& said) { said.set_width(kPixelsMax + 1); }));
  EXPECT_TRUE(absent([](auto& said) { said.set_url("https://example.org/b"); })) << "of no link of the text";
  EXPECT_TRUE(absent([](auto& said) { said.set_url("see"); }));
}

TEST(ReadPreview, LeavesOutWhatCouldDeceive_PREVIEW_1) {
  content::LinkPreview said = preview();
  said.set_title(" two\nlines\u202E ");
  said.set_thumbnail("<svg onload='alert(1)'/>");
  const auto read = read_preview(said, "https://example.org/a");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->title(), "two lines");
  EXPECT_TRUE(read->thumbnail().empty()) << "no picture that is shown without asking";
  EXPECT_EQ(read->width(), 0u);
}

class LinkPreviewTest : public testing::TwoPeople {
 protected:
  client_api::Request send(const std::string& text) {
    client_api::Request request;
    client_api::SendMessageRequest& what = *request.mutable_send_message();
    what.set_conversation(chat_);
    what.set_text(text);
    *what.mutable_preview() = shown_preview(preview());
    return request;
  }
  // A message of Ana's whose text has a preview that no client of ours would send.
  std::string say_by_force(const std::string& text, const content::LinkPreview& said) {
    content::Content content;
    content.set_sent_at_us(1);
    content.mutable_text()->set_text(text);
    *content.mutable_text()->mutable_preview() = said;
    const std::string forced = "77777777777777777777777777777777";
    testing::execute_text(ana_,
                          "INSERT INTO outbox (message_id, target_kind, target, kind, content, revision, "
                          "only_device, receipt_number) VALUES (x'" +
                              forced + "', 1, x'" + testing::state(ben_).account_id() + "', 1, x'" +
                              to_hex(content.SerializeAsString()) + "', 0, 0, 0)");
    ana_.close();
    ana_.reopen();
    testing::connect(ana_);
    world_.advance(5000);
    return forced;
  }
};

TEST_F(LinkPreviewTest, GoesWithTheText_PREVIEW_1) {
  const auto sent = ana_.request(send("see https://example.org/a")).send_message().message();
  world_.advance(1000);
  const auto got = testing::message(ben_, sent.id());
  for (const client_api::LinkPreview& shown : {sent.text().preview(), got.text().preview()}) {
    EXPECT_EQ(shown.url(), "https://example.org/a");
    EXPECT_EQ(shown.title(), "Title");
    EXPECT_EQ(shown.description(), "Description");
    EXPECT_EQ(shown.thumbnail(), kPng);
    EXPECT_EQ(shown.width(), 64u);
    EXPECT_EQ(shown.height(), 48u);
  }
  EXPECT_FALSE(testing::message(ben_, testing::say(ana_, chat_, "https://example.org/a")).text().has_preview());
}

TEST_F(LinkPreviewTest, IsThereOnOtherDevicesAndInTheHistory_PREVIEW_1) {
  testing::Host& web = world_.add("web");
  const std::string before = ana_.request(send("see https://example.org/a")).send_message().message().id();
  world_.advance(1000);
  testing::let_in(ana_, web, client_api::kHistoryAll);
  world_.advance(30'000);
  EXPECT_EQ(testing::message(web, before).text().preview().title(), "Title");
  const std::string after = ana_.request(send("and https://example.org/a")).send_message().message().id();
  world_.advance(1000);
  EXPECT_EQ(testing::message(web, after).text().preview().thumbnail(), kPng);
}

TEST_F(LinkPreviewTest, StaysWithAMessageThatIsSentOnceMore_PREVIEW_1) {
  const std::string id = ana_.request(send("see https://example.org/a")).send_message().message().id();
  world_.advance(1000);
  testing::execute_text(ana_, "UPDATE messages SET tick = 5, failure = 4 WHERE id = x'" + id + "'");
  testing::execute_text(ben_, "DELETE FROM messages WHERE id = x'" + id + "'");
  testing::execute_text(ana_, "UPDATE messages SET id = x'66666666666666666666666666666666' WHERE id = x'" + id + "'");
  // As if it had failed before anybody had it.
  client_api::Request retry;
  retry.mutable_retry_message()->set_id("66666666666666666666666666666666");
  ASSERT_FALSE(ana_.request(std::move(retry)).has_failure());
  world_.advance(1000);
  EXPECT_EQ(testing::message(ben_, "66666666666666666666666666666666").text().preview().title(), "Title");
}

TEST_F(LinkPreviewTest, OfNoLinkOfTheTextOrUnderAFileIsRefused_PREVIEW_1) {
  EXPECT_EQ(ana_.request(send("see https://example.org/b")).failure().code(), Failure::kInvalidArgument);
  client_api::Request file = send("see https://example.org/a");
  file.mutable_send_message()->mutable_attachment();
  EXPECT_EQ(ana_.request(std::move(file)).failure().code(), Failure::kInvalidArgument);
  EXPECT_TRUE(testing::history(ana_, chat_).empty());
}

TEST_F(LinkPreviewTest, NeverCostsTheText_PREVIEW_1) {
  warm_up();
  // Both together would not fit into an envelope.
  const std::string text = "https://example.org/a " + std::string(kTextBytesMax - 22, 'x');
  const auto sent = ana_.request(send(text)).send_message().message();
  world_.advance(1000);
  EXPECT_FALSE(sent.text().has_preview());
  EXPECT_EQ(testing::message(ben_, sent.id()).text().text(), text);

  content::LinkPreview said = preview();
  said.set_title(std::string(kPreviewTitleBytesMax + 1, 'a'));
  const std::string forced = say_by_force("look: https://example.org/a", said);
  const auto shown = testing::message(ben_, forced);
  EXPECT_EQ(shown.text().text(), "look: https://example.org/a");
  EXPECT_FALSE(shown.text().has_preview());
}

TEST_F(LinkPreviewTest, OfAnotherLinkThanTheTextHasIsNotShown_PREVIEW_1) {
  warm_up();
  content::LinkPreview said = preview();
  said.set_url("https://evil.example/");
  said.set_title("Your bank");
  EXPECT_FALSE(testing::message(ben_, say_by_force("https://bank.example/", said)).text().has_preview());
}

}  // namespace
}  // namespace kith::core
