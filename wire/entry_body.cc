// SPDX-License-Identifier: AGPL-3.0-or-later

// The wire format of frames.proto's Entry, written directly. entry_body_test.cc holds it against protobuf's own.
//
//   body             = 0x12 varint(size) message | 0x1a varint(size) receipt | 0x22 varint(size) account_changed |
//                    0x2a 0x00 (expired) | 0x32 varint(size) group_changed | 0x3a varint(size) group_receipt | nothing
//   message          = 0x0a 16 id, 0x12 16 from_account, 0x18 varint(from_device), 0x20 varint(server_time), 0x2a
//                    varint(size) payload, [0x30 varint(receipt_number)], [0x3a 16 group, 0x40 varint(revision)]
//   receipt          = 0x0a 16 from_account, 0x10 varint(from_device), 0x18 varint(sender_device),
//                    0x20 varint(first_number), 0x28 varint(last_number), 0x31 8 marks (little endian)
//   account_changed  = 0x0a 16 account, 0x10 varint(revision)
//   group_changed    = 0x0a 16 group, 0x10 varint(revision)
//   group_receipt    = 0x0a 16 group, 0x10 varint(sender_device), (0x1a varint(size) run)*
//   run              = 0x08 varint(first_number), 0x10 varint(last_number), [0x19 8 marks (little endian)], [0x20 1]
//                    (read), 0x2a varint(size) (16 account)*
#include "wire/entry_body.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <array>

#include "base/varint.h"

namespace kith {
namespace {

void put_number(Bytes& out, char tag, uint64_t value) {
  out.push_back(tag);
  append_varint(out, value);
}

template <class Id>
void put_id(Bytes& out, char tag, const Id& id) {
  out.push_back(tag);
  out.push_back(static_cast<char>(Id::kBytes));
  out.append(id.view());
}

constexpr size_t kIdField = 2 + 16;

// Tags of wire.Entry and wire.IncomingMessage.
constexpr char kMessageTag = 0x12;
constexpr char kMessageIdTag = 0x0a;
constexpr char kFromAccountTag = 0x12;
constexpr char kFromDeviceTag = 0x18;
constexpr char kServerTimeTag = 0x20;
constexpr char kPayloadTag = 0x2a;
constexpr char kReceiptNumberTag = 0x30;
constexpr char kGroupTag = 0x3a;
constexpr char kGroupRevisionTag = 0x40;

void put_marks(Bytes& out, char tag, uint64_t marks) {
  if (marks == 0) return;
  out.push_back(tag);
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(marks >> shift));
}

template <class Id>
std::optional<Id> read_id(google::protobuf::io::CodedInputStream& in) {
  std::array<char, Id::kBytes> bytes;
  uint32_t size = 0;
  if (!in.ReadVarint32(&size) || size != bytes.size() || !in.ReadRaw(bytes.data(), bytes.size())) return std::nullopt;
  return Id::from_bytes({bytes.data(), bytes.size()});
}

Bytes begin_body(char kind_tag, size_t size) {
  Bytes out;
  out.reserve(1 + varint_size(size) + size);
  put_number(out, kind_tag, size);
  return out;
}

}  // namespace

Bytes encode_message_body(const IncomingMessage& message) {
  const size_t number_size = message.receipt_number == 0 ? 0 : 1 + varint_size(message.receipt_number);
  const size_t group_size = message.group.is_none() ? 0 : kIdField + 1 + varint_size(message.group_revision.value);
  const size_t size = 2 * kIdField + 1 + varint_size(message.from.device.value) + 1 +
                      varint_size(message.server_time.value) + 1 + varint_size(message.payload.size()) +
                      message.payload.size() + number_size + group_size;
  Bytes out = begin_body(kMessageTag, size);
  put_id(out, kMessageIdTag, message.id);
  put_id(out, kFromAccountTag, message.from.account);
  put_number(out, kFromDeviceTag, message.from.device.value);
  put_number(out, kServerTimeTag, message.server_time.value);
  put_number(out, kPayloadTag, message.payload.size());
  out.append(message.payload);
  if (message.receipt_number != 0) put_number(out, kReceiptNumberTag, message.receipt_number);
  if (message.group.is_none()) return out;
  put_id(out, kGroupTag, message.group);
  put_number(out, kGroupRevisionTag, message.group_revision.value);
  return out;
}

Bytes encode_receipt_body(const DeviceAddress& from, DeviceId sender, const wire::ReceiptRun& run) {
  const size_t marks_size = run.marks == 0 ? 0 : 1 + sizeof run.marks;
  const size_t size = kIdField + 1 + varint_size(from.device.value) + 1 + varint_size(sender.value) + 1 +
                      varint_size(run.first) + 1 + varint_size(run.last) + marks_size;
  Bytes out = begin_body(0x1a, size);
  put_id(out, 0x0a, from.account);
  put_number(out, 0x10, from.device.value);
  put_number(out, 0x18, sender.value);
  put_number(out, 0x20, run.first);
  put_number(out, 0x28, run.last);
  put_marks(out, 0x31, run.marks);
  return out;
}

Bytes encode_account_changed_body(const AccountId& account, Revision revision) {
  Bytes out = begin_body(0x22, kIdField + 1 + varint_size(revision.value));
  put_id(out, 0x0a, account);
  put_number(out, 0x10, revision.value);
  return out;
}

Bytes encode_group_changed_body(const GroupId& group, Revision revision) {
  Bytes out = begin_body(0x32, kIdField + 1 + varint_size(revision.value));
  put_id(out, 0x0a, group);
  put_number(out, 0x10, revision.value);
  return out;
}

Bytes encode_group_receipt_body(const GroupId& group, DeviceId sender, std::span<const GroupReceiptRun> runs) {
  Bytes inner;
  put_id(inner, 0x0a, group);
  put_number(inner, 0x10, sender.value);
  Bytes one;
  for (const GroupReceiptRun& run : runs) {
    one.clear();
    put_number(one, 0x08, run.run.first);
    put_number(one, 0x10, run.run.last);
    put_marks(one, 0x19, run.run.marks);
    if (run.read) put_number(one, 0x20, 1);
    put_number(one, 0x2a, run.accounts.size() * AccountId::kBytes);
    for (const AccountId& account : run.accounts) one.append(account.view());
    put_number(inner, 0x1a, one.size());
    inner.append(one);
  }
  return begin_body(0x3a, inner.size()) + inner;
}

Bytes encode_expired_body() { return {"\x2a\x00", 2}; }

std::optional<MessageOrigin> message_origin(BytesView body) {
  // By protobuf's reader and not by its objects, which would copy the payload.
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(body.data()),
                                            static_cast<int>(body.size()));
  uint32_t size = 0;
  if (in.ReadTag() != kMessageTag || !in.ReadVarint32(&size) || size != body.size() - in.CurrentPosition())
    return std::nullopt;
  std::optional<MessageId> id;
  std::optional<AccountId> account;
  uint32_t device = 0;
  uint64_t server_time = 0;
  uint64_t receipt_number = 0;
  std::optional<GroupId> group = GroupId{};
  while (const uint32_t tag = in.ReadTag()) {
    bool is_read = true;
    switch (tag) {
      case kMessageIdTag: id = read_id<MessageId>(in); break;
      case kFromAccountTag: account = read_id<AccountId>(in); break;
      case kFromDeviceTag: is_read = in.ReadVarint32(&device); break;
      case kServerTimeTag: is_read = in.ReadVarint64(&server_time); break;
      case kGroupTag: group = read_id<GroupId>(in); break;
      case kReceiptNumberTag: is_read = in.ReadVarint64(&receipt_number); break;
      default: is_read = google::protobuf::internal::WireFormatLite::SkipField(&in, tag);
    }
    if (!is_read) return std::nullopt;
  }
  if (!in.ConsumedEntireMessage() || !id || !account || !group) return std::nullopt;
  return MessageOrigin{*id, {*account, {device}}, {server_time}, wire::ReceiptRun::of(receipt_number, *id), *group};
}

}  // namespace kith
