// SPDX-License-Identifier: AGPL-3.0-or-later

// LoopbackServer: messages to groups, and receipts for them, by the rules that the real server has (GROUP-3, GROUP-5).
#include "core/testing/loopback_server.h"
#include "crypto/group_signatures.h"
#include "wire/group_state.h"

namespace kith::core::testing {

wire::Refused LoopbackServer::refusal_in_group(const DeviceAddress& from, const wire::ToGroup& to) {
  wire::Refused refused;
  refused.set_group(to.group_id());
  const auto id = GroupId::from_bytes(to.group_id());
  const auto group = id ? groups.find(*id) : groups.end();
  if (group == groups.end() || !member_of(*group->second.state, from.account)) {
    refused.set_code(wire::kNoSuchGroup);
    return refused;
  }
  const wire::GroupState& state = *group->second.state;
  if (to.revision() != state.revision()) {
    refused.set_code(wire::kStaleGroup);
    refused.mutable_stale_group()->set_revision(state.revision());
    return refused;
  }
  if (!may_send(state, from.account)) {
    refused.set_code(wire::kNotAllowed);
    return refused;
  }
  std::vector<crypto::MemberList> lists;
  for (const auto& member : state.members()) {
    const AccountId account = *AccountId::from_bytes(member.account_id());
    lists.push_back({account, {accounts_.at(account).revision}});
  }
  if (crypto::group_lists_digest(lists) == to.lists_digest()) return refused;
  refused.set_code(wire::kStaleDevices);
  refused.mutable_stale_group()->set_revision(state.revision());
  for (const crypto::MemberList& list : lists) {
    wire::StaleGroup::MemberList& said = *refused.mutable_stale_group()->add_lists();
    said.set_account_id(list.account.bytes());
    said.set_device_list_revision(list.revision.value);
  }
  return refused;
}

void LoopbackServer::send_to_group(const DeviceAddress& from, Link link, const wire::Send& send) {
  const wire::ToGroup& to = send.group();
  wire::ServerFrame frame;
  *frame.mutable_refused() = refusal_in_group(from, to);
  frame.mutable_refused()->set_message_id(send.message_id());
  if (frame.refused().code() != wire::kErrorUnspecified) return put(link, frame);
  const MessageId id = *MessageId::from_bytes(send.message_id());
  Group& group = groups.at(*GroupId::from_bytes(to.group_id()));
  const auto [seen, is_new] = group.seen.emplace(std::pair(from, id), 0);
  if (is_new) seen->second = next_time();
  if (is_new) {
    wire::Entry entry;
    wire::IncomingMessage& message = *entry.mutable_message();
    message.set_message_id(send.message_id());
    message.set_from_account(from.account.bytes());
    message.set_from_device(from.device.value);
    message.set_server_time_us(seen->second);
    message.set_payload(to.payload());
    message.set_receipt_number(to.receipt_number());
    message.set_group_id(to.group_id());
    message.set_group_revision(to.revision());
    append_to_members(group, entry, from);
  }
  wire::Accepted& accepted = *frame.mutable_accepted();
  accepted.set_message_id(send.message_id());
  accepted.set_group(to.group_id());
  accepted.set_server_time_us(seen->second);
  put(link, frame);
}

void LoopbackServer::append_to_members(const Group& group, const wire::Entry& entry, const DeviceAddress& but) {
  for (const auto& member : group.state->members()) {
    const AccountId account = *AccountId::from_bytes(member.account_id());
    for (const auto& [number, device] : accounts_.at(account).devices) {
      if (device.active && DeviceAddress{account, {number}} != but) append({account, {number}}, entry);
    }
  }
}

void LoopbackServer::read_in_group(const DeviceAddress& from, Link link, const wire::Send& send) {
  const wire::ReadInGroup& read = send.read_in_group();
  wire::ServerFrame frame;
  const auto id = GroupId::from_bytes(read.group_id());
  const auto group = id ? groups.find(*id) : groups.end();
  if (group == groups.end() || !member_of(*group->second.state, from.account)) {
    frame.mutable_refused()->set_message_id(send.message_id());
    frame.mutable_refused()->set_group(read.group_id());
    frame.mutable_refused()->set_code(wire::kNoSuchGroup);
    return put(link, frame);
  }
  for (const wire::ReadInGroup::Run& run : read.runs()) {
    const auto account = AccountId::from_bytes(run.account());
    if (!account || !accounts_.contains(*account)) continue;
    group_receipt(*id, from.account, {*account, {run.device_id()}},
                  {run.first_number(), run.last_number(), run.marks()}, true);
  }
  frame.mutable_accepted()->set_message_id(send.message_id());
  frame.mutable_accepted()->set_group(read.group_id());
  frame.mutable_accepted()->set_server_time_us(next_time());
  put(link, frame);
}

void LoopbackServer::group_receipt(const GroupId& group, const AccountId& by, const DeviceAddress& sender,
                                   const wire::ReceiptRun& run, bool read) {
  if (by == sender.account) return;
  wire::Entry entry;
  wire::GroupReceipt& receipt = *entry.mutable_group_receipt();
  receipt.set_group_id(group.bytes());
  receipt.set_sender_device(sender.device.value);
  wire::GroupReceipt::Run& said = *receipt.add_runs();
  said.set_first_number(run.first);
  said.set_last_number(run.last);
  said.set_marks(run.marks);
  said.set_read(read);
  said.set_accounts(by.bytes());
  for (const auto& [number, device] : accounts_.at(sender.account).devices) {
    if (device.active) append({sender.account, {number}}, entry);
  }
}

}  // namespace kith::core::testing
