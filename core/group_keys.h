// SPDX-License-Identifier: AGPL-3.0-or-later

// The keys of others for groups (GROUP-6). What this device hands out is with group_sending.h and repair.h.
//
// Limits: of groups of which nothing is known yet, as when a key overtakes the welcome, kUnknownMax chains of keys, and
// kUnknownOfSenderMax of one account. Chains of a group that is forgotten go with it; those of one that this account
// has left, when nothing can come any more that was sent before (kInboxLifeSeconds).
#pragma once

#include "core/content_handler.h"

namespace kith::core {

struct Engine;

class GroupKeys final : public ContentHandler {
 public:
  static constexpr int64_t kUnknownMax = 256;
  static constexpr int64_t kUnknownOfSenderMax = 32;

  explicit GroupKeys(Engine& engine) : engine_(engine) {}

  // Nothing that is shown. A key of somebody who never was a member of a group that is known is dropped.
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  bool may_have_key(const GroupId& group, const AccountId& sender);

  Engine& engine_;
};

}  // namespace kith::core
