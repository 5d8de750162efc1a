// SPDX-License-Identifier: AGPL-3.0-or-later

#include "media_tool/page.h"

#include <libxml/HTMLparser.h>
#include <libxml/uri.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/unicode.h"

namespace kith::media_tool {

namespace {

using Document = std::unique_ptr<xmlDoc, decltype([](xmlDoc* document) { xmlFreeDoc(document); })>;
using Text = std::unique_ptr<xmlChar, decltype([](xmlChar* text) { xmlFree(text); })>;

// What each of a page's facts is called, the best first.
constexpr std::array<std::string_view, 2> kTitles = {"og:title", "twitter:title"};
constexpr std::array<std::string_view, 3> kDescriptions = {"og:description", "twitter:description", "description"};
constexpr std::array<std::string_view, 5> kPictures = {"og:image:secure_url", "og:image", "og:image:url",
                                                       "twitter:image", "twitter:image:src"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string text_of(const Text& text) { return text ? reinterpret_cast<const char*>(text.get()) : ""; }
std::string attribute(xmlNode* node, const char* name) {
  return text_of(Text(xmlGetProp(node, reinterpret_cast<const xmlChar*>(name))));
}
bool is(const xmlNode* node, const char* name) {
  return node->type == XML_ELEMENT_NODE && xmlStrcmp(node->name, reinterpret_cast<const xmlChar*>(name)) == 0;
}

// The next one of the document, in its order; without recursion, for pages are as deep as they like.
xmlNode* after(xmlNode* node) {
  if (node->children != nullptr && node->type == XML_ELEMENT_NODE) return node->children;
  while (node != nullptr && node->next == nullptr) node = node->parent;
  return node == nullptr ? nullptr : node->next;
}

// Of the names, the place; their number: it is none of them.
template <size_t kSize>
size_t place_of(const std::array<std::string_view, kSize>& names, const std::string& name) {
  return static_cast<size_t>(std::ranges::find(names, name) - names.begin());
}

// A fact under the best of its names; the first of the same name counts.
struct Found {
  std::string text;
  size_t place = SIZE_MAX;

  void offer(std::string said, size_t at, size_t names) {
    if (at >= names || at >= place || !has_visible(said)) return;
    text = std::move(said);
    place = at;
  }
};

// In one line, and of whole signs.
std::string short_line(const std::string& text, size_t bytes_max) {
  std::string line = one_line(text);
  if (line.size() <= bytes_max) return line;
  constexpr std::string_view kMore = "…";
  size_t end = 0;
  for (size_t next = 0; next + kMore.size() <= bytes_max; next = grapheme_end(line, next)) end = next;
  return line.substr(0, end) + std::string(kMore);
}

std::optional<std::string> charset_of(std::string_view content_type) {
  const std::string text = lower(content_type);
  const size_t at = text.find("charset=");
  if (at == std::string::npos) return std::nullopt;
  std::string name = text.substr(at + 8);
  name.erase(std::remove(name.begin(), name.end(), '"'), name.end());
  name = name.substr(0, name.find_first_of("; \t,"));
  return name.empty() ? std::nullopt : std::optional(name);
}

// Without what is left at the end of a character that was cut.
std::string_view whole_characters(std::string_view text) {
  for (size_t cut = 0; cut < 4 && cut < text.size(); ++cut) {
    const std::string_view rest = text.substr(0, text.size() - cut);
    if (is_utf8(rest)) return rest;
  }
  return text;
}

std::string resolved(const std::string& said, const std::string& base) {
  const std::string link = one_line(said);
  if (link.empty() || link.size() > kLinkUrlBytesMax) return "";
  const Text whole(
      xmlBuildURI(reinterpret_cast<const xmlChar*>(link.c_str()), reinterpret_cast<const xmlChar*>(base.c_str())));
  const std::string url = text_of(whole);
  const bool is_web = lower(url.substr(0, 8)).starts_with("https://") || lower(url.substr(0, 7)) == "http://";
  return is_web && url.size() <= kLinkUrlBytesMax ? url : "";
}

void ignore_error(void*, const char*, ...) {}

}  // namespace

PageFacts read_page(std::string_view page, const std::string& url, std::string_view content_type) {
  xmlSetGenericErrorFunc(nullptr, &ignore_error);
  page = page.substr(0, kLinkPageBytesMax);
  auto charset = charset_of(content_type);
  const std::string_view whole = whole_characters(page);
  if (!charset && is_utf8(whole)) charset = "utf-8";
  if (charset == "utf-8") page = whole;
  constexpr int kOptions = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET;
  const Document document(htmlReadMemory(page.data(), static_cast<int>(page.size()), nullptr,
                                         charset ? charset->c_str() : nullptr, kOptions));
  PageFacts facts;
  if (!document) return facts;
  Found title;
  Found description;
  Found picture;
  std::string plain_title;
  for (xmlNode* node = xmlDocGetRootElement(document.get()); node != nullptr; node = after(node)) {
    if (is(node, "title") && plain_title.empty()) plain_title = text_of(Text(xmlNodeGetContent(node)));
    if (!is(node, "meta")) continue;
    for (const char* key : {"property", "name"}) {
      const std::string name = lower(attribute(node, key));
      if (name.empty()) continue;
      title.offer(attribute(node, "content"), place_of(kTitles, name), kTitles.size());
      description.offer(attribute(node, "content"), place_of(kDescriptions, name), kDescriptions.size());
      picture.offer(attribute(node, "content"), place_of(kPictures, name), kPictures.size());
    }
  }
  if (title.text.empty() && has_visible(plain_title)) title.text = plain_title;
  facts.title = short_line(title.text, kPreviewTitleBytesMax);
  facts.description = short_line(description.text, kPreviewDescriptionBytesMax);
  facts.picture = resolved(picture.text, url);
  return facts;
}

}  // namespace kith::media_tool
