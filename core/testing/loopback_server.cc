// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/testing/loopback_server.h"

#include <algorithm>

#include "base/limits.h"

namespace kith::core::testing {

namespace {
constexpr int kEntriesPerFrame = 16;
constexpr size_t kEntryBytes = 16;  // of one in its frame, beside itself, and of the frame
}  // namespace

LoopbackServer::Link LoopbackServer::open_link() {
  links_.emplace(++last_link_, std::nullopt);
  return last_link_;
}

void LoopbackServer::close_link(Link link) {
  const auto found = links_.find(link);
  if (found == links_.end()) return;
  const std::optional<DeviceAddress> address = found->second;
  links_.erase(found);
  if (!address) return;
  Device* device = find(*address);
  if (!device || device->link != link) return;
  device->link = 0;
  device->last_active_us = clock_.now().value;
  if (device->available) {
    device->available = false;
    accounts_.at(address->account).last_seen_us = clock_.now().value;
    presence_changed(address->account);
  }
}

void LoopbackServer::restart() {
  std::vector<Link> open;
  for (const auto& [link, address] : links_) open.push_back(link);
  for (const Link link : open) {
    close_link(link);
    outgoing.push_back({link, std::nullopt});
  }
  for (auto& [id, account] : accounts_) {
    for (auto& [number, device] : account.devices) {
      ++device.epoch;
      device.sequence = 0;
    }
  }
}

void LoopbackServer::change_data_directory() {
  restart();
  std::swap(accounts_, other_accounts_);
  std::swap(server_id, other_server_id);
}

LoopbackServer::Account* LoopbackServer::account_of(const std::string& handle) {
  for (auto& [id, account] : accounts_) {
    if (std::ranges::find(account.handles, handle) != account.handles.end()) return &account;
  }
  return nullptr;
}

LoopbackServer::Device* LoopbackServer::device_of(const std::string& handle) {
  Account* account = account_of(handle);
  if (!account) return nullptr;
  for (auto& [id, device] : account->devices) {
    if (device.active) return &device;
  }
  return nullptr;
}

LoopbackServer::Device* LoopbackServer::find(const DeviceAddress& address) {
  const auto account = accounts_.find(address.account);
  if (account == accounts_.end()) return nullptr;
  const auto device = account->second.devices.find(address.device.value);
  return device == account->second.devices.end() ? nullptr : &device->second;
}

std::optional<DeviceAddress> LoopbackServer::authenticate(const Bytes& token) const {
  for (const auto& [id, account] : accounts_) {
    for (const auto& [number, device] : account.devices) {
      if (device.token == token) return DeviceAddress{id, {number}};
    }
  }
  return std::nullopt;
}

wire::ErrorCode LoopbackServer::refusal_of(const Bytes& token) const {
  if (token.size() != 52) return wire::kUnauthenticated;
  const auto account = accounts_.find(*AccountId::from_bytes(BytesView(token).substr(0, 16)));
  const bool was_here = account != accounts_.end() && read_u32(token.data() + 16) <= account->second.last_device;
  return was_here ? wire::kUnauthenticated : wire::kUnknownDevice;
}

uint64_t LoopbackServer::next_time() {
  last_time_us_ = std::max(clock_.now().value, last_time_us_ + 1);
  return last_time_us_;
}

void LoopbackServer::error(Link link, wire::ErrorCode code, const wire::SignedDeviceList* list) {
  wire::ServerFrame frame;
  frame.mutable_error()->set_code(code);
  if (list != nullptr) *frame.mutable_error()->mutable_device_list() = *list;
  put(link, frame);
  outgoing.push_back({link, std::nullopt});
  close_link(link);
}

void LoopbackServer::take_frame(Link link, const std::string& bytes) {
  const auto found = links_.find(link);
  if (found == links_.end()) return;
  wire::ClientFrame frame;
  if (!frame.ParseFromString(bytes)) return error(link, wire::kMalformed);
  if (!found->second) {
    if (!frame.has_hello()) return error(link, wire::kMalformed);
    return hello(link, frame.hello());
  }
  const DeviceAddress from = *found->second;
  Device& device = *find(from);
  switch (frame.kind_case()) {
    case wire::ClientFrame::kSend: return send(from, link, frame.send());
    case wire::ClientFrame::kSends:
      for (const wire::Send& each : frame.sends().sends()) send(from, link, each);
      return;
    case wire::ClientFrame::kConfirm:
      confirms.push_back(frame.confirm().position());
      return confirm(from, Position{frame.confirm().position()}, frame.confirm().withheld());
    case wire::ClientFrame::kRedeliver:
      redelivers.push_back(frame.redeliver());
      return deliver_from(from, Position{frame.redeliver().after_position()});
    case wire::ClientFrame::kTyping: ephemeral.push_back(frame); return typing(from, frame.typing());
    case wire::ClientFrame::kAvailability:
      ephemeral.push_back(frame);
      device.available = frame.availability().available();
      if (!device.available) accounts_.at(from.account).last_seen_us = clock_.now().value;
      return presence_changed(from.account);
    case wire::ClientFrame::kSubscribe: {
      ephemeral.push_back(frame);
      device.subscriptions.clear();
      for (const std::string& bytes_of : frame.subscribe().accounts()) {
        const auto account = AccountId::from_bytes(bytes_of);
        if (!account) continue;
        device.subscriptions.insert(*account);
        wire::ServerFrame answer;
        *answer.mutable_presence() = presence_of(*account, from.account);
        put(link, answer);
      }
      return;
    }
    case wire::ClientFrame::kPing: {
      wire::ServerFrame answer;
      answer.mutable_pong()->set_nonce(frame.ping().nonce());
      answer.mutable_pong()->set_server_time_us(clock_.now().value);
      return put(link, answer);
    }
    default: return;
  }
}

void LoopbackServer::hello(Link link, const wire::Hello& hello) {
  const auto address = authenticate(hello.token());
  Device* device = address ? find(*address) : nullptr;
  if (!hello.server_id().empty() && hello.server_id() != server_id.view()) return error(link, wire::kOtherServer);
  if (!device || !device->active) {
    const auto named = AccountId::from_bytes(BytesView(hello.token()).substr(0, AccountId::kBytes));
    const auto account = named ? accounts_.find(*named) : accounts_.end();
    return error(link, refusal_of(hello.token()), account == accounts_.end() ? nullptr : &account->second.list);
  }
  if (device->link != 0) error(device->link, wire::kReplaced);
  links_[link] = address;
  device->link = link;
  device->subscriptions.clear();
  confirm(*address, Position{hello.confirmed_position()}, hello.withheld());
  wire::ServerFrame frame;
  wire::Welcome& welcome = *frame.mutable_welcome();
  welcome.set_version(1);
  welcome.set_server_time_us(clock_.now().value);
  welcome.set_first_position(device->inbox.empty() ? 0 : device->inbox.front().position());
  welcome.set_prekeys_remaining(static_cast<uint32_t>(device->prekeys.size()));
  *welcome.mutable_limits() = limits;
  welcome.set_server_id(server_id.bytes());
  welcome.set_device_list_revision(accounts_.at(address->account).revision);
  put(link, frame);
  const uint64_t last = device->inbox.empty() ? 0 : device->inbox.back().position();
  deliver_from(*address, Position{hello.confirmed_position()});
  wire::ServerFrame end;
  end.mutable_backlog_end()->set_position(last);
  put(link, end);
  device->available = hello.available();
  presence_changed(address->account);
}

void LoopbackServer::deliver_from(const DeviceAddress& address, Position after) {
  const Device& device = *find(address);
  wire::ServerFrame frame;
  size_t bytes = 0;
  for (const wire::Entry& entry : device.inbox) {
    if (Position{entry.position()} <= after) continue;
    const size_t size = entry.ByteSizeLong() + kEntryBytes;
    if (frame.deliver().entries_size() == kEntriesPerFrame || bytes + size > kFrameBytesMax) {
      put(device.link, frame);
      frame.Clear();
      bytes = kEntryBytes;
    }
    *frame.mutable_deliver()->add_entries() = entry;
    bytes += size;
  }
  if (frame.has_deliver()) put(device.link, frame);
}

void LoopbackServer::append(const DeviceAddress& address, wire::Entry entry) {
  Device& device = *find(address);
  entry.set_position(Position::of(device.epoch, ++device.sequence).value);
  device.inbox.push_back(entry);
  if (device.link == 0) return;
  wire::ServerFrame frame;
  *frame.mutable_deliver()->add_entries() = std::move(entry);
  put(device.link, frame);
}

std::optional<wire::Refused> LoopbackServer::refuse(const DeviceAddress& from, const wire::Send& send) {
  wire::Refused refused;
  refused.set_message_id(send.message_id());
  refused.set_account(send.account().account_id());
  const auto to = AccountId::from_bytes(send.account().account_id());
  const auto account = to ? accounts_.find(*to) : accounts_.end();
  if (account == accounts_.end() || account->second.revision == 0) {
    refused.set_code(wire::kNoSuchAccount);
    return refused;
  }
  std::set<uint32_t> now;
  for (const auto& [id, device] : account->second.devices) {
    if (device.active && DeviceAddress{*to, {id}} != from) now.insert(id);
  }
  std::set<uint32_t> named;
  for (const wire::Envelope& envelope : send.account().envelopes()) named.insert(envelope.device_id());
  if (named == now && send.account().device_list_revision() == account->second.revision) return std::nullopt;
  refused.set_code(wire::kStaleDevices);
  wire::StaleDevices& stale = *refused.mutable_stale_devices();
  stale.set_device_list_revision(account->second.revision);
  for (const uint32_t id : now) {
    if (!named.contains(id)) stale.add_missing(id);
  }
  for (const uint32_t id : named) {
    if (!now.contains(id)) stale.add_extra(id);
  }
  return refused;
}

void LoopbackServer::send(const DeviceAddress& from, Link link, const wire::Send& send) {
  sends.push_back(send);
  if (send.has_group()) return send_to_group(from, link, send);
  if (send.has_read_in_group()) return read_in_group(from, link, send);
  if (const auto refused = refuse(from, send); refused) {
    wire::ServerFrame frame;
    *frame.mutable_refused() = *refused;
    return put(link, frame);
  }
  const AccountId to = *AccountId::from_bytes(send.account().account_id());
  const MessageId id = *MessageId::from_bytes(send.message_id());
  Account& account = accounts_.at(to);
  uint64_t time = 0;
  for (auto& [number, device] : account.devices) {
    if (const auto seen = device.seen.find(id); seen != device.seen.end()) time = seen->second;
  }
  if (time == 0) time = next_time();
  if (!account.blocked.contains(from.account)) {
    account.partners.insert(from.account);
    accounts_.at(from.account).partners.insert(to);
    for (const wire::Envelope& envelope : send.account().envelopes()) {
      Device& device = account.devices.at(envelope.device_id());
      if (!device.seen.emplace(id, time).second) continue;  // SEND-1
      wire::Entry entry;
      wire::IncomingMessage& message = *entry.mutable_message();
      message.set_message_id(send.message_id());
      message.set_from_account(from.account.bytes());
      message.set_from_device(from.device.value);
      message.set_server_time_us(time);
      message.set_payload(envelope.payload());
      message.set_receipt_number(send.account().receipt_number());
      append({to, {device.id}}, std::move(entry));
    }
  }
  wire::ServerFrame frame;
  frame.mutable_accepted()->set_message_id(send.message_id());
  frame.mutable_accepted()->set_account(send.account().account_id());
  frame.mutable_accepted()->set_server_time_us(time);
  put(link, frame);
}

void LoopbackServer::confirm(const DeviceAddress& from, Position position, const Withheld& withheld) {
  Device& device = *find(from);
  std::map<DeviceAddress, std::vector<wire::ReceiptRun>> delivered;
  while (!device.inbox.empty() && Position{device.inbox.front().position()} <= position) {
    const wire::Entry entry = std::move(device.inbox.front());
    device.inbox.pop_front();
    const wire::IncomingMessage& message = entry.message();
    if (message.receipt_number() == 0 || std::ranges::count(withheld, entry.position()) != 0) continue;
    const DeviceAddress sender{*AccountId::from_bytes(message.from_account()), {message.from_device()}};
    const auto run = wire::ReceiptRun::of(message.receipt_number(), *MessageId::from_bytes(message.message_id()));
    if (const auto group = GroupId::from_bytes(message.group_id())) {
      group_receipt(*group, from.account, sender, run, false);
      continue;
    }
    auto& runs = delivered[sender];
    if (runs.empty() || !runs.back().extend(run)) runs.push_back(run);
  }
  for (const auto& [sender, runs] : delivered) {
    for (const wire::ReceiptRun& run : runs) receipt(from, sender, run);
  }
}

void LoopbackServer::receipt(const DeviceAddress& by, const DeviceAddress& sender, const wire::ReceiptRun& run) {
  const auto account = accounts_.find(sender.account);
  if (account == accounts_.end()) return;
  for (const auto& [id, device] : account->second.devices) {
    if (!device.active) continue;
    wire::Entry entry;
    wire::DeliveryReceipt& receipt = *entry.mutable_delivery_receipt();
    receipt.set_from_account(by.account.bytes());
    receipt.set_from_device(by.device.value);
    receipt.set_sender_device(sender.device.value);
    receipt.set_first_number(run.first);
    receipt.set_last_number(run.last);
    receipt.set_marks(run.marks);
    append({sender.account, {id}}, std::move(entry));
  }
}

void LoopbackServer::typing(const DeviceAddress& from, const wire::Typing& typing) {
  const auto to = AccountId::from_bytes(typing.account());
  const auto account = to ? accounts_.find(*to) : accounts_.end();
  if (account == accounts_.end() || account->second.blocked.contains(from.account)) return;
  for (const auto& [id, device] : account->second.devices) {
    if (device.link == 0) continue;
    wire::ServerFrame frame;
    frame.mutable_typing()->set_from_account(from.account.bytes());
    frame.mutable_typing()->set_active(typing.active());
    put(device.link, frame);
  }
}

wire::PresenceNotice LoopbackServer::presence_of(const AccountId& id, const AccountId& viewer) {
  wire::PresenceNotice notice;
  notice.set_account_id(id.bytes());
  notice.set_visibility(wire::PresenceNotice::kUnknown);
  const auto found = accounts_.find(id);
  if (found == accounts_.end()) return notice;
  const Account& account = found->second;
  if (account.privacy.last_seen() == wire::Privacy::kNobody || account.blocked.contains(viewer)) {
    notice.set_visibility(wire::PresenceNotice::kHidden);
    return notice;
  }
  const bool online = std::any_of(account.devices.begin(), account.devices.end(), [](const auto& device) {
    return device.second.link != 0 && device.second.available;
  });
  if (online) {
    notice.set_visibility(wire::PresenceNotice::kOnline);
  } else if (account.last_seen_us != 0) {
    notice.set_visibility(wire::PresenceNotice::kLastSeen);
    notice.set_last_seen_us(account.last_seen_us);
  }
  return notice;
}

void LoopbackServer::presence_changed(const AccountId& id) {
  for (const auto& [viewer, account] : accounts_) {
    for (const auto& [number, device] : account.devices) {
      if (device.link == 0 || !device.subscriptions.contains(id)) continue;
      wire::ServerFrame frame;
      *frame.mutable_presence() = presence_of(id, viewer);
      put(device.link, frame);
    }
  }
}

}  // namespace kith::core::testing
