// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/openings_view.h"

#include <algorithm>

#include "core/contents.h"
#include "core/store/store.h"

namespace kith::core {

std::vector<AccountId> receivers(Store& store, const MessageRow& message) {
  const auto conversation = store.conversations.find(message.conversation);
  if (!conversation) return {};
  if (const auto partner = conversation->direct_peer()) return {*partner};
  const auto group = conversation->group();
  if (!group) return {};
  const AccountId self = store.account.account_id();
  std::vector<AccountId> found;
  for (const GroupMemberRow& member : store.groups.members(*group)) {
    if (member.account != self && member.came <= message.group_revision) found.push_back(member.account);
  }
  return found;
}

bool may_have_opened(Store& store, const MessageRow& message, const AccountId& account) {
  const auto conversation = store.conversations.find(message.conversation);
  if (!conversation) return false;
  const auto group = conversation->group();
  if (!group) return conversation->direct_peer() == account;
  if (store.groups.was_member(*group, account, message.group_revision)) return true;
  const auto row = store.groups.find(*group);
  return row && row->stale() && !store.groups.member(*group, account);
}

std::vector<Opening> opened_by(Store& store, const MessageRow& message) {
  std::vector<Opening> found = store.openings.of(message.id);
  if (found.empty()) return found;
  const std::vector<AccountId> sent_to = receivers(store, message);
  std::erase_if(found, [&](const Opening& each) { return !std::ranges::binary_search(sent_to, each.account); });
  return found;
}

bool is_opened(Store& store, const MessageRow& message) {
  const auto media = contents::media_of(message);
  if (!media || !contents::can_be_opened(*media)) return false;
  if (media->view_once() && contents::was_opened(message)) return true;
  const std::vector<Opening> all = store.openings.of(message.id);
  const AccountId self = store.account.account_id();
  if (std::ranges::find(all, self, &Opening::account) != all.end()) return true;
  if (!message.outgoing) return false;
  const auto conversation = store.conversations.find(message.conversation);
  if (conversation && conversation->kind == ConversationKind::kSelf) return !media->view_once();
  if (all.empty()) return false;
  const std::vector<AccountId> sent_to = receivers(store, message);
  return !sent_to.empty() && std::ranges::all_of(sent_to, [&all](const AccountId& each) {
    return std::ranges::find(all, each, &Opening::account) != all.end();
  });
}

}  // namespace kith::core
