// SPDX-License-Identifier: AGPL-3.0-or-later

// kith-media: says what a file is and prepares it for sending, for `kith send --file`, and what a web page says of
// itself, for `kith send --preview`. A program of its own, so that
// kith does not load the libraries that decode pictures and films with every command, and does not end with them.
//
//   kith-media FILE TARGET [--hd] [--voice] [--profile]
//   kith-media --thumbnail FILE
//   kith-media --page FILE URL CONTENT_TYPE
//
// Standard output: a serialized client_api.Media, and of --thumbnail the size of its thumbnail. Exit code 0: TARGET is
// to be sent; 10: FILE itself is; 11: it is a document; 2: used wrongly. Of --page: three lines, title, description and
// the address of a picture, each of which may be empty.
#include <sys/resource.h>
#include <vips/vips.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>

#include "media_tool/page.h"
#include "media_tool/prepared.h"

namespace {

constexpr int kWritten = 0;
constexpr int kAsItIs = 10;
constexpr int kDocument = 11;
constexpr int kUsage = 2;

// A page is small, and a stranger's: what takes longer, or more, was made to.
constexpr rlimit kPageSeconds = {10, 10};
constexpr rlimit kPageMemory = {size_t{1} << 30, size_t{1} << 30};

int say_page(const char* path, const char* url, const char* content_type) {
  setrlimit(RLIMIT_CPU, &kPageSeconds);
  setrlimit(RLIMIT_AS, &kPageMemory);
  std::ifstream file(path, std::ios::binary);
  if (!file) return kDocument;
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const kith::media_tool::PageFacts facts = kith::media_tool::read_page(page, url, content_type);
  std::cout << facts.title << '\n' << facts.description << '\n' << facts.picture << '\n' << std::flush;
  return kWritten;
}

int say_thumbnail(const char* path) {
  const auto thumbnail = kith::media_tool::thumbnail(path);
  if (!thumbnail) return kDocument;
  std::cout << thumbnail->SerializeAsString() << std::flush;
  return kWritten;
}

}  // namespace

int main(int count, char** words) {
  using namespace kith::media_tool;
  Wanted wanted;
  bool profile = false;
  if (count < 3) return kUsage;
  if (std::string_view(words[1]) == "--page") return count == 5 ? say_page(words[2], words[3], words[4]) : kUsage;
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
  if (std::string_view(words[1]) == "--thumbnail") return say_thumbnail(words[2]);
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
