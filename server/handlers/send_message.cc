// SPDX-License-Identifier: AGPL-3.0-or-later

// One message from a device to an account: the heart of the server. Messages to groups are in send_to_group.cc.
//
// Invariant (SEND-2): Accepted leaves only when for every device of the addressee the message is confirmed by the
// device, or durable. Whatever was neither was never acknowledged, and the sender sends it again with the same id,
// which changes nothing where it had arrived (SEND-1).
//
//   1  at the sender's loop: check the form, take the server time
//   2  at the addressee's home (server/delivery/account_home.cc): the set of devices, repetitions, room; append to each
//      inbox, or to none; wait until each device has confirmed it, or it is durable
//   3  answer at the sender's loop
//
// Order (ORDER-1): nothing waits between taking the server time and going to the addressee's home, which takes what
// comes in order. So messages of one device are appended in the order they were sent.
#include <algorithm>

#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"
#include "server/handlers/send_to_group.h"

namespace kith::handlers {
namespace {

constexpr uint32_t kRetryFullInboxMs = 60'000;
constexpr uint32_t kRetryFullStoreMs = 5'000;
constexpr uint32_t kRetryBusyMs = 1'000;

// Checks the form; takes the payloads out of the frame.
Outcome<IncomingSend> check(DeviceAddress from, wire::Send& send) {
  const auto id = MessageId::from_bytes(send.message_id());
  if (!id || id->is_none()) return refuse(wire::kInvalidArgument, "message_id");
  if (!send.has_account()) return refuse(wire::kUnsupportedTarget, "to");
  const auto to = AccountId::from_bytes(send.account().account_id());
  if (!to) return refuse(wire::kInvalidArgument, "account_id");
  if (static_cast<size_t>(send.account().envelopes_size()) > kDevicesMax) return refuse(wire::kTooLarge, "envelopes");
  IncomingSend checked;
  checked.id = *id;
  checked.from = from;
  checked.to = *to;
  checked.receipt_number = send.account().receipt_number();
  checked.life_ms = send.life_ms();
  for (wire::Envelope& envelope : *send.mutable_account()->mutable_envelopes()) {
    if (envelope.payload().empty()) return refuse(wire::kInvalidArgument, "envelopes.payload");
    if (envelope.payload().size() > kEnvelopeBytesMax) return refuse(wire::kTooLarge, "envelopes.payload");
    const DeviceId device{envelope.device_id()};
    const auto end = checked.copies.begin() + static_cast<std::ptrdiff_t>(checked.copy_count);
    if (std::any_of(checked.copies.begin(), end, [device](const auto& copy) { return copy.device == device; }))
      return refuse(wire::kInvalidArgument, "envelopes.device_id");
    checked.copies[checked.copy_count++] = {device, std::move(*envelope.mutable_payload())};
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

wire::ServerFrame answer_of(const wire::Send& send, const SendOutcome& outcome) {
  switch (outcome.kind) {
    case SendOutcome::Kind::kAccepted: return accepted(send, outcome.server_time);
    case SendOutcome::Kind::kNoSuchAccount: return refused(send, {wire::kNoSuchAccount, "account_id", 0});
    case SendOutcome::Kind::kStaleDevices: return refused_stale(send, outcome.revision, outcome.difference);
    case SendOutcome::Kind::kInboxFull:
      return refused(send, {wire::kInboxFull, "the addressee's inbox is at its bound", kRetryFullInboxMs});
    case SendOutcome::Kind::kStoreFull:
      return refused(send, {wire::kServerFull, "the server's disk is at its bound", kRetryFullStoreMs});
    case SendOutcome::Kind::kBusy:
      return refused(send, {wire::kUnavailable, "too much waits for the disk", kRetryBusyMs});
    case SendOutcome::Kind::kStoreAway: break;
  }
  return refused(send, {wire::kUnavailable, "a store is away", kRetryBusyMs});
}

Task<wire::ServerFrame> send_to_account(Services& services, DeviceAddress from, wire::Send send) {
  auto checked = check(from, send);
  if (!checked) co_return refused(send, checked.error());
  Shard& home = services.shards.of(from.account);
  checked->server_time = home.server_time();
  const AccountId to = checked->to;
  const bool by_a_person = checked->receipt_number != 0;  // TICK-1: what a device sends by itself has no number
  Task<SendOutcome> taking = services.home.take(std::move(*checked));
  const SendOutcome outcome = co_await std::move(taking);
  co_await enter(home.executor());
  if (by_a_person && outcome.kind == SendOutcome::Kind::kAccepted) services.home.note_written(from.account, to);
  co_return answer_of(send, outcome);
}

}  // namespace

Task<wire::ServerFrame> send_message(Services& services, DeviceAddress from, wire::Send send) {
  if (send.has_group()) return send_to_group(services, from, std::move(send));
  if (send.has_read_in_group()) return read_in_group(services, from, std::move(send));
  return send_to_account(services, from, std::move(send));
}

}  // namespace kith::handlers
