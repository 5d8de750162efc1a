// SPDX-License-Identifier: AGPL-3.0-or-later

// A server that lies about files: it changes what the true server answers to calls about them.
//
//   what is fetched    the bytes of another file, or of another part; one bit changed; the end missing, or more behind
//                      it; "there is no such file"
//   photos             it says to whoever asks where they are, whatever the account has said of who may see them
//   what is sent       more or less of it is there than is so; all of it is, of which the ledger is told: nobody can
//                      have that file then
#pragma once

#include <deque>
#include <map>

#include "client_api/host.pb.h"
#include "sim/dice.h"
#include "sim/surroundings.h"
#include "wire/api.pb.h"

namespace kith::sim {

class FileLiar {
 public:
  explicit FileLiar(Surroundings surroundings) : on_(surroundings) {}

  // Of a hundred answers so many are lies from now on.
  void start(uint64_t percent, uint64_t seed);
  // Says from now on where a photo is to whoever asks for the profile that has it, in the end as well: without its key
  // that says nothing.
  void show_photos() { shows_photos_ = true; }
  // Is honest again.
  void rest() { percent_ = 0; }
  // The true server has answered.
  void change(const client_api::HttpCall& call, uint32_t& status, Bytes& body);

 private:
  static constexpr size_t kKept = 16;

  void show_photo(const client_api::HttpCall& call, Bytes& body);
  void lie_about_bytes(uint32_t& status, Bytes& body);
  void lie_about_upload(wire::FileUpload& upload);

  Surroundings on_;
  Dice dice_;
  uint64_t percent_ = 0;
  bool shows_photos_ = false;
  std::map<Bytes, Bytes> photos_;  // account → what its profile says of its photo
  std::deque<Bytes> given_;        // what was fetched last, as it is
};

}  // namespace kith::sim
