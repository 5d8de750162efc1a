// SPDX-License-Identifier: AGPL-3.0-or-later

// How the groups' log lies in RocksDB, in the database of the inboxes: the grammar of its keys and values, as
// inbox_record.h has it for the inboxes. Integers are big endian.
//
//   column family "group_log": one record for each message that is not in every inbox yet
//     key    := slot(1) number(8)
//     value  := version(1) group(16) message(16) account(16) device(4) server_time(8) revision(8) receipt_number(8)
//               life_ms(4) payload(*)
//               version is 1; account and device are the sender's
//   column family "group_messages": what was appended lately, by which a repetition is told
//     key    := day(4) account(16) device(4) message(16)
//     value  := number(8) server_time(8)
//               day: of the clock at the append, in days since 1970. Those of a day go together, with the first write
//               once it is over for a day
//   column family "meta"
//     "group_number" := number(8)   the last that was given out
//     "group_held"   := bytes(8)    of all keys and values of "group_log"; both are written with every batch
#pragma once

#include <optional>

#include "base/bytes.h"
#include "server/ports/group_log.h"

namespace kith::group_log_record {

inline constexpr char kValueVersion = 1;
inline constexpr uint64_t kDayMicros = 86'400'000'000;
inline constexpr size_t kKeyBytes = 9;
inline constexpr size_t kValueHeaderBytes = 81;

inline constexpr const char* kLogFamily = "group_log";
inline constexpr const char* kMessagesFamily = "group_messages";
inline constexpr const char* kNumberKey = "group_number";
inline constexpr const char* kHeldKey = "group_held";

Bytes key(Slot slot, uint64_t number);
Bytes value(const GroupLogRecord& record);
// Absent when the value is damaged or of a later version.
std::optional<GroupLogRecord> parse(BytesView key, BytesView value);

// Whose record a value is; absent when it is too short for one.
std::optional<AccountId> sender_of(BytesView value);

uint32_t day_of(UnixMicros time);
// The first key of a day's messages.
Bytes day_key(uint32_t day);
Bytes message_key(uint32_t day, const GroupLogRecord& record);
Bytes message_value(const GroupLog::Appended& appended);
// As a repetition. Absent when the value is damaged.
std::optional<GroupLog::Appended> parse_message(BytesView value);

}  // namespace kith::group_log_record
