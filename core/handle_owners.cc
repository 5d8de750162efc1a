// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/handle_owners.h"

#include "base/limits.h"
#include "core/conversation_state.h"
#include "core/conversations.h"
#include "core/engine.h"

namespace kith::core {

bool HandleOwners::take(const Handle& handle, const AccountId& account) {
  HandlesTable& handles = engine_.store.handles;
  if (engine_.is_self(account) || handle == engine_.registration->handle)
    return engine_.is_self(account) && handle == engine_.registration->handle;
  const auto known = handles.account_of(handle);
  if (known == account) {
    handles.remove_claim(handle);
  } else {
    if (known && !handles.provisional(*known)) {
      handle_moved(handle, *known, account);
      return false;
    }
    if (handles.of(account).size() >= kHandlesMax) return false;
    if (known) resolve(*known, account);
  }
  handles.set(handle, account);
  return true;
}

void HandleOwners::resolve(const AccountId& provisional, const AccountId& account) {
  const bool merged = engine_.store.handles.adopt(provisional, account);
  engine_.outbox.redirect(provisional, account);
  engine_.profiles.look_again();
  engine_.changes.partner(account);
  if (const auto conversation = engine_.store.conversations.with(account)) tell_conversation(engine_, *conversation);
  engine_.privacy.tell_blocked(account);
  if (merged) engine_.changes.resync();  // there is no event for a conversation that is gone
}

void HandleOwners::handle_moved(const Handle& handle, const AccountId& known, const AccountId& account) {
  if (engine_.store.handles.claim_on(handle) == account) return;  // it was said before
  engine_.store.handles.set_claim(handle, account);
  engine_.store.device_lists.set_must_agree(account, true);
  engine_.changes.contacts();
  const bool shown = engine_.store.conversations.with(known).has_value();
  for (const AccountId& each : {known, account}) {
    auto conversation = engine_.store.conversations.with(each);
    if (!conversation && !shown) continue;
    if (!conversation)
      conversation = Conversations(engine_.store).open(each, engine_.connection.server_now(), engine_.random).id;
    engine_.changes.notice(*conversation, each, MessageKind::kHandleMoved, engine_.connection.server_now());
    engine_.changes.conversation(*conversation);
  }
  engine_.profiles.look_again();
}

void HandleOwners::agree(const AccountId& account) {
  HandlesTable& handles = engine_.store.handles;
  for (Handle handle = handles.claimed_by(account); !handle.is_none(); handle = handles.claimed_by(account)) {
    const auto before = handles.account_of(handle);
    handles.remove_claim(handle);
    handles.set(handle, account);
    if (engine_.store.contacts.find(handle)) {
      engine_.store.contacts.set_account(handle, account, engine_.clock.now());
      engine_.privacy.contacts_changed();
    }
    if (before) engine_.changes.partner(*before);
  }
  engine_.store.device_lists.set_must_agree(account, false);
  engine_.outbox.release_all(account);
  engine_.repair.look_again();
  engine_.changes.partner(account);
  engine_.changes.contacts();
}

}  // namespace kith::core
