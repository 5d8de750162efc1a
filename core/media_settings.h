// SPDX-License-Identifier: AGPL-3.0-or-later

// What this device does with files, and what its server takes: settings of this device alone.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <cstdint>

#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/refusal.h"
#include "core/store/settings_table.h"
#include "wire/frames.pb.h"

namespace kith::core {

class MediaSettings {
 public:
  static constexpr uint64_t kKeptMin = 16 * 1024 * 1024;
  static constexpr uint64_t kKeptUsual = uint64_t{4} * 1024 * 1024 * 1024;

  explicit MediaSettings(SettingsTable& settings) : settings_(settings) {}

  // The server's, as it has told them last (F11, F15); until then those that are usual.
  [[nodiscard]] client_api::MediaLimits limits();
  void hear(const wire::Limits& limits);

  // Whether a file of this kind and size is fetched when it comes.
  [[nodiscard]] bool fetches(content::Media::Kind kind, uint64_t size);
  // Bytes of files that are kept on this device.
  [[nodiscard]] uint64_t kept_files_max();
  void describe(client_api::Settings& settings);
  // Whether something is another than before. Errors: kInvalidArgument.
  Result<bool, Refusal> set(const client_api::SetSettingsRequest& what);

 private:
  SettingsTable& settings_;
};

}  // namespace kith::core
