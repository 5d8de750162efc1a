// SPDX-License-Identifier: AGPL-3.0-or-later

// kith-media: says what a file is and prepares it for sending, for `kith send --file`. A program of its own, so that
// kith does not load the libraries that decode pictures and films with every command, and does not end with them.
//
//   kith-media FILE TARGET [--hd] [--voice] [--profile]
//
// Standard output: a serialized client_api.Media. Exit code 0: TARGET is to be sent; 10: FILE itself is; 11: it is a
// document; 2: used wrongly.
#include <vips/vips.h>

#include <iostream>
#include <string_view>

#include "media_tool/prepared.h"

namespace {

constexpr int kWritten = 0;
constexpr int kAsItIs = 10;
constexpr int kDocument = 11;
constexpr int kUsage = 2;

}  // namespace

int main(int count, char** words) {
  using namespace kith::media_tool;
  Wanted wanted;
  bool profile = false;
  if (count < 3) return kUsage;
  for (int i = 3; i < count; ++i) {
    const std::string_view word(words[i]);
    if (word == "--hd") {
      wanted.side_max = 2560;
    } else if (word == "--voice") {
      wanted.voice = true;
    } else if (word == "--profile") {
      profile = true;
    } else {
      return kUsage;
    }
  }
  if (VIPS_INIT(words[0]) != 0) return kDocument;
  vips_concurrency_set(1);
  // Only decoders that were made for files of strangers.
  vips_block_untrusted_set(TRUE);
  if (profile) {
    const auto photo = prepare_profile_photo(words[1], words[2]);
    if (!photo) return kDocument;
    std::cout << photo->about.SerializeAsString() << std::flush;
    return kWritten;
  }
  auto prepared = wanted.voice ? std::nullopt : prepare_picture(words[1], words[2], wanted);
  if (!prepared) prepared = prepare_recording(words[1], words[2], wanted);
  if (!prepared) return kDocument;
  std::cout << prepared->about.SerializeAsString() << std::flush;
  return prepared->is_written ? kWritten : kAsItIs;
}
