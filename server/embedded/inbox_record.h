// SPDX-License-Identifier: AGPL-3.0-or-later

// How inboxes lie in RocksDB: the grammar of every key and value.
//
// Integers are big endian, so that RocksDB's order of bytes is ours. Format 2; one of format 1 has no shared bodies and
// nothing of groups, and becomes one of format 2 when it is opened.
//
//   column family "default": one record for each entry
//     key    := account(16) device(4) position(8)
//     value  := version(1) expires_at(8) message_id(16) body(*)       version is 1
//             | version(1) expires_at(8) message_id(16) number(8) size(4)       version is 2: a shared body
//               body is a serialized wire.Entry (wire/frames.proto) without its position; message_id is zero for what
//               is no message; number is InboxEntry::shared, size the body's
//   column family "bodies": those that entries of several inboxes share, each once for a day of expiry
//     key    := day(4) number(8)
//     value  := body(*)
//               They go with the last entry that refers to them where this run of the program has seen all of those
//               come, else with their day, after all entries of it (shared_bodies.h). An entry whose body is not there
//               is as one that has expired
//   column family "days": which devices have entries that expire on which day; what expiry looks through instead of
//   everything
//     key    := day(4) account(16) device(4)
//     value  := nothing
//               day is expires_at / 86,400,000,000. A key may outlive the entries it stands for, never the other way
//               round
//   column family "peers": whom accounts have written to
//     key    := account(16)
//     value  := mark(4)*         ascending
//   column family "meta"
//     "format" := version(4)     of this grammar
//     "slot" slot(1) := epoch(4) owner(16)   the last epoch of the slot that was given out, and to whom
//     "held"   := bytes(8)       of all keys and values of "default" and "bodies"; written with every batch
//     "bodies" day(4) := bytes(8)   of the keys and values of that day's bodies
//     "senders" day(4) account(16) := bytes(8)   of those of them that this account has sent
//   group_log_record.h has the families of the groups' log, and its keys of "meta"
#pragma once

#include <optional>

#include "base/bytes.h"
#include "server/ports/inbox_store.h"
#include "server/ports/pair_store.h"

namespace kith::inbox_record {

inline constexpr uint32_t kFormat = 2;
inline constexpr uint32_t kFormatBefore = 1;
inline constexpr char kValueVersion = 1;
inline constexpr char kSharedValueVersion = 2;
inline constexpr uint64_t kDayMicros = 86'400'000'000;
inline constexpr size_t kKeyBytes = 28;
inline constexpr size_t kValueHeaderBytes = 25;
inline constexpr size_t kSharedValueBytes = kValueHeaderBytes + 12;

inline constexpr const char* kBodiesFamily = "bodies";
inline constexpr const char* kDaysFamily = "days";
inline constexpr const char* kPeersFamily = "peers";
inline constexpr const char* kMetaFamily = "meta";
inline constexpr const char* kFormatKey = "format";
inline constexpr const char* kHeldKey = "held";
inline constexpr const char* kBodiesPrefix = "bodies";
inline constexpr const char* kSendersPrefix = "senders";
inline constexpr const char* kSlotPrefix = "slot";

Bytes key(const DeviceAddress& device, Position position);
// The key after every position of the device: an exclusive bound.
Bytes end_key(const DeviceAddress& device);
// The caller guarantees kKeyBytes bytes, for both.
Position position_of(BytesView key);
DeviceAddress device_of(BytesView key);

Bytes value(const InboxEntry& entry);
// All but the body; absent when the value is damaged or of a later version. With `shared` 0 it has one of its own.
std::optional<InboxEntry> parse_head(BytesView key, BytesView value);
// Of a value that has a head and a body of its own; a part of it.
BytesView body_of(BytesView value);
// Of the body, wherever it is; zero when the value is damaged.
uint64_t body_bytes_of(BytesView value);
// Zero when the value is damaged: such an entry is expired first.
UnixMicros expires_at_of(BytesView value);
// None when there is none, or the value is damaged.
MessageId message_id_of(BytesView value);

Bytes body_key(uint32_t day, uint64_t number);
// The key in "meta" of a day's bytes, and the day of one.
Bytes bodies_key(uint32_t day);
uint32_t day_of_bodies_key(BytesView key);
// The key in "meta" of what a day's bodies of one sender hold; the first of a day's; and whose it is, absent when it is
// no such key.
Bytes sender_key(uint32_t day, const AccountId& sender);
Bytes senders_key(uint32_t day);
std::optional<AccountId> sender_of(BytesView key);

// Which body a value refers to; absent when it has one of its own, or is damaged.
struct BodyRef {
  uint64_t number = 0;
  uint32_t day = 0;
  auto operator<=>(const BodyRef&) const = default;
};
std::optional<BodyRef> body_ref_of(BytesView value);

Bytes slot_key(Slot slot);
Bytes slot_value(const SlotRecord& record);
// Absent when the value is damaged.
std::optional<SlotRecord> parse_slot(BytesView value);

uint32_t day_of(UnixMicros expires_at);
Bytes day_key(uint32_t day, const DeviceAddress& device);
uint32_t day_of_key(BytesView day_key);
DeviceAddress device_of_day_key(BytesView day_key);

Bytes peers_value(const std::vector<PeerMark>& peers);
std::vector<PeerMark> parse_peers(BytesView value);

}  // namespace kith::inbox_record
