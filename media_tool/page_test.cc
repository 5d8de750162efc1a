// SPDX-License-Identifier: AGPL-3.0-or-later

#include "media_tool/page.h"

#include <gtest/gtest.h>

#include <string>

#include "base/bytes.h"
#include "base/limits.h"

namespace kith::media_tool {
namespace {

PageFacts facts(const std::string& page, const std::string& type = "text/html") {
  return read_page(page, "https://example.org/a/b", type);
}

TEST(Page, SaysWhatItIs_PREVIEW_3) {
  const PageFacts all = facts(
      "<!doctype html><html><head><title>Plain</title><meta name=description content='Plain &amp; simple'>"
      "<meta property='og:title' content='Open &quot;Graph&quot;'><meta name='twitter:title' content='Card'>"
      "<meta property='og:description' content=' two\n lines '><meta property='OG:Image' content='/p.png'>");
  EXPECT_EQ(all.title, "Open \"Graph\"");
  EXPECT_EQ(all.description, "two lines");
  EXPECT_EQ(all.picture, "https://example.org/p.png");

  const PageFacts plain = facts("<TITLE> Plain\nof two lines </TITLE><META NAME=Description CONTENT=x>");
  EXPECT_EQ(plain.title, "Plain of two lines");
  EXPECT_EQ(plain.description, "x");
  EXPECT_EQ(plain.picture, "");
  EXPECT_EQ(facts("<meta property=og:title content='  '><title>Plain</title>").title, "Plain");
  EXPECT_EQ(facts("<meta name=twitter:title content=Card><meta property=og:title content=First>"
                  "<meta property=og:title content=Second>")
                .title,
            "First");
  EXPECT_EQ(facts("").title, "");
  EXPECT_EQ(facts("no page at all").title, "");
}

TEST(Page, IsReadInItsEncoding_PREVIEW_3) {
  EXPECT_EQ(facts("<title>für</title>").title, "für") << "without a word about it";
  EXPECT_EQ(facts("<title>f\xFCr</title>", "text/html; charset=ISO-8859-1").title, "für");
  EXPECT_EQ(facts("<meta charset='iso-8859-1'><title>f\xFCr</title>").title, "für");
  EXPECT_EQ(facts("<title>\x83\x4A\x83\x69</title>", "text/html;charset=\"Shift_JIS\"").title, "カナ");
  EXPECT_TRUE(is_utf8(facts("<title>f\xFCr</title>").title)) << "whatever it is";
  EXPECT_TRUE(is_utf8(facts("<title>f\xFCr\xC3</title>", "text/html; charset=utf-8").title));
  EXPECT_TRUE(is_utf8(facts("<title>x</title>", "text/html; charset=none-such").title));
}

TEST(Page, SaysNoMoreThanAPreviewHas_PREVIEW_3) {
  std::string long_text;
  while (long_text.size() < 4 * kPreviewDescriptionBytesMax) long_text += "e\u0301👩‍👩‍👧";
  const PageFacts all = facts("<title>" + long_text + "</title><meta name=description content='" + long_text + "'>");
  EXPECT_LE(all.title.size(), kPreviewTitleBytesMax);
  EXPECT_GT(all.title.size(), kPreviewTitleBytesMax - 32);
  EXPECT_TRUE(all.title.ends_with("…"));
  EXPECT_TRUE(is_utf8(all.title));
  EXPECT_LE(all.description.size(), kPreviewDescriptionBytesMax);
  EXPECT_GT(all.description.size(), kPreviewDescriptionBytesMax - 32);
}

TEST(Page, LeadsToPicturesOfTheWebAlone_PREVIEW_3) {
  const auto picture = [](const std::string& said) {
    return facts("<meta property=og:image content=\"" + said + "\">").picture;
  };
  EXPECT_EQ(picture("p.png"), "https://example.org/a/p.png");
  EXPECT_EQ(picture("//cdn.example/p.png?a=1&amp;b=2"), "https://cdn.example/p.png?a=1&b=2");
  EXPECT_EQ(picture("http://cdn.example/p.png"), "http://cdn.example/p.png");
  for (const std::string& said : {std::string("javascript:alert(1)"), std::string("data:image/png;base64,AAAA"),
                                  std::string("file:///etc/passwd"), std::string("ftp://example.org/p"),
                                  "https://example.org/" + std::string(kLinkUrlBytesMax, 'a')})
    EXPECT_EQ(picture(said), "") << said.substr(0, 40);
}

TEST(Page, MayBeAsBrokenAsItLikes_PREVIEW_3) {
  std::string deep = "<title>deep</title>";
  while (deep.size() < kLinkPageBytesMax) deep += "<div><b>";
  EXPECT_EQ(facts(deep).title, "deep");
  EXPECT_EQ(facts("<title>&#0;&#x110000;ok</title>").title.substr(0, 2).empty(), false);
  EXPECT_EQ(facts("<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><title>&a;</title>").title.find("root:"),
            std::string::npos);
  EXPECT_EQ(facts(std::string("<title>a\0b</title>", 18)).title.empty(), false);
  std::string cut = "<title>x</title>" + std::string(kLinkPageBytesMax, 'y');
  cut.replace(kLinkPageBytesMax - 1, 2, "ü");
  EXPECT_EQ(facts(cut).title, "x");
}

}  // namespace
}  // namespace kith::media_tool
