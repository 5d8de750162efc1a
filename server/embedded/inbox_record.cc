// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/inbox_record.h"

#include <algorithm>

namespace kith::inbox_record {

namespace {

constexpr size_t kAccountBytes = AccountId::kBytes;
constexpr size_t kPositionOffset = kAccountBytes + 4;
static_assert(kPositionOffset + 8 == kKeyBytes);
static_assert(1 + 8 + MessageId::kBytes == kValueHeaderBytes);

void append_device(Bytes& out, const DeviceAddress& device) {
  out.append(device.account.view());
  append_u32(out, device.device.value);
}

DeviceAddress read_device(BytesView bytes) {
  return {*AccountId::from_bytes(bytes.substr(0, kAccountBytes)), DeviceId{read_u32(bytes.data() + kAccountBytes)}};
}

bool is_shared(BytesView value) { return value.size() == kSharedValueBytes && value[0] == kSharedValueVersion; }

bool is_sound(BytesView value) {
  return is_shared(value) || (value.size() >= kValueHeaderBytes && value[0] == kValueVersion);
}

}  // namespace

Bytes key(const DeviceAddress& device, Position position) {
  Bytes out;
  out.reserve(kKeyBytes);
  append_device(out, device);
  append_u64(out, position.value);
  return out;
}

Bytes end_key(const DeviceAddress& device) {
  Bytes out = key(device, Position{UINT64_MAX});
  out.push_back('\0');
  return out;
}

Position position_of(BytesView key) { return {read_u64(key.data() + kPositionOffset)}; }

DeviceAddress device_of(BytesView key) { return read_device(key); }

Bytes value(const InboxEntry& entry) {
  const bool shared = entry.shared != 0;
  Bytes out;
  out.reserve(shared ? kSharedValueBytes : kValueHeaderBytes + entry.body->size());
  out.push_back(shared ? kSharedValueVersion : kValueVersion);
  append_u64(out, entry.expires_at.value);
  out.append(entry.message_id.view());
  if (shared) {
    append_u64(out, entry.shared);
    append_u32(out, static_cast<uint32_t>(entry.body->size()));
  } else {
    out.append(*entry.body);
  }
  return out;
}

std::optional<InboxEntry> parse_head(BytesView key, BytesView value) {
  if (key.size() != kKeyBytes || !is_sound(value)) return std::nullopt;
  InboxEntry entry;
  entry.position = position_of(key);
  entry.expires_at = expires_at_of(value);
  entry.message_id = message_id_of(value);
  if (is_shared(value)) entry.shared = read_u64(value.data() + kValueHeaderBytes);
  return entry;
}

BytesView body_of(BytesView value) { return value.substr(kValueHeaderBytes); }

uint64_t body_bytes_of(BytesView value) {
  if (is_shared(value)) return read_u32(value.data() + kValueHeaderBytes + 8);
  return value.size() - std::min(value.size(), kValueHeaderBytes);
}

UnixMicros expires_at_of(BytesView value) {
  return is_sound(value) ? UnixMicros{read_u64(value.data() + 1)} : UnixMicros{};
}

MessageId message_id_of(BytesView value) {
  return is_sound(value) ? *MessageId::from_bytes(value.substr(9, MessageId::kBytes)) : MessageId{};
}

Bytes body_key(uint32_t day, uint64_t number) {
  Bytes out;
  append_u32(out, day);
  append_u64(out, number);
  return out;
}

Bytes bodies_key(uint32_t day) {
  Bytes out = kBodiesPrefix;
  append_u32(out, day);
  return out;
}

uint32_t day_of_bodies_key(BytesView key) { return read_u32(key.data() + key.size() - 4); }

Bytes senders_key(uint32_t day) {
  Bytes out = kSendersPrefix;
  append_u32(out, day);
  return out;
}

Bytes sender_key(uint32_t day, const AccountId& sender) {
  Bytes out = senders_key(day);
  out.append(sender.view());
  return out;
}

std::optional<AccountId> sender_of(BytesView key) {
  const BytesView prefix = kSendersPrefix;
  if (!key.starts_with(prefix) || key.size() != prefix.size() + 4 + kAccountBytes) return std::nullopt;
  return AccountId::from_bytes(key.substr(prefix.size() + 4));
}

std::optional<BodyRef> body_ref_of(BytesView value) {
  if (!is_shared(value)) return std::nullopt;
  return BodyRef{read_u64(value.data() + kValueHeaderBytes), day_of(expires_at_of(value))};
}

Bytes slot_key(Slot slot) {
  Bytes out = kSlotPrefix;
  out.push_back(static_cast<char>(slot.value));
  return out;
}

Bytes slot_value(const SlotRecord& record) {
  Bytes out;
  append_u32(out, record.epoch);
  out.append(record.owner.view());
  return out;
}

std::optional<SlotRecord> parse_slot(BytesView value) {
  if (value.size() != 4 + SlotOwner::kBytes) return std::nullopt;
  return SlotRecord{read_u32(value.data()), *SlotOwner::from_bytes(value.substr(4))};
}

uint32_t day_of(UnixMicros expires_at) { return static_cast<uint32_t>(expires_at.value / kDayMicros); }

Bytes day_key(uint32_t day, const DeviceAddress& device) {
  Bytes out;
  append_u32(out, day);
  append_device(out, device);
  return out;
}

uint32_t day_of_key(BytesView day_key) { return read_u32(day_key.data()); }

DeviceAddress device_of_day_key(BytesView day_key) { return read_device(day_key.substr(4)); }

Bytes peers_value(const std::vector<PeerMark>& peers) {
  Bytes out;
  out.reserve(peers.size() * sizeof(PeerMark));
  for (const PeerMark peer : peers) append_u32(out, peer);
  return out;
}

std::vector<PeerMark> parse_peers(BytesView value) {
  std::vector<PeerMark> peers;
  peers.reserve(value.size() / sizeof(PeerMark));
  for (; value.size() >= sizeof(PeerMark); value.remove_prefix(sizeof(PeerMark)))
    peers.push_back(read_u32(value.data()));
  return peers;
}

}  // namespace kith::inbox_record
