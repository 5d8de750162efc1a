// SPDX-License-Identifier: AGPL-3.0-or-later

// The preview of a link in a text, made here (PREVIEW-3): the server fetches the page and its picture, kith-media reads
// them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/context.h"
#include "client_api/client_api.pb.h"

namespace kith::cli {

// The first web address of a text, with http:// or https://, without the signs that close a sentence behind it; "".
std::string first_link(std::string_view text);

// Of the first link. The error says in words why there is none.
Result<client_api::LinkPreview, std::string> preview_of_link(Context context, const std::string& text);

}  // namespace kith::cli
