// SPDX-License-Identifier: AGPL-3.0-or-later

// What a file is, to those who send it, and what is sent in its place: without what cameras write into it (where and
// when it was taken), in a size that people wait for, in a form that browsers play.
//
// A picture is JPEG, or PNG where it is transparent and small, upright, at most `side_max` pixels long. A film is MP4
// with the streams that it had, if browsers play them; nothing is encoded anew. A recording is left as it is. Whatever
// else it is, it is a document, and nobody's business here.
//
// Source: libvips and FFmpeg's libraries do all of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "client_api/client_api.pb.h"

namespace kith::media_tool {

struct Wanted {
  uint32_t side_max = 1600;  // of a picture, in pixels
  bool voice = false;        // a recording is somebody's voice
};

struct Prepared {
  client_api::Media about;  // kind, MIME type, size in pixels, duration, waveform, thumbnail
  bool is_written = false;  // what is to be sent is in `target`; else the file itself
};

// A document is what none of these answers for. `target`: where there is no file yet.
std::optional<Prepared> prepare_picture(const std::string& path, const std::string& target, const Wanted& wanted);
// The middle of a picture, as the photo of a profile is: a JPEG of 640 x 640 pixels, which sealed has at most
// kProfilePhotoBytesMax bytes.
std::optional<Prepared> prepare_profile_photo(const std::string& path, const std::string& target);
// Of a picture its thumbnail alone, with the size that this has.
std::optional<client_api::Media> thumbnail(const std::string& path);
std::optional<Prepared> prepare_recording(const std::string& path, const std::string& target, const Wanted& wanted);

// A small JPEG of at most kThumbnailBytesMax bytes; "" when there is none so small. Three bytes a pixel, in rows.
std::string small_picture(const std::string& rgb, int width, int height);

}  // namespace kith::media_tool
