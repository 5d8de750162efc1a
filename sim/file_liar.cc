// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/file_liar.h"

#include "sim/ledger.h"
#include "sim/scheduler.h"
#include "sim/trace.h"

namespace kith::sim {

void FileLiar::start(uint64_t percent, uint64_t seed) {
  dice_.reseed(seed, 9);
  percent_ = percent;
}

void FileLiar::change(const client_api::HttpCall& call, uint32_t& status, Bytes& body) {
  if (shows_photos_ && status == 200 && call.url().ends_with("/profile")) show_photo(call, body);
  if (percent_ == 0 || call.url().find("/v1/files") == std::string::npos) return;
  if (call.method() == "GET" && (status == 200 || status == 206)) {
    given_.push_back(body);
    if (given_.size() > kKept) given_.pop_front();
    if (dice_.percent(percent_)) lie_about_bytes(status, body);
  } else if (wire::FileUpload upload;
             call.method() == "POST" && upload.ParseFromString(body) && upload.size() != 0 && dice_.percent(percent_)) {
    lie_about_upload(upload);
    body = upload.SerializeAsString();
  }
}

void FileLiar::show_photo(const client_api::HttpCall& call, Bytes& body) {
  wire::Profile profile;
  if (!profile.ParseFromString(body) || profile.account_id().empty()) return;
  if (call.method() == "PUT") photos_[profile.account_id()] = profile.photo();
  if (const auto photo = photos_.find(profile.account_id()); photo != photos_.end()) profile.set_photo(photo->second);
  body = profile.SerializeAsString();
}

void FileLiar::lie_about_bytes(uint32_t& status, Bytes& body) {
  on_.trace.note(on_.scheduler.now(), "liar", "lies about what is in a file");
  switch (dice_.below(6)) {
    case 0:
    case 1: body = given_[dice_.below(given_.size())]; return;
    case 2: body[dice_.below(body.size())] ^= static_cast<char>(1 << dice_.below(8)); return;
    case 3: body.resize(dice_.below(body.size())); return;
    case 4: body += dice_.bytes(dice_.between(1, 1000)); return;
    case 5:
      status = 404;
      body.clear();
      return;
  }
}

void FileLiar::lie_about_upload(wire::FileUpload& upload) {
  on_.trace.note(on_.scheduler.now(), "liar", "lies about how much of a file is there");
  const uint64_t there = upload.offset();
  upload.set_offset(dice_.percent(20) ? upload.size() : dice_.below(upload.size()));
  if (upload.offset() == upload.size() && there != upload.size())
    on_.ledger.files().is_kept_away(to_hex(upload.file_id()));
}

}  // namespace kith::sim
