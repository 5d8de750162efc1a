// SPDX-License-Identifier: AGPL-3.0-or-later

// A file as it is sent: what it is, and what is sent in its place, by the program kith-media, which stands beside kith.
#pragma once

#include <string>

#include "base/random.h"
#include "cli/host.h"
#include "client_api/client_api.pb.h"

namespace kith::cli {

// What is at path() is there as long as this object.
class PreparedFile {
 public:
  struct Wanted {
    bool as_document = false;  // as it is, whatever it is
    bool voice = false;
    bool hd = false;
    bool profile = false;  // the photo of a profile
  };

  // A document when kith-media is not there, or does not know what it is. Runs the host's loop meanwhile.
  PreparedFile(Host& host, std::string path, const Wanted& wanted, RandomSource& random);
  ~PreparedFile();
  PreparedFile(const PreparedFile&) = delete;
  PreparedFile& operator=(const PreparedFile&) = delete;

  // All but its size.
  [[nodiscard]] const client_api::Media& about() const { return about_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::string made_;  // to be removed
  client_api::Media about_;
};

}  // namespace kith::cli
