// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_welcomes.h"

#include <utility>

#include "core/contents.h"
#include "core/engine.h"
#include "wire/group_state.h"

namespace kith::core {

namespace {

void add_welcome(const GroupRow& row, content::GroupWelcome& welcome) {
  content::GroupWelcome::Group& said = *welcome.add_groups();
  said.set_group_id(row.id.bytes());
  said.set_revision(row.revision.value);
  said.set_change_digest(row.change_digest);
  said.set_info_key(row.info_key);
}

void tell_account(Engine& engine, const AccountId& account, const content::GroupWelcome& welcome) {
  OutboxRow item;
  item.message_id = engine.random.id<MessageId>();
  item.target = account;
  item.kind = OutboxKind::kGroupWelcome;
  item.content = contents::group_welcome(engine.clock.now(), welcome);
  engine.outbox.add(item);
}

}  // namespace

void GroupWelcomes::tell(const AccountId& account) {
  content::GroupWelcome welcome;
  for (const GroupId& group : engine_.store.groups.with(account)) {
    const auto row = engine_.store.groups.find(group);
    if (row && row->present && !row->info_key.empty() && welcome.groups_size() < kGroupsOfStranger)
      add_welcome(*row, welcome);
  }
  if (welcome.groups_size() > 0) tell_account(engine_, account, welcome);
}

void GroupWelcomes::tell(DeviceId device) {
  content::GroupWelcome welcome;
  size_t bytes = 0;
  const auto put = [&] {
    engine_.outbox.add_own(engine_.random.id<MessageId>(), OutboxKind::kGroupWelcome,
                           contents::group_welcome(engine_.clock.now(), std::exchange(welcome, {})), device);
    bytes = 0;
  };
  for (const GroupId& group : engine_.store.groups.with(engine_.registration->account)) {
    const auto row = engine_.store.groups.find(group);
    if (!row || row->info_key.empty()) continue;
    add_welcome(*row, welcome);
    bytes += welcome.groups().rbegin()->ByteSizeLong() + 4;
    if (bytes + 128 > kWelcomeBytesMax) put();
  }
  if (welcome.groups_size() > 0) put();
}

void GroupWelcomes::tell_new(const GroupRow& row, const wire::GroupState& state, const wire::GroupState* before,
                             const wire::GroupChange& change) {
  const Registration& own = *engine_.registration;
  if (change.author() != own.account.view() || change.author_device() != own.device.value) return;
  if (row.info_key.empty()) return;
  content::GroupWelcome welcome;
  add_welcome(row, welcome);
  for (const auto& member : state.members()) {
    const AccountId account = *AccountId::from_bytes(member.account_id());
    if (before != nullptr && member_of(*before, account) != nullptr) continue;
    if (account != own.account) {
      tell_account(engine_, account, welcome);
    } else if (engine_.may_have_other_devices()) {
      engine_.outbox.add_own(engine_.random.id<MessageId>(), OutboxKind::kGroupWelcome,
                             contents::group_welcome(engine_.clock.now(), welcome));
    }
  }
}

}  // namespace kith::core
