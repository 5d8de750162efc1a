// SPDX-License-Identifier: AGPL-3.0-or-later

// What a message's file is, in words and as JSON (docs/cli.md).
#pragma once

#include <cstdint>
#include <string>

#include "client_api/client_api.pb.h"

namespace kith::cli {

// "photo", "document", ...
std::string media_word(client_api::Media::Kind kind);
std::string media_state_word(client_api::Media::State state);
// "312 kB", "4.0 MB".
std::string size_text(uint64_t bytes);
// "[photo, 312 kB]", "[document "report.pdf", 4.0 MB, not fetched]". On one line, safe for a terminal.
std::string media_text(const client_api::Media& media);
std::string media_json(const client_api::Media& media);
// How far it is on its way, for people who wait: "312 kB of 4.0 MB".
std::string progress_text(const client_api::MediaProgress& progress);
// A name for the file on this disk: its own, or one made of what it is and when it was sent. At most 200 bytes.
std::string file_name(const client_api::Message& message);

}  // namespace kith::cli
