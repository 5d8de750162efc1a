// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_keys.h"

#include "core/engine.h"

namespace kith::core {

bool GroupKeys::may_have_key(const GroupId& group, const AccountId& sender) {
  const auto row = engine_.store.groups.find(group);
  if (!row || !row->known()) {
    GroupKeyTables& keys = engine_.store.group_keys;
    return keys.chains_of_unknown(sender) < kUnknownOfSenderMax && keys.chains_of_unknown() < kUnknownMax;
  }
  // By what is not here yet it may be a member; and what was sent while somebody was one may be read long after he has
  // left, or this account.
  return row->stale() || engine_.store.groups.member(group, sender).has_value();
}

bool GroupKeys::take(const IncomingContent& incoming) {
  const content::GroupKey& key = incoming.content.group_key();
  const auto group = GroupId::from_bytes(key.group_id());
  if (group && may_have_key(*group, incoming.sender.account))
    (void)engine_.group_cipher().take(*group, incoming.sender, key.key()).has_value();
  return true;
}

}  // namespace kith::core
