// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/server_connection.h"

#include "server/delivery/shard.h"
#include "sim/liar.h"
#include "wire/receipt_run.h"

namespace kith::sim {

ServerConnection::ServerConnection(ServerProcess& process, std::shared_ptr<Link> link)
    : VirtualConnection(process.homes()), process_(process), link_(std::move(link)) {
  link_->listen(End::kServer, {[this](const Bytes& bytes) {
                                 receive(bytes);
                                 process_.on_ready();
                               },
                               [this] {
                                 hang_up();
                                 process_.on_ready();
                               }});
}

void ServerConnection::on_frame(wire::ClientFrame& frame) {
  if (Liar* const liar = process_.liar(); liar != nullptr) {
    if (const auto code = liar->turns_away(device().account)) return refuse({*code, "token", 0});
    const auto lie = frame.has_send() ? liar->take(process_, device(), frame.send()) : std::nullopt;
    if (lie) return VirtualConnection::send(*lie);
  }
  if (frame.has_send()) look_at(*frame.mutable_send());
  VirtualConnection::on_frame(frame);
}

void ServerConnection::look_at(wire::Send& send) {
  if (send.account().receipt_number() != 0) {
    process_.numbers[{device(), *AccountId::from_bytes(send.account().account_id())}].emplace(
        send.account().receipt_number(), *MessageId::from_bytes(send.message_id()));
  }
  if (process_.mutation() == Mutation::kAnyListsDigest && send.has_group()) process_.agree_to(*send.mutable_group());
  if (process_.mutation() == Mutation::kForgetDedupe && process_.repeats(send)) {
    const Bytes id = process_.dice().id<MessageId>().bytes();
    renamed_.emplace(id, send.message_id());
    send.set_message_id(id);
  }
}

void ServerConnection::send(const wire::ServerFrame& frame) {
  const Bytes& id = frame.has_accepted() ? frame.accepted().message_id() : frame.refused().message_id();
  const auto renamed = renamed_.find(id);
  if (renamed == renamed_.end()) return VirtualConnection::send(frame);
  wire::ServerFrame changed = frame;
  if (changed.has_accepted()) {
    changed.mutable_accepted()->set_message_id(renamed->second);
  } else {
    changed.mutable_refused()->set_message_id(renamed->second);
  }
  VirtualConnection::send(changed);
}

void ServerConnection::deliver(std::span<const InboxEntry* const> entries) {
  if (process_.mutation() == Mutation::kReceiptsOverGaps) {
    for (const InboxEntry* const entry : entries) {
      InboxEntry changed = *entry;
      changed.body = make_body(over_gaps(*entry->body));
      const InboxEntry* const one = &changed;
      VirtualConnection::deliver({&one, 1});
    }
    return;
  }
  Liar* const liar = process_.liar();
  if (liar != nullptr && liar->renames(device().account)) {
    deliver_renamed(*liar, entries);
  } else {
    VirtualConnection::deliver(entries);
  }
  if (process_.mutation() == Mutation::kDeleteBeforeConfirmation && !entries.empty()) {
    loop().post([this, position = entries.back()->position] {
      if (is_attached()) process_.services().shards.of(device().account).confirm(device(), position);
    });
  }
}

void ServerConnection::deliver_renamed(Liar& liar, std::span<const InboxEntry* const> entries) {
  std::vector<wire::Entry> contents(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!contents[i].ParseFromString(Bytes(*entries[i]->body))) return VirtualConnection::deliver(entries);
  }
  liar.rename(device().account, contents);
  std::vector<InboxEntry> changed;
  for (size_t i = 0; i < entries.size(); ++i) {
    changed.push_back(*entries[i]);
    changed.back().body = make_body(contents[i].SerializeAsString());
  }
  std::vector<const InboxEntry*> all;
  for (const InboxEntry& entry : changed) all.push_back(&entry);
  VirtualConnection::deliver(all);
}

Bytes ServerConnection::over_gaps(BytesView bytes) const {
  wire::Entry entry;
  if (!entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !entry.has_delivery_receipt())
    return Bytes(bytes);
  wire::DeliveryReceipt& receipt = *entry.mutable_delivery_receipt();
  const DeviceAddress sender{device().account, {receipt.sender_device()}};
  const auto& numbers = process_.numbers[{sender, *AccountId::from_bytes(receipt.from_account())}];
  uint64_t first = receipt.first_number();
  uint64_t marks = receipt.marks();
  for (auto number = numbers.find(first - 1); number != numbers.end(); number = numbers.find(first - 1)) {
    --first;
    marks ^= wire::receipt_mark(number->second);
  }
  receipt.set_first_number(first);
  receipt.set_marks(marks);
  return entry.SerializeAsString();
}

void ServerConnection::abandon(bool cut) {
  if (cut) {
    link_->leave(End::kServer);
    link_->cut();
  } else {
    link_->close(End::kServer);
  }
  hang_up();
}

}  // namespace kith::sim
