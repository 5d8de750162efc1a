// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/new_registration.h"

#include <utility>

#include "base/limits.h"
#include "base/utf8.h"
#include "core/engine.h"

namespace kith::core {

bool is_device_name(std::string_view text) { return text.size() <= kDeviceNameBytesMax && is_utf8(text); }

void take_registration(Engine& engine, Registration now, Revision revision) {
  // What was begun with another account is not this one's.
  if (engine.registration && engine.registration->account != now.account) {
    engine.store.registers.remove_all();
    engine.store.clearings.remove_all();
    engine.store.lists.remove_all();
    engine.store.groups.remove_all();
  }
  engine.connection.leave();  // what it waits for concerns the device before
  engine.connection.own_list_agrees();
  // Whatever was encrypted for the device before is of no use to this one.
  engine.store.signal.remove_everything();
  engine.store.group_keys.reset();
  engine.store.outbox.reset();
  engine.store.receipts.clear_withheld();
  engine.store.device_lists.remove(now.account);
  engine.store.account.set_registration(now);
  engine.store.signal.forget_identity();
  Progress& progress = engine.progress;
  progress.confirmed_position = {};
  progress.keys_published = false;
  progress.standing = Standing::kKnown;
  progress.device_list_revision = revision;
  engine.store.account.set_progress(progress);
  engine.registration = std::move(now);
  engine.outbox.reload();
  engine.own_state.begin_anew();
}

bool make_publication(Engine& engine, bool with_list, wire::PublishKeysRequest& body) {
  const Registration& own = *engine.registration;
  if (!engine.prekeys.make(body, Prekeys::kTarget, true)) return false;
  if (with_list) {
    const auto list = engine.store.device_lists.find(own.account);
    if (!list) return false;
    body.mutable_device_list()->set_device_list(list->device_list);
    body.mutable_device_list()->set_signature(list->signature);
  }
  body.set_registration_id(own.registration_id);
  body.set_identity_key(own.identity.public_key);
  return true;
}

}  // namespace kith::core
