// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/media_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include "base/utf8.h"
#include "cli/json_line.h"
#include "cli/output.h"
#include "cli/time_text.h"

namespace kith::cli {

using client_api::Media;

namespace {

constexpr size_t kNameBytesMax = 200;

// For files that came without a name: the types that our clients send so.
constexpr std::pair<std::string_view, std::string_view> kEndings[] = {
    {"image/jpeg", ".jpg"},  {"image/png", ".png"},   {"image/webp", ".webp"},    {"image/gif", ".gif"},
    {"video/mp4", ".mp4"},   {"video/webm", ".webm"}, {"audio/mp4", ".m4a"},      {"audio/ogg", ".ogg"},
    {"audio/webm", ".webm"}, {"audio/mpeg", ".mp3"},  {"application/pdf", ".pdf"}};

std::string ending_of(const std::string& mime_type) {
  for (const auto& [type, ending] : kEndings) {
    if (type == mime_type) return std::string(ending);
  }
  return ".bin";
}

std::string duration_text(uint32_t milliseconds) {
  const uint32_t seconds = milliseconds / 1000;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%u:%02u", seconds / 60, seconds % 60);
  return text.data();
}

}  // namespace

std::string media_word(Media::Kind kind) {
  switch (kind) {
    case Media::kPhoto: return "photo";
    case Media::kVideo: return "video";
    case Media::kVoice: return "voice";
    case Media::kAudio: return "audio";
    case Media::kSticker: return "sticker";
    case Media::kAnimation: return "animation";
    default: return "document";
  }
}

std::string media_state_word(Media::State state) {
  switch (state) {
    case Media::kSending: return "sending";
    case Media::kHere: return "here";
    case Media::kFetching: return "fetching";
    case Media::kGone: return "gone";
    case Media::kBroken: return "broken";
    default: return "there";
  }
}

std::string size_text(uint64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " bytes";
  constexpr const char* kUnits[] = {"kB", "MB", "GB"};
  double value = static_cast<double>(bytes) / 1000;
  size_t unit = 0;
  for (; value >= 1000 && unit + 1 < std::size(kUnits); ++unit) value /= 1000;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), value < 10 ? "%.1f %s" : "%.0f %s", value, kUnits[unit]);
  return text.data();
}

std::string media_text(const Media& media) {
  std::string text = "[" + media_word(media.kind());
  if (!media.name().empty()) text += " \"" + one_line(media.name()) + "\"";
  if (media.duration_ms() != 0) text += ", " + duration_text(media.duration_ms());
  text += ", " + size_text(media.size());
  if (media.view_once()) text += media.opened() ? ", opened" : ", to be viewed once";
  if (media.kind() == Media::kVoice && media.opened() && !media.view_once()) text += ", played";
  if (media.state() == Media::kThere) text += ", not fetched";
  if (media.state() == Media::kFetching) text += ", on its way";
  if (media.state() == Media::kGone) text += ", not there any more";
  if (media.state() == Media::kBroken) text += ", another file than was sent";
  return text + "]";
}

std::string media_json(const Media& media) {
  JsonLine line;
  line.text("kind", media_word(media.kind()))
      .text("name", media.name())
      .text("mime_type", media.mime_type())
      .number("size", media.size())
      .text("state", media_state_word(media.state()));
  if (media.width() != 0) line.number("width", media.width()).number("height", media.height());
  if (media.duration_ms() != 0) line.number("duration_ms", media.duration_ms());
  if (media.view_once()) line.boolean("view_once", true).boolean("opened", media.opened());
  if (!media.view_once() && media.kind() == Media::kVoice) line.boolean("played", media.opened());
  if (!media.album().empty()) line.text("album", media.album());
  return line.str();
}

std::string progress_text(const client_api::MediaProgress& progress) {
  return size_text(progress.done()) + " of " + size_text(progress.total());
}

std::string file_name(const client_api::Message& message) {
  const Media& media = message.media();
  std::string name = media.name();
  if (name.empty()) {
    std::string time = rfc3339(message.sent_at_us());
    std::ranges::replace(time, ':', '-');
    name = media_word(media.kind()) + " " + time + ending_of(media.mime_type());
  }
  if (name.size() <= kNameBytesMax) return name;
  // The end of a name says what it is.
  const size_t dot = name.rfind('.');
  const std::string ending = dot != std::string::npos && name.size() - dot <= 16 ? name.substr(dot) : "";
  size_t kept = kNameBytesMax - ending.size();
  while (kept > 0 && (static_cast<unsigned char>(name[kept]) & 0xC0) == 0x80) --kept;
  return name.substr(0, kept) + ending;
}

}  // namespace kith::cli
