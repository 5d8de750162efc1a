// SPDX-License-Identifier: AGPL-3.0-or-later

// Photos of groups: sealed files as those of messages are (files.h), of which the group's info says where they are.
//
//   set by this device   send() ── files: to the server ──▶ done: GroupChanges offers the change that says it
//   said by a change     follow() ── files: from the server ──▶ Group.photo
//
// Which photo a group has is in its row (groups_table.h), as its state says it. What was sent and is no group's when
// nobody works at it any more goes, here and on the server, also after a crash in between.
//
// Security: who is a member and may say what the group is called says its photo, in a signed change (GROUP-2); nobody
//           else has the key. What is larger than a photo may be is none, and is not fetched.
// Source:   PHOTO-6 and PHOTO-7 in docs/protocol.md.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "core/refusal.h"
#include "core/store/groups_table.h"
#include "core/store/messages_table.h"
#include "core/timers.h"
#include "crypto/media.h"

namespace kith::core {

struct Engine;

class GroupPhotos {
 public:
  using Done = std::function<void(Result<void, Refusal>)>;
  // So often the server is asked for those of groups of which this account is an admin: so they stay there.
  static constexpr uint64_t kAskDays = 7;
  static constexpr uint64_t kAgainMs = 60'000;

  explicit GroupPhotos(Engine& engine);

  // The host has sealed it on this device. It goes to the server, which may take a while; then `done`, once.
  void send(const crypto::SealedFile& file, Done done);
  // What was sent is kept for as long as whoever works at it, too.
  void keep_for(const FileName& name, std::weak_ptr<void> holder) { held_[name] = std::move(holder); }
  // Whether it is on its way to be a group's photo.
  [[nodiscard]] bool is_awaited(const FileName& name) const;

  // The group's row is written; before, it had this photo, which goes from the server too if this account has changed
  // it and had sent it.
  void follow(const GroupRow& row, const wire::GroupState& state, const FileName& before, bool is_own_change);

  // ---- from the files
  void is_there(const FileName& name) { answer(name, {}); }
  void failed(const FileName& name, FailureReason why);
  void moved(const FileName& name);

  void look_again() { look_ = true; }
  void pump();

 private:
  void answer(const FileName& name, Result<void, Refusal> result);
  void ask();
  void ask_next(std::vector<crypto::SealedFile> files);

  Engine& engine_;
  std::map<FileName, Done> sending_;
  std::map<FileName, std::weak_ptr<void>> held_;
  bool look_ = true;
  bool asking_ = false;
  Timer again_;
};

}  // namespace kith::core
