// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages to groups that were accepted and are not yet in every inbox (GROUP-3): a log for each slot of groups. What
// is in it is delivered, whatever is killed meanwhile: at a start whoever has the slot reads on after what was settled.
//
// Shape:   a slot's records in ascending order of their numbers, which are unique among all slots of the store, for
//          ever, and need not be dense. A partition of Kafka keyed by group is one, with the offset in it and the
//          partition as the number, and its committed offset is settled().
// Errors:  kFull: more would be held than the store's bound, or its disk is full; nothing was appended. kOverShare: the
//          sender's records, and the bodies that are kept of them for inboxes, hold as much as one account's may;
//          nothing was appended. kUnavailable: unknown whether it was; the same record is appended again.
// Calls:   from any executor, any number in flight.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/slots.h"
#include "server/ports/store_error.h"

namespace kith {

struct GroupLogRecord {
  uint64_t number = 0;  // the log's, from 1
  GroupId group;
  MessageId message;
  DeviceAddress from;
  UnixMicros server_time;
  Revision revision;            // of the group's state: whoever is a member by it gets the message
  uint64_t receipt_number = 0;  // 0: no receipt is wanted
  uint32_t life_ms = 0;         // 0: as long as the inbox keeps entries
  Bytes payload;                // a content.Sealed, 1..kEnvelopeBytesMax bytes
  friend bool operator==(const GroupLogRecord&, const GroupLogRecord&) = default;
};

// Which slot a group is of, for ever. Its id is made by a client, so all of it is hashed (FNV-1a).
inline Slot slot_of(const GroupId& group) {
  uint32_t hash = 2'166'136'261;
  for (const uint8_t byte : group.value) hash = (hash ^ byte) * 16'777'619;
  return {static_cast<uint8_t>(hash >> 24)};
}

class GroupLog {
 public:
  // How long a repetition is told at least.
  static constexpr uint64_t kRepeatedMicros = 86'400'000'000;

  virtual ~GroupLog() = default;

  struct Appended {
    uint64_t number = 0;
    UnixMicros server_time;
    bool repeated = false;  // this device's message of that id was appended before: number and time are of the first
    friend bool operator==(const Appended&, const Appended&) = default;
  };
  // Appends the record under the next number of the log; one with the sender and message id of another, appended
  // within kRepeatedMicros, appends nothing.
  //
  // Durable: when it completes (synced).
  virtual Task<Result<Appended, StoreError>> append(GroupLogRecord record) = 0;

  // A slot's records after that number, at most `count_max` and about `bytes_max` bytes, but one at least when there is
  // one; damaged ones are passed over. What append() has completed is seen, and nothing comes in later before what was.
  virtual Task<Result<std::vector<GroupLogRecord>, StoreError>> read(Slot slot, uint64_t after, size_t count_max,
                                                                     size_t bytes_max) = 0;

  // The slot's records up to and including that number are in all inboxes: they are let go. Returns at once, and is
  // written lazily: after a crash some of them may be there again.
  virtual void settled(Slot slot, uint64_t up_to) = 0;

  // Bytes of records held, for metrics; absent: the store can't know.
  [[nodiscard]] virtual std::optional<uint64_t> bytes_held() const = 0;
  // Damaged records that read() has passed over, for metrics.
  [[nodiscard]] virtual uint64_t damaged() const = 0;
};

}  // namespace kith
