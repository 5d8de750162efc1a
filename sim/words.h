// SPDX-License-Identifier: AGPL-3.0-or-later

// What somebody has written in a message: its text, or what stands under its file. In a run no two are the same.
#pragma once

#include <string>

#include "client_api/client_api.pb.h"

namespace kith::sim {

inline bool has_words(const client_api::Message& message) { return message.has_text() || message.has_media(); }

inline const std::string& words_of(const client_api::Message& message) {
  return message.has_media() ? message.media().caption().text() : message.text().text();
}

}  // namespace kith::sim
