// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/link_preview.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "core/small_picture.h"

namespace kith::core {

namespace {

constexpr std::array<std::string_view, 2> kSchemes = {"https://", "http://"};

// In any case, as people write it. 0: it begins otherwise.
size_t scheme_bytes(std::string_view url) {
  for (const std::string_view scheme : kSchemes) {
    const bool begins = url.size() > scheme.size() &&
                        std::equal(scheme.begin(), scheme.end(), url.begin(),
                                   [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
    if (begins) return scheme.size();
  }
  return 0;
}

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
bool is_ascii_sign(char c) { return c > ' ' && c < '\x7f' && !is_word(c); }

// No link begins behind these: they would be inside of a longer one.
bool may_begin_behind(char c) {
  return !is_word(c) && std::string_view("-./:@=?&#%+~$!*").find(c) == std::string_view::npos;
}

// Whether a link could end here: signs may come that close the sentence, and then nothing of the same word.
bool may_end_before(std::string_view rest) {
  const std::string_view::const_iterator end = std::find_if_not(rest.begin(), rest.end(), is_ascii_sign);
  return end == rest.end() || !is_word(*end);
}

// Controls, and marks that turn the reading direction or part what looks whole; not those that words are written with.
bool is_unseen(uint32_t point) {
  return (point >= 0x7F && point < 0xA0) || point == 0x200B || point == 0x200E || point == 0x200F || point == 0x061C ||
         (point >= 0x202A && point <= 0x202E) || (point >= 0x2060 && point <= 0x206F) || point == 0x2800 ||
         point == 0xFEFF;
}

bool occurs(std::string_view text, std::string_view link) {
  for (size_t at = text.find(link); at != std::string_view::npos; at = text.find(link, at + 1)) {
    if ((at == 0 || may_begin_behind(text[at - 1])) && may_end_before(text.substr(at + link.size()))) return true;
  }
  return false;
}

}  // namespace

bool is_web_address(std::string_view url) {
  const size_t scheme = scheme_bytes(url);
  if (scheme == 0 || url.size() > kLinkUrlBytesMax || !is_utf8(url)) return false;
  for (size_t at = 0; at < url.size();) {
    const uint32_t point = next_point(url, at);
    if (point <= ' ' || is_space(point) || is_unseen(point)) return false;
  }
  const std::string_view rest = url.substr(scheme);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#\\"));
  return !authority.empty() && authority.find('@') == std::string_view::npos;
}

bool has_link(std::string_view text, std::string_view url) {
  return occurs(text, url) || occurs(text, url.substr(scheme_bytes(url)));
}

std::optional<content::LinkPreview> read_preview(const content::LinkPreview& said, std::string_view text) {
  const bool is_within = said.title().size() <= kPreviewTitleBytesMax &&
                         said.description().size() <= kPreviewDescriptionBytesMax &&
                         said.thumbnail().size() <= kThumbnailBytesMax && said.width() <= kPixelsMax &&
                         said.height() <= kPixelsMax && is_utf8(said.title()) && is_utf8(said.description());
  if (!is_within || !has_visible(said.title()) || !is_web_address(said.url()) || !has_link(text, said.url()))
    return std::nullopt;
  content::LinkPreview kept;
  kept.set_url(said.url());
  kept.set_title(one_line(said.title()));
  kept.set_description(one_line(said.description()));
  if (!is_small_picture(said.thumbnail())) return kept;
  kept.set_thumbnail(said.thumbnail());
  kept.set_width(said.width());
  kept.set_height(said.height());
  return kept;
}

content::LinkPreview preview_of(const client_api::LinkPreview& given) {
  content::LinkPreview preview;
  preview.set_url(given.url());
  preview.set_title(given.title());
  preview.set_description(given.description());
  preview.set_thumbnail(given.thumbnail());
  preview.set_width(given.width());
  preview.set_height(given.height());
  return preview;
}

client_api::LinkPreview shown_preview(const content::LinkPreview& preview) {
  client_api::LinkPreview shown;
  shown.set_url(preview.url());
  shown.set_title(preview.title());
  shown.set_description(preview.description());
  shown.set_thumbnail(preview.thumbnail());
  shown.set_width(preview.width());
  shown.set_height(preview.height());
  return shown;
}

}  // namespace kith::core
