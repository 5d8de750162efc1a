// SPDX-License-Identifier: AGPL-3.0-or-later

// Slots: the parts that accounts are dealt out in. An account is of one slot for ever; a slot has one owner at a time,
// a process of the server; and every position that is given out in it is of an epoch that its owner has taken for it
// (INBOX-3, docs/decisions/0022).
//
// How many epochs a slot needs: one for each take-over (each start of the program), and while it is in use at most one
// an hour (epoch_renewal_s), however many nodes and loops there are: 8,766 a year. Embedded stores give none below the
// minutes since 2026, 525,960 a year. An epoch has 32 bits: that is 8,166 years of minutes, or 490,000 of renewals.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/ids.h"

namespace kith {

inline constexpr size_t kSlots = 256;
using Slot = Strong<struct SlotTag, uint8_t>;

// Account ids are made by the server at random, so a byte of one is a hash of it. Of the half that std::hash does not
// use: else all accounts of a slot would fall into few buckets of a map.
inline Slot slot_of(const AccountId& account) { return {account.value[8]}; }

// One process of the server, from its start to its end. Never none.
using SlotOwner = Id128<struct SlotOwnerTag>;

// Somebody wants a new epoch of a slot.
struct SlotClaim {
  Slot slot;
  uint32_t known = 0;  // its epoch, as far as the claimant knows; 0: never taken
};
struct SlotEpoch {
  uint32_t epoch = 0;
  bool taken = false;  // false: `epoch` is what another owner has
};

// What a store keeps of a slot, and what a claim does to it: the same in every adapter.
struct SlotRecord {
  uint32_t epoch = 0;
  SlotOwner owner;

  // Compare and set. An owner's claim is good whatever it knows: it may not have heard that an earlier one was.
  // `least`: the new epoch is no lower.
  SlotEpoch claim(const SlotOwner& claimant, uint32_t known, uint32_t least = 0) {
    if ((epoch != known && owner != claimant) || epoch == UINT32_MAX) return {epoch, false};
    epoch = std::max(epoch + 1, least);
    owner = claimant;
    return {epoch, true};
  }
};

}  // namespace kith
