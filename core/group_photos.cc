// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_photos.h"

#include <utility>

#include "core/engine.h"
#include "core/group_info.h"
#include "wire/group_state.h"

namespace kith::core {

namespace {

using client_api::Failure;

constexpr uint64_t kDayUs = uint64_t{24} * 3600 * 1'000'000;

Failure::Code code_of(FailureReason why) {
  switch (why) {
    case FailureReason::kFileTooLarge: return Failure::kTooLarge;
    case FailureReason::kQuotaExceeded: return Failure::kQuotaExceeded;
    case FailureReason::kFileMissing: return Failure::kNoSuchFile;
    default: return Failure::kServer;
  }
}

}  // namespace

GroupPhotos::GroupPhotos(Engine& engine) : engine_(engine), again_(engine.timers) {}

// ---------------------------------------------------------------- set by this device

void GroupPhotos::send(const crypto::SealedFile& file, Done done) {
  if (!sending_.try_emplace(file.name(), std::move(done)).second)
    return done(Refuse(Failure::kInvalidArgument, "photo: is on its way already"));
  engine_.files.send_photo(file);
}

bool GroupPhotos::is_awaited(const FileName& name) const {
  const auto held = held_.find(name);
  return sending_.contains(name) || (held != held_.end() && !held->second.expired());
}

void GroupPhotos::answer(const FileName& name, Result<void, Refusal> result) {
  const auto found = sending_.find(name);
  if (found == sending_.end()) return;
  held_[name];  // unless somebody holds it from here on, it goes
  const Done done = std::move(found->second);
  sending_.erase(found);
  done(std::move(result));
}

void GroupPhotos::failed(const FileName& name, FailureReason why) {
  answer(name, Refuse(code_of(why), "photo: the server does not take it"));
}

// ---------------------------------------------------------------- said by changes

void GroupPhotos::follow(const GroupRow& row, const wire::GroupState& state, const FileName& before,
                         bool is_own_change) {
  if (before == row.photo_file) return;
  engine_.files.drop_photo(before, is_own_change);
  const auto info = open_group_info(row.id, row.info_key, state.sealed_info());
  if (info && info->photo) engine_.files.want_photo(*info->photo);
}

void GroupPhotos::moved(const FileName& name) {
  for (const GroupId& group : engine_.store.groups.with_photo(name)) {
    if (const auto conversation = engine_.store.conversations.with(group)) engine_.changes.conversation(*conversation);
  }
}

// ---------------------------------------------------------------- kept on the server

void GroupPhotos::ask() {
  const AccountId& self = engine_.registration->account;
  const auto now = static_cast<int64_t>(engine_.clock.now().value);
  const int64_t asked = engine_.store.settings.integer(setting::kGroupPhotosAskedUs, 0);
  if (asked <= now && asked + static_cast<int64_t>(kAskDays * kDayUs) > now) return;
  std::vector<crypto::SealedFile> files;
  for (const GroupId& group : engine_.store.groups.with(self)) {
    const auto row = engine_.store.groups.find(group);
    const auto member = engine_.store.groups.member(group, self);
    if (!row || row->photo_file.is_none() || !member || member->role != wire::kGroupAdmin) continue;
    if (const auto file = engine_.store.files.find(row->photo_file)) files.push_back(file->file);
  }
  asking_ = true;
  ask_next(std::move(files));
}

void GroupPhotos::ask_next(std::vector<crypto::SealedFile> files) {
  if (files.empty()) {
    asking_ = false;
    return engine_.store.settings.set(setting::kGroupPhotosAskedUs, static_cast<int64_t>(engine_.clock.now().value));
  }
  const crypto::SealedFile file = std::move(files.back());
  files.pop_back();
  engine_.http.call(
      "HEAD", "/v1/files/" + file.id.hex(), "", [this, file, files = std::move(files)](const HttpReply& reply) {
        if (!reply.ok() && reply.status != 404 && reply.status != 410) {
          asking_ = false;
          return again_.set(engine_.in_ms(kAgainMs), [this] { look_ = true; });
        }
        const FileName name = file.name();
        const auto row = engine_.store.files.find(name);
        const bool is_wanted = row && row->state == FileState::kHere && !engine_.store.groups.with_photo(name).empty();
        if (!reply.ok() && is_wanted) engine_.files.send_photo(file);
        ask_next(files);
      });
}

void GroupPhotos::pump() {
  for (auto each = held_.begin(); each != held_.end();) {
    if (!each->second.expired()) {
      ++each;
      continue;
    }
    const FileName name = each->first;
    each = held_.erase(each);
    engine_.files.drop_photo(name, true);
  }
  if (!look_ || asking_ || again_.is_set() || !engine_.connection.ready()) return;
  look_ = false;
  ask();
}

}  // namespace kith::core
