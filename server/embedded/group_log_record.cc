// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/group_log_record.h"

namespace kith::group_log_record {

static_assert(1 + 3 * 16 + 4 + 3 * 8 + 4 == kValueHeaderBytes);

Bytes key(Slot slot, uint64_t number) {
  Bytes out(1, static_cast<char>(slot.value));
  append_u64(out, number);
  return out;
}

Bytes value(const GroupLogRecord& record) {
  Bytes out;
  out.reserve(kValueHeaderBytes + record.payload.size());
  out.push_back(kValueVersion);
  out.append(record.group.view());
  out.append(record.message.view());
  out.append(record.from.account.view());
  append_u32(out, record.from.device.value);
  append_u64(out, record.server_time.value);
  append_u64(out, record.revision.value);
  append_u64(out, record.receipt_number);
  append_u32(out, record.life_ms);
  out.append(record.payload);
  return out;
}

std::optional<GroupLogRecord> parse(BytesView key, BytesView value) {
  if (key.size() != kKeyBytes || value.size() < kValueHeaderBytes || value[0] != kValueVersion) return std::nullopt;
  GroupLogRecord record;
  record.number = read_u64(key.data() + 1);
  record.group = *GroupId::from_bytes(value.substr(1, 16));
  record.message = *MessageId::from_bytes(value.substr(17, 16));
  record.from = {*AccountId::from_bytes(value.substr(33, 16)), {read_u32(value.data() + 49)}};
  record.server_time = {read_u64(value.data() + 53)};
  record.revision = {read_u64(value.data() + 61)};
  record.receipt_number = read_u64(value.data() + 69);
  record.life_ms = read_u32(value.data() + 77);
  record.payload = Bytes(value.substr(kValueHeaderBytes));
  return record;
}

std::optional<AccountId> sender_of(BytesView value) {
  if (value.size() < kValueHeaderBytes) return std::nullopt;
  return AccountId::from_bytes(value.substr(33, AccountId::kBytes));
}

uint32_t day_of(UnixMicros time) { return static_cast<uint32_t>(time.value / kDayMicros); }

Bytes day_key(uint32_t day) {
  Bytes out;
  append_u32(out, day);
  return out;
}

Bytes message_key(uint32_t day, const GroupLogRecord& record) {
  Bytes out = day_key(day);
  out.append(record.from.account.view());
  append_u32(out, record.from.device.value);
  out.append(record.message.view());
  return out;
}

Bytes message_value(const GroupLog::Appended& appended) {
  Bytes out;
  append_u64(out, appended.number);
  append_u64(out, appended.server_time.value);
  return out;
}

std::optional<GroupLog::Appended> parse_message(BytesView value) {
  if (value.size() != 16) return std::nullopt;
  return GroupLog::Appended{read_u64(value.data()), {read_u64(value.data() + 8)}, true};
}

}  // namespace kith::group_log_record
