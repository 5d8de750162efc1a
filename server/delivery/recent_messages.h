// SPDX-License-Identifier: AGPL-3.0-or-later

// The duplicate window of one device: which messages were appended lately, so that a repeated send changes nothing
// (SEND-1).
//
// A message is named by its id and its sender: else whoever has learned an id could use it up for somebody else.
// Of what an earlier run of the program has stored only the ids are known: such a message may be there.
//
// Limits: the last kMax messages; an older repetition is recognized by the receiving device itself.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"

namespace kith {

class RecentMessages {
 public:
  static constexpr size_t kMax = 1024;

  // The server time that the message got when it was appended.
  [[nodiscard]] std::optional<UnixMicros> find(const MessageId& id, const DeviceAddress& from) const;
  // The caller has made sure by find() that it is not there.
  void add(const MessageId& id, const DeviceAddress& from, UnixMicros server_time);
  void remove(const MessageId& id, const DeviceAddress& from);

  void set_stored(std::vector<MessageId> ids);
  [[nodiscard]] bool may_be_stored(const MessageId& id) const;

 private:
  struct Item {
    MessageId id;
    uint64_t sender = 0;
    UnixMicros server_time;  // zero: removed
  };
  static uint64_t sender_of(const DeviceAddress& from);
  [[nodiscard]] size_t find_slot(const MessageId& id, uint64_t sender) const;
  void rebuild(size_t slots);

  std::vector<Item> items_;  // a ring once it has kMax
  size_t next_ = 0;          // where the ring goes on
  // Open addressing, linear probing; item index + 1, 0 for empty; a power of two, never full
  std::vector<uint16_t> slots_;
  std::vector<MessageId> stored_;  // sorted
};

}  // namespace kith
