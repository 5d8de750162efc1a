// SPDX-License-Identifier: AGPL-3.0-or-later

// What a web page says of itself, for the preview of a link to it (PREVIEW-3). The page is a stranger's, and read here,
// in a program of its own, by a parser that takes whatever comes; none of it is run, and nothing is fetched for it.
//
// Source: The Open Graph protocol; Twitter's cards; HTML's title and description.
#pragma once

#include <string>
#include <string_view>

namespace kith::media_tool {

struct PageFacts {
  std::string title;        // in one line, at most kPreviewTitleBytesMax bytes; "": it says none
  std::string description;  // in one line, at most kPreviewDescriptionBytesMax bytes; ""
  std::string picture;      // where one is: http or https, whole, at most kLinkUrlBytesMax bytes; ""
};

// `url`: where the page is, for what it says in relation to that. `content_type`: as its server has it; what it says of
// the encoding counts, then what the page says.
PageFacts read_page(std::string_view page, const std::string& url, std::string_view content_type);

}  // namespace kith::media_tool
