// SPDX-License-Identifier: AGPL-3.0-or-later

// Mailboxes of a few numbered slots, through which a device that has no account yet and one that has meet (LINK-1).
// What lies in them the server can't read; who knows a mailbox's id may read and write it.
//
// Shape:   slots 1..kLinkSlots (base/limits.h), written once each, of 1..kLinkPayloadBytesMax bytes.
// Life:    kLifeMicros from the first write. What is over is there no more, collected or not; so is what a clock has
//          made that was ahead by more than kLifeMicros: processes' clocks may differ, and one may be set back.
// Errors:  kUnavailable, kFull for those that write; others as said.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/store_error.h"

namespace kith {

using LinkSlot = uint32_t;

class LinkStore {
 public:
  static constexpr uint64_t kLifeMicros = uint64_t{kLinkLifeSeconds} * 1'000'000;
  // How many mailboxes that are over a put() takes away at most, to make room for its own.
  static constexpr size_t kExpiredMax = 16;

  virtual ~LinkStore() = default;

  // Writes the slot, whoever else writes: the first to come has it. Makes the mailbox when it is not there. The very
  // same bytes again are no error: an answer was lost.
  //
  // Durable: when it completes.
  // Errors:  kConflict when other bytes are in the slot; kFull, too, when there are `links_max` mailboxes already.
  virtual Task<Result<void, StoreError>> put(LinkId link, LinkSlot slot, Bytes payload, UnixMicros now,
                                             size_t links_max) = 0;

  struct Message {
    LinkSlot slot = 0;
    Bytes payload;
    friend bool operator==(const Message&, const Message&) = default;
  };
  // What is written, in the order of slots; nothing when the mailbox is not there.
  virtual Task<Result<std::vector<Message>, StoreError>> read(LinkId link, UnixMicros now) = 0;

  // Takes the mailbox away. One that is not there is no error.
  virtual Task<Result<void, StoreError>> remove(LinkId link) = 0;

  // Takes away what is over, at most so many; answers how many.
  virtual Task<Result<size_t, StoreError>> expire(UnixMicros now, size_t count_max) = 0;
};

}  // namespace kith
