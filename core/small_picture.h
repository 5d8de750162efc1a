// SPDX-License-Identifier: AGPL-3.0-or-later

// Pictures that are shown without having been asked for: they are a part of what their sender wrote.
#pragma once

#include <algorithm>
#include <string_view>

namespace kith::core {

// By its first bytes a JPEG, a PNG or a WebP.
[[nodiscard]] inline bool is_small_picture(std::string_view bytes) {
  return bytes.starts_with("\xFF\xD8\xFF") || bytes.starts_with("\x89PNG\r\n\x1A\n") ||
         (bytes.starts_with("RIFF") && bytes.substr(std::min<size_t>(8, bytes.size())).starts_with("WEBP"));
}

}  // namespace kith::core
