// SPDX-License-Identifier: AGPL-3.0-or-later

// What a text says of where a link in it leads (PREVIEW-1): the word of the device that wrote it.
#pragma once

#include <optional>
#include <string_view>

#include "client_api/client_api.pb.h"
#include "content/content.pb.h"

namespace kith::core {

// Whether a web address leads where people read that it does: http or https, a host, no name before an "@", nothing
// that is not seen. At most kLinkUrlBytesMax bytes of UTF-8.
[[nodiscard]] bool is_web_address(std::string_view url);

// Whether the text has this link, and not only as the beginning or the middle of another one; with or without its
// scheme.
[[nodiscard]] bool has_link(std::string_view text, std::string_view url);

// What is sent and kept of a preview of a link in this text, in one line each, and what is no small picture left out.
// Absent: it breaks a bound, or is of no link of the text. Then the text goes without.
std::optional<content::LinkPreview> read_preview(const content::LinkPreview& said, std::string_view text);

content::LinkPreview preview_of(const client_api::LinkPreview& given);
client_api::LinkPreview shown_preview(const content::LinkPreview& preview);

}  // namespace kith::core
