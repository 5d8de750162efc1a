// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/media_settings.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"

namespace kith::core {

namespace {

using client_api::Failure;

// What setting::kAutoFetch holds.
enum AutoFetchBit : int64_t { kPhotos = 1, kVoice = 2, kVideos = 4, kDocuments = 8 };
constexpr int64_t kAutoFetchUsual = kPhotos | kVoice;

AutoFetchBit bit_of(content::Media::Kind kind) {
  switch (kind) {
    case content::Media::kPhoto:
    case content::Media::kSticker: return kPhotos;
    case content::Media::kVoice: return kVoice;
    case content::Media::kVideo:
    case content::Media::kAnimation: return kVideos;
    default: return kDocuments;
  }
}

}  // namespace

bool MediaSettings::fetches(content::Media::Kind kind, uint64_t size) {
  const AutoFetchBit bit = bit_of(kind);
  const client_api::MediaLimits most = limits();
  return (settings_.integer(setting::kAutoFetch, kAutoFetchUsual) & bit) != 0 &&
         size <= (bit == kDocuments ? most.file_bytes_max() : most.media_bytes_max());
}

uint64_t MediaSettings::kept_files_max() {
  return static_cast<uint64_t>(settings_.integer(setting::kKeptFilesMax, kKeptUsual));
}

client_api::MediaLimits MediaSettings::limits() {
  client_api::MediaLimits limits;
  limits.set_file_bytes_max(static_cast<uint64_t>(settings_.integer(setting::kFileBytesMax, 100 * 1024 * 1024)));
  limits.set_media_bytes_max(static_cast<uint64_t>(settings_.integer(setting::kMediaBytesMax, 16 * 1024 * 1024)));
  limits.set_video_seconds_max(static_cast<uint32_t>(settings_.integer(setting::kVideoSecondsMax, 180)));
  limits.set_voice_seconds_max(static_cast<uint32_t>(settings_.integer(setting::kVoiceSecondsMax, 900)));
  return limits;
}

void MediaSettings::hear(const wire::Limits& limits) {
  const auto keep = [this](std::string_view name, uint64_t said, uint64_t most) {
    const auto value = static_cast<int64_t>(std::min(said, most));
    if (value > 0 && settings_.integer(name, 0) != value) settings_.set(name, value);
  };
  keep(setting::kFileBytesMax, limits.file_bytes_max(), kFileBytesMax);
  keep(setting::kMediaBytesMax, limits.media_bytes_max(), kFileBytesMax);
  keep(setting::kVideoSecondsMax, limits.video_seconds_max(), UINT32_MAX);
  keep(setting::kVoiceSecondsMax, limits.voice_seconds_max(), UINT32_MAX);
}

void MediaSettings::describe(client_api::Settings& settings) {
  const int64_t bits = settings_.integer(setting::kAutoFetch, kAutoFetchUsual);
  client_api::AutoFetch& fetch = *settings.mutable_auto_fetch();
  fetch.set_photos((bits & kPhotos) != 0);
  fetch.set_voice((bits & kVoice) != 0);
  fetch.set_videos((bits & kVideos) != 0);
  fetch.set_documents((bits & kDocuments) != 0);
  settings.set_kept_files_max(kept_files_max());
}

Result<bool, Refusal> MediaSettings::set(const client_api::SetSettingsRequest& what) {
  const uint64_t kept = what.kept_files_max();
  if (kept != 0 && (kept < kKeptMin || kept > INT64_MAX))
    return Refuse(Failure::kInvalidArgument, "kept_files_max: at least " + std::to_string(kKeptMin));
  if (what.has_auto_fetch()) {
    const client_api::AutoFetch& fetch = what.auto_fetch();
    int64_t bits = 0;
    for (const auto& [is_set, bit] : {std::pair(fetch.photos(), kPhotos), std::pair(fetch.voice(), kVoice),
                                      std::pair(fetch.videos(), kVideos), std::pair(fetch.documents(), kDocuments)}) {
      if (is_set) bits |= bit;
    }
    settings_.set(setting::kAutoFetch, bits);
  }
  if (kept != 0) {
    settings_.set(setting::kKeptFilesMax, static_cast<int64_t>(kept));
  }
  return kept != 0 || what.has_auto_fetch();
}

}  // namespace kith::core
