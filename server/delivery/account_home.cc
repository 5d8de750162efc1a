// SPDX-License-Identifier: AGPL-3.0-or-later

// How a message comes into an account's inboxes, at the loop that owns it:
//
//   1  load the account; compare the set of devices (DEVICE-1)
//   2  who has it already? A repeated message keeps its first server time
//   3  is there room with everybody, in the sender's share? Either all devices get it, or none
//   4  append to each inbox: connected devices have it now; of a blocked sender's message they have an empty entry, so
//      that it takes the time that any other takes (SEND-4)
//   5  wait until each is confirmed or durable (SEND-2)
//
// Order (ORDER-1): nothing waits before the loop is entered, which runs what enters in order; an account that must be
// loaded first lets its waiters go on in order.
#include "server/delivery/account_home.h"

#include <algorithm>

#include "server/delivery/shard.h"

namespace kith {
namespace {

using Kind = SendOutcome::Kind;

SendOutcome because(Kind kind) {
  SendOutcome outcome;
  outcome.kind = kind;
  return outcome;
}

SendOutcome because(StoreError error) {
  return because(error == StoreError::kNotFound ? Kind::kNoSuchAccount : Kind::kStoreAway);
}

SendOutcome stale(const Account& to, DeviceDifference difference) {
  SendOutcome outcome = because(Kind::kStaleDevices);
  outcome.revision = to.revision;
  outcome.difference = std::move(difference);
  return outcome;
}

DeviceDifference difference_of(const Account& to, const IncomingSend& send) {
  std::array<DeviceId, kDevicesMax> named;
  for (size_t i = 0; i < send.copy_count; ++i) named[i] = send.copies[i].device;
  const DeviceId except = send.to == send.from.account ? send.from.device : DeviceId{};
  return compare_devices(to, std::span(named).first(send.copy_count), except);
}

Kind kind_of(DeviceInbox::Room room) {
  switch (room) {
    case DeviceInbox::Room::kInboxFull: return Kind::kInboxFull;
    case DeviceInbox::Room::kStoreFull: return Kind::kStoreFull;
    default: return Kind::kBusy;
  }
}

}  // namespace

// Step 2. A message that an earlier run of the server may have stored is told by the store only: answers the first copy
// that is to be asked about; null: all are known.
AccountHome::Known* AccountHome::look(Account& to, const IncomingSend& send, std::span<Known> known) {
  for (size_t i = 0; i < send.copy_count; ++i) {
    Known& copy = known[i];
    copy.inbox = to.device(send.copies[i].device)->inbox.get();
    const DeviceInbox::Seen seen = copy.inbox->seen(send.id, send.from, copy.time);
    if (seen == DeviceInbox::Seen::kUnsure && !copy.asked_store) return &copy;
    copy.repeated = copy.stored || seen == DeviceInbox::Seen::kRepeated;
  }
  return nullptr;
}

// Step 3.
std::optional<Kind> AccountHome::refusal(const Account& to, const IncomingSend& send, std::span<const Known> known) {
  const AccountId& sender = send.from.account;
  for (size_t i = 0; i < send.copy_count; ++i) {
    if (known[i].repeated) continue;
    const DeviceInbox& inbox = *known[i].inbox;
    const size_t bytes = send.copies[i].payload.size();
    // Who is a stranger is asked only where it matters.
    if (!inbox.has_share(sender, bytes) && to.is_stranger(sender)) return Kind::kInboxFull;
    const auto room = inbox.room(bytes);
    if (room != DeviceInbox::Room::kEnough) return kind_of(room);
  }
  return std::nullopt;
}

// Step 4; `settlement` tells the rest.
void AccountHome::append(Shard& shard, Account& to, IncomingSend& send, std::span<const Known> known,
                         Settlement& settlement) {
  bool any_repeated = false;
  for (const Known& copy : known.first(send.copy_count)) {
    if (!copy.repeated) continue;
    // Not the lesser of this and the present time: the clock may have been set back since.
    send.server_time = any_repeated ? std::min(send.server_time, copy.time) : copy.time;
    any_repeated = true;
  }
  const AccountId& sender = send.from.account;
  // The sender must not learn that it is blocked: one tick, for ever.
  const bool blocked = to.blocks(sender);
  IncomingMessage message{send.id, send.from, send.server_time, {}, send.receipt_number, send.life_ms};
  for (size_t i = 0; i < send.copy_count; ++i) {
    if (known[i].repeated) {
      ++shard.counters().messages_repeated;
      known[i].inbox->wait_for(send.id, send.from, settlement);
      continue;
    }
    message.payload = std::move(send.copies[i].payload);
    known[i].inbox->append(message, settlement.add(), blocked);
  }
  if (sender != to.id && !blocked) to.remember_peer(sender);
}

Task<SendOutcome> AccountHome::take(IncomingSend send) {
  Shard& shard = shards_.of(send.to);
  Settlement settlement(shards_.of(send.from.account).executor());
  co_await enter(shard.executor());
  std::array<Known, kDevicesMax> known;
  for (;;) {
    Account* to = shard.find(send.to);
    if (to == nullptr) {
      const auto loaded = co_await shard.account(send.to);
      if (!loaded) co_return because(loaded.error());
      to = *loaded;
    }
    if (!to->has_active_device()) co_return because(Kind::kNoSuchAccount);
    DeviceDifference difference = difference_of(*to, send);
    if (!difference.none()) co_return stale(*to, std::move(difference));

    if (Known* const unsure = look(*to, send, known)) {
      const auto stored = co_await unsure->inbox->find_stored(send.id, send.from);
      if (!stored) co_return because(stored.error());
      unsure->asked_store = true;
      unsure->stored = stored->has_value();
      unsure->time = stored->value_or(UnixMicros{});
      continue;  // from the start: the account may have changed meanwhile
    }
    if (const auto refused = refusal(*to, send, known)) {
      if (*refused == Kind::kInboxFull) ++shard.counters().inbox_full;
      co_return because(*refused);
    }
    append(shard, *to, send, known, settlement);
    break;
  }

  const Settled settled = co_await settlement;
  if (settled == Settled::kSafe) {
    SendOutcome outcome = because(Kind::kAccepted);
    outcome.server_time = send.server_time;
    co_return outcome;
  }
  if (settled == Settled::kEnded) {
    co_await enter(shard.executor());
    const auto loaded = co_await shard.account(send.to);
    if (loaded) co_return stale(**loaded, difference_of(**loaded, send));
  }
  co_return because(settled == Settled::kFull ? Kind::kStoreFull : Kind::kStoreAway);
}

void AccountHome::note_written(AccountId writer, AccountId to) { shards_.of(writer).note_written(writer, to); }

Task<void> AccountHome::show_typing(AccountId from, AccountId to, bool active) {
  Shard& home = shards_.of(from);
  const Account* const sender = home.in_memory(from);
  if (sender == nullptr || sender->blocks(to)) co_return;
  Shard& shard = shards_.of(to);
  co_await enter(shard.executor());
  // An account that is not in memory has no session.
  const Account* const addressee = shard.in_memory(to);
  if (addressee != nullptr && addressee->connected() && !addressee->blocks(from)) {
    wire::ServerFrame frame;
    frame.mutable_typing()->set_from_account(from.bytes());
    frame.mutable_typing()->set_active(active);
    shard.send_to_sessions(to, frame);
  }
  co_await enter(home.executor());
}

Task<void> AccountHome::tell_prekeys_low(DeviceAddress device, uint32_t remaining) {
  Shard& shard = shards_.of(device.account);
  co_await enter(shard.executor());
  wire::ServerFrame frame;
  frame.mutable_prekeys_low()->set_remaining(remaining);
  shard.send_to_session(device, frame);
}

Task<Result<ShownOfProfile, StoreError>> AccountHome::shows(AccountId account, AccountId viewer) {
  Shard& shard = shards_.of(account);
  co_await enter(shard.executor());
  const auto owner = co_await shard.account(account);
  if (!owner) co_return Fail(owner.error());
  co_return (*owner)->shows_to(viewer);
}

Task<Result<AccountHome::Standing, StoreError>> AccountHome::standing(DeviceAddress device, Bytes token_hash) {
  Shard& shard = shards_.of(device.account);
  co_await enter(shard.executor());
  const auto account = co_await shard.account(device.account);
  if (!account && account.error() != StoreError::kNotFound) co_return Fail(account.error());
  if (!account || device.device > (*account)->last_device) co_return Standing::kNeverHere;
  const Device* const found = (*account)->device(device.device);
  if (found == nullptr) co_return Standing::kEnded;
  if (!equal_in_constant_time(BytesView(found->token_hash.data(), found->token_hash.size()), token_hash))
    co_return Standing::kUnknown;
  co_return found->active ? Standing::kActive : Standing::kInactive;
}

Task<void> AccountHome::set_devices(AccountRecord record, DeviceId published_by) {
  Shard& shard = shards_.of(record.id);
  co_await enter(shard.executor());
  if (published_by.value != 0) {
    std::vector<AccountId> told{record.id};
    if (const Account* const account = shard.in_memory(record.id)) {
      if (account->recent_peers) told.insert(told.end(), account->recent_peers->begin(), account->recent_peers->end());
      if (account->subscribers) {
        for (const Subscriber& subscriber : *account->subscribers) told.push_back(subscriber.viewer.account);
      }
    }
    std::sort(told.begin(), told.end());
    told.erase(std::unique(told.begin(), told.end()), told.end());
    for (const AccountId& each : told)
      shard.send_account_changed(each, {record.id, published_by}, record.device_list_revision);
  }
  shard.apply(record);
  for (size_t i = 0; i < shards_.size(); ++i) {
    Shard& each = shards_.at(i);
    each.executor().post(std::move_only_function<void()>(
        [&each, id = record.id, revision = record.device_list_revision] { each.groups().list_changed(id, revision); }));
  }
}

Task<Result<std::vector<DeviceId>, StoreError>> AccountHome::connected(AccountId id) {
  Shard& shard = shards_.of(id);
  co_await enter(shard.executor());
  const auto account = co_await shard.account(id);
  if (!account) co_return Fail(account.error());
  std::vector<DeviceId> connected;
  for (const Device& device : (*account)->devices) {
    if (device.inbox && device.inbox->session() != nullptr) connected.push_back(device.id);
  }
  co_return connected;
}

Task<void> AccountHome::set_privacy(AccountId account, PrivacyRecord privacy) {
  Shard& shard = shards_.of(account);
  co_await enter(shard.executor());
  shard.apply(account, std::move(privacy));
}

}  // namespace kith
