// SPDX-License-Identifier: AGPL-3.0-or-later

// One message from a device to an account: the heart of the server. Other kinds of target (groups, several accounts) are
// part of the protocol, and refused by name until they are here.
//
// Invariant (SEND-2): Accepted leaves only when for every device of the addressee the message is confirmed by the
// device, or durable. Whatever was neither was never acknowledged, and the sender sends it again with the same id,
// which changes nothing where it had arrived (SEND-1).
//
//   1  at the sender's loop: check the form, take the server time
//   2  at the addressee's loop: load the account; compare the set of devices (DEVICE-1)
//   3  who has it already? A repeated message keeps its first server time
//   4  is there room with everybody, in the sender's share? Either all devices get it, or none
//   5  append to each inbox: connected devices have it now; of a blocked sender's message they have an empty entry, so
//      that it takes the time that any other takes
//   6  wait until each is confirmed or durable; answer at the sender's loop
//
// Order (ORDER-1): nothing waits between taking the server time and entering the addressee's loop, which runs what
// enters in order; an account that must be loaded first lets its waiters go on in order. So messages of one device are
// appended in the order they were sent.
#include <algorithm>
#include <array>

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

constexpr uint32_t kRetryFullInboxMs = 60'000;
constexpr uint32_t kRetryFullStoreMs = 5'000;
constexpr uint32_t kRetryBusyMs = 1'000;

// A send in its checked form. envelopes[i] is for devices[i].
struct Checked {
  MessageId id;
  AccountId to;
  std::array<DeviceId, kDevicesMax> devices;
  size_t count = 0;
  [[nodiscard]] std::span<const DeviceId> named() const { return {devices.data(), count}; }
};

// What is known of one device's copy: whether its inbox has it already.
struct Copy {
  bool asked_store = false;
  bool stored = false;
  UnixMicros time;
};

Outcome<Checked> check(const wire::Send& send) {
  const auto id = MessageId::from_bytes(send.message_id());
  if (!id || id->is_none()) return refuse(wire::kInvalidArgument, "message_id");
  if (send.has_group() || send.has_several()) return refuse(wire::kUnsupportedTarget, "to");
  const auto to = AccountId::from_bytes(send.account().account_id());
  if (!to) return refuse(wire::kInvalidArgument, "account_id");
  if (static_cast<size_t>(send.account().envelopes_size()) > kDevicesMax) return refuse(wire::kTooLarge, "envelopes");
  Checked checked{*id, *to, {}, 0};
  for (const wire::Envelope& envelope : send.account().envelopes()) {
    if (envelope.payload().empty()) return refuse(wire::kInvalidArgument, "envelopes.payload");
    if (envelope.payload().size() > kEnvelopeBytesMax) return refuse(wire::kTooLarge, "envelopes.payload");
    const DeviceId device{envelope.device_id()};
    if (std::find(checked.devices.begin(), checked.devices.begin() + checked.count, device) !=
        checked.devices.begin() + checked.count) {
      return refuse(wire::kInvalidArgument, "envelopes.device_id");
    }
    checked.devices[checked.count++] = device;
  }
  return checked;
}

// Answers name message and account as the send did.
wire::ServerFrame accepted(const wire::Send& send, UnixMicros server_time) {
  wire::ServerFrame frame;
  wire::Accepted& accepted = *frame.mutable_accepted();
  accepted.set_message_id(send.message_id());
  accepted.set_account(send.account().account_id());
  accepted.set_server_time_us(server_time.value);
  return frame;
}

wire::ServerFrame refused(const wire::Send& send, const Refusal& why) {
  wire::ServerFrame frame;
  wire::Refused& refused = *frame.mutable_refused();
  refused.set_message_id(send.message_id().substr(0, MessageId::kBytes));
  if (send.has_account()) refused.set_account(send.account().account_id().substr(0, AccountId::kBytes));
  refused.set_code(why.code);
  refused.set_detail(why.detail);
  refused.set_retry_after_ms(why.retry_after_ms);
  return frame;
}

wire::ServerFrame refused_stale(const wire::Send& send, Revision revision, const DeviceDifference& difference) {
  wire::ServerFrame frame = refused(send, {wire::kStaleDevices, "", 0});
  wire::StaleDevices& stale = *frame.mutable_refused()->mutable_stale_devices();
  stale.set_device_list_revision(revision.value);
  for (const DeviceId device : difference.missing) stale.add_missing(device.value);
  for (const DeviceId device : difference.extra) stale.add_extra(device.value);
  return frame;
}

Refusal refusal_of_room(DeviceInbox::Room room) {
  switch (room) {
    case DeviceInbox::Room::kInboxFull:
      return {wire::kInboxFull, "the addressee's inbox is at its bound", kRetryFullInboxMs};
    case DeviceInbox::Room::kStoreFull:
      return {wire::kServerFull, "the server's disk is at its bound", kRetryFullStoreMs};
    default: return {wire::kUnavailable, "too much waits for the disk", kRetryBusyMs};
  }
}

Refusal refusal_of_settled(Settled settled) {
  if (settled == Settled::kFull) return {wire::kServerFull, "the server's disk is at its bound", kRetryFullStoreMs};
  return {wire::kUnavailable, "the inbox store is away", kRetryBusyMs};
}

// Steps 3 to 5; nothing waits in here. Absent: appended, and `settlement` tells the rest.
std::optional<Refusal> append(Shard& shard, Account& to, const Checked& checked, DeviceAddress from,
                              std::span<const Copy> copies, wire::Send& send, UnixMicros& server_time,
                              Settlement& settlement) {
  std::array<DeviceInbox*, kDevicesMax> inboxes{};
  std::array<bool, kDevicesMax> repeated{};
  bool any_repeated = false;
  for (size_t i = 0; i < checked.count; ++i) {
    inboxes[i] = to.device(checked.devices[i])->inbox.get();
    UnixMicros first_time;
    if (inboxes[i]->seen(checked.id, from, first_time) == DeviceInbox::Seen::kRepeated) {
      repeated[i] = true;
    } else if (copies[i].stored) {
      repeated[i] = true;
      first_time = copies[i].time;
    }
    if (!repeated[i]) continue;
    // Not the lesser of this and the present time: the clock may have been set back since.
    server_time = any_repeated ? std::min(server_time, first_time) : first_time;
    any_repeated = true;
  }
  const bool known =
      from.account == to.id || to.has_contact(from.account) || shard.known_pairs().has(to.id, from.account);
  for (size_t i = 0; i < checked.count; ++i) {
    if (repeated[i]) continue;
    const auto room =
        inboxes[i]->room_for(from.account, known, send.account().envelopes(static_cast<int>(i)).payload().size());
    if (room == DeviceInbox::Room::kEnough) continue;
    if (room == DeviceInbox::Room::kInboxFull) ++shard.counters().inbox_full;
    return refusal_of_room(room);
  }
  // The sender must not learn that it is blocked: one tick, for ever.
  const bool blocked = to.blocks(from.account);
  IncomingMessage message{checked.id, from, server_time, {}, send.account().receipt_number(), send.life_ms()};
  for (size_t i = 0; i < checked.count; ++i) {
    if (repeated[i]) {
      ++shard.counters().messages_repeated;
      inboxes[i]->wait_for(checked.id, from, settlement);
      continue;
    }
    message.payload = std::move(*send.mutable_account()->mutable_envelopes(static_cast<int>(i))->mutable_payload());
    inboxes[i]->append(message, settlement.add(), blocked);
  }
  if (from.account != to.id && !blocked) to.remember_peer(from.account);
  return std::nullopt;
}

// Steps 2 to 6 without the way back.
Task<wire::ServerFrame> deliver(Services& services, DeviceAddress from, wire::Send send, Checked checked,
                                UnixMicros server_time) {
  Executor& home = services.shards.of(from.account).executor();
  Shard& shard = services.shards.of(checked.to);
  co_await enter(shard.executor());
  const DeviceId except = checked.to == from.account ? from.device : DeviceId{};
  std::array<Copy, kDevicesMax> copies;
  Settlement settlement(home);
  for (;;) {
    Account* to = shard.find(checked.to);
    if (to == nullptr) {
      const auto loaded = co_await shard.account(checked.to);
      if (!loaded) {
        if (loaded.error() == StoreError::kNotFound) co_return refused(send, {wire::kNoSuchAccount, "account_id", 0});
        co_return refused(send, refusal_of(loaded.error()));
      }
      to = *loaded;
    }
    if (!to->has_active_device()) co_return refused(send, {wire::kNoSuchAccount, "account_id", 0});
    const DeviceDifference difference = compare_devices(*to, checked.named(), except);
    if (!difference.none()) co_return refused_stale(send, to->revision, difference);

    // A message that an earlier run of the server may have stored: look, then start again, for the account may have
    // changed meanwhile.
    DeviceInbox* unsure = nullptr;
    size_t which = 0;
    for (size_t i = 0; i < checked.count && unsure == nullptr; ++i) {
      UnixMicros time;
      DeviceInbox* const inbox = to->device(checked.devices[i])->inbox.get();
      if (!copies[i].asked_store && inbox->seen(checked.id, from, time) == DeviceInbox::Seen::kUnsure) {
        unsure = inbox;
        which = i;
      }
    }
    if (unsure != nullptr) {
      const auto stored = co_await unsure->find_stored(checked.id, from);
      if (!stored) co_return refused(send, refusal_of(stored.error()));
      copies[which] = {true, stored->has_value(), stored->value_or(UnixMicros{})};
      continue;
    }

    const auto refusal = append(shard, *to, checked, from, copies, send, server_time, settlement);
    if (refusal) co_return refused(send, *refusal);
    break;
  }

  const Settled settled = co_await settlement;
  if (settled == Settled::kSafe) co_return accepted(send, server_time);
  if (settled == Settled::kEnded) {
    co_await enter(shard.executor());
    const auto loaded = co_await shard.account(checked.to);
    if (loaded) co_return refused_stale(send, (*loaded)->revision, compare_devices(**loaded, checked.named(), except));
  }
  co_return refused(send, refusal_of_settled(settled));
}

}  // namespace

Task<wire::ServerFrame> send_message(Services& services, DeviceAddress from, wire::Send send) {
  const auto checked = check(send);
  if (!checked) co_return refused(send, checked.error());
  Shard& home = services.shards.of(from.account);
  const UnixMicros server_time = home.server_time();
  home.known_pairs().add(from.account, checked->to);
  Task<wire::ServerFrame> delivery = deliver(services, from, std::move(send), *checked, server_time);
  wire::ServerFrame answer = co_await std::move(delivery);
  co_await enter(home.executor());
  co_return answer;
}

}  // namespace kith::handlers
