// SPDX-License-Identifier: AGPL-3.0-or-later

// Which slots one shard owns, and of which epochs the positions are that it gives out (INBOX-3).
//
// A slot's epoch is taken when the slot is taken over, and again while the slot is in use: an inbox that has given
// positions of the present epoch out may leave memory only when there is a later one, for read again it counts from 1.
// Another owner that takes a slot over fences this one: its next claim is refused, and the slot is lost.
//
// Without I/O and clock: times are parameters, in milliseconds of the monotonic clock.
#pragma once

#include <array>
#include <bitset>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/inbox_store.h"

namespace kith {

// What one process has taken at its start: all slots there are.
struct TakenSlots {
  SlotOwner owner;
  std::array<uint32_t, kSlots> epochs{};
};

// Takes every slot over, from whomever. Errors: of the store; kConflict when others take them over at the same time.
Task<Result<TakenSlots, StoreError>> take_all_slots(InboxStore& store, SlotOwner owner);

class OwnedSlots {
 public:
  using Set = std::bitset<kSlots>;

  explicit OwnedSlots(SlotOwner owner) : owner_(owner) {}

  [[nodiscard]] const SlotOwner& owner() const { return owner_; }

  // Taken over with this epoch.
  void add(Slot slot, uint32_t epoch, uint64_t now_ms);

  [[nodiscard]] bool owns(const AccountId& account) const { return at(account).owned; }
  [[nodiscard]] std::vector<Slot> all() const;
  // Of positions that are given out from now on.
  [[nodiscard]] uint32_t epoch_of(const AccountId& account) const { return at(account).epoch; }
  // Given out by an earlier owner, or by an earlier run of this one.
  [[nodiscard]] bool is_from_before(const AccountId& account, Position position) const {
    return position.epoch() < at(account).first_epoch;
  }

  // What to claim of those slots that need a new epoch: those whose present one is old enough.
  [[nodiscard]] std::vector<SlotClaim> claims(const Set& needed, uint64_t now_ms, uint64_t renewal_ms) const;
  // The store's answer to claims(). Those that are another's by now, to be given up.
  Set take(std::span<const SlotClaim> claims, std::span<const SlotEpoch> answers, uint64_t now_ms);

 private:
  struct State {
    uint64_t taken_ms = 0;
    uint32_t epoch = 0;
    uint32_t first_epoch = 0;
    bool owned = false;
  };
  [[nodiscard]] const State& at(const AccountId& account) const { return slots_[slot_of(account).value]; }

  SlotOwner owner_;
  std::array<State, kSlots> slots_{};
};

}  // namespace kith
