// SPDX-License-Identifier: AGPL-3.0-or-later

// Settings, by name: everything small that has no table of its own.
//
//   settings   name TEXT PRIMARY KEY, value: INTEGER
//
// Names are constants here, each with its meaning, so that no two parts use one for different things.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/store/database.h"

namespace kith::core {

namespace setting {
// 0/1; 1 when absent. Send and show read receipts
inline constexpr std::string_view kReadReceipts = "read_receipts";
// Client_api.Settings.Scope; kEveryone when absent
inline constexpr std::string_view kLastSeenScope = "last_seen_scope";
inline constexpr std::string_view kAboutScope = "about_scope";  // the same
inline constexpr std::string_view kPhotoScope = "photo_scope";  // the same
// 0/1; 0 when absent: previews are made of links that are written
inline constexpr std::string_view kLinkPreviews = "link_previews";
inline constexpr std::string_view kHasPin = "has_pin";  // 0/1: the account has a registration PIN
// 0/1: scopes, contacts or blocks changed and the server does not know yet
inline constexpr std::string_view kPrivacyToSend = "privacy_to_send";
// 0/1: when the server knows the scopes, partners have to be told to look at the profile, for its photo's has changed
inline constexpr std::string_view kPhotoToTell = "photo_to_tell";
// When the server was last asked for the own profile's photo (PHOTO-5), by this device's clock; 0 when absent
inline constexpr std::string_view kPhotoAskedUs = "photo_asked_us";
// The same of the photos of groups (PHOTO-7)
inline constexpr std::string_view kGroupPhotosAskedUs = "group_photos_asked_us";
// 0: the server has the own profile; 1: it has to be sent there; 2: another device changed it, and has sent it if all
// goes well, so that it is only sent when the server has another one
inline constexpr std::string_view kProfileToSend = "profile_to_send";
// When the server last said which of the account's devices was there when; 0 when absent
inline constexpr std::string_view kDevicesAskedUs = "devices_asked_us";
// How many kinds of registers, and settings among them, the version knew that has applied all that there are; 0 when
// absent
inline constexpr std::string_view kStatesKnown = "states_known";
// Microseconds since 1970: the hybrid logical clock (store/stamp.h), without its counter
inline constexpr std::string_view kStateClockUs = "state_clock_us";
// 0/1: the other devices have to be asked for all registers
inline constexpr std::string_view kStateToAsk = "state_to_ask";
// 0/1: this device has just joined the account, and asks the server once how its privacy is set
inline constexpr std::string_view kPrivacyToFetch = "privacy_to_fetch";
// How many kinds of content the version knew that has looked at all kUnsupported messages; 0 when absent
inline constexpr std::string_view kKindsKnown = "kinds_known";
// What of files is fetched when it comes: bits (files.h); all but videos and documents when absent
inline constexpr std::string_view kAutoFetch = "auto_fetch";
// Bytes of files that are kept on this device
inline constexpr std::string_view kKeptFilesMax = "kept_files_max";
// The server's limits for files, as it has told them last (wire.Limits)
inline constexpr std::string_view kFileBytesMax = "file_bytes_max";
inline constexpr std::string_view kMediaBytesMax = "media_bytes_max";
inline constexpr std::string_view kVideoSecondsMax = "video_seconds_max";
inline constexpr std::string_view kVoiceSecondsMax = "voice_seconds_max";
// 0/1; 0 when absent: the server fetches links, as it has told last
inline constexpr std::string_view kLinkFetching = "link_fetching";
}  // namespace setting

class SettingsTable {
 public:
  explicit SettingsTable(Database& database) : database_(database) {}

  int64_t integer(std::string_view name, int64_t absent);
  void set(std::string_view name, int64_t value);

 private:
  Database& database_;
};

}  // namespace kith::core
