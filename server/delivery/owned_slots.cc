// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/owned_slots.h"

#include <utility>

namespace kith {

Task<Result<TakenSlots, StoreError>> take_all_slots(InboxStore& store, SlotOwner owner) {
  constexpr int kRoundsMax = 3;  // the first learns the epochs, the second takes them; somebody else may come between
  TakenSlots taken{owner, {}};
  std::vector<SlotClaim> claims;
  for (size_t slot = 0; slot < kSlots; ++slot) claims.push_back({Slot{static_cast<uint8_t>(slot)}, 0});
  for (int round = 0; round < kRoundsMax; ++round) {
    const auto answers = co_await store.take_epochs(owner, claims);
    if (!answers) co_return Fail(answers.error());
    std::vector<SlotClaim> refused;
    for (size_t i = 0; i < claims.size(); ++i) {
      const SlotEpoch& answer = (*answers)[i];
      if (answer.taken) {
        taken.epochs[claims[i].slot.value] = answer.epoch;
      } else {
        refused.push_back({claims[i].slot, answer.epoch});
      }
    }
    if (refused.empty()) co_return taken;
    claims = std::move(refused);
  }
  co_return Fail(StoreError::kConflict);
}

void OwnedSlots::add(Slot slot, uint32_t epoch, uint64_t now_ms) { slots_[slot.value] = {now_ms, epoch, epoch, true}; }

std::vector<SlotClaim> OwnedSlots::claims(const Set& needed, uint64_t now_ms, uint64_t renewal_ms) const {
  std::vector<SlotClaim> claims;
  for (size_t slot = 0; slot < kSlots; ++slot) {
    const State& state = slots_[slot];
    if (needed[slot] && state.owned && now_ms - state.taken_ms >= renewal_ms)
      claims.push_back({Slot{static_cast<uint8_t>(slot)}, state.epoch});
  }
  return claims;
}

OwnedSlots::Set OwnedSlots::take(std::span<const SlotClaim> claims, std::span<const SlotEpoch> answers,
                                 uint64_t now_ms) {
  Set lost;
  for (size_t i = 0; i < claims.size(); ++i) {
    State& state = slots_[claims[i].slot.value];
    state.owned = answers[i].taken;
    if (!state.owned) {
      lost.set(claims[i].slot.value);
      continue;
    }
    state.epoch = answers[i].epoch;
    state.taken_ms = now_ms;
  }
  return lost;
}

std::vector<Slot> OwnedSlots::all() const {
  std::vector<Slot> owned;
  for (size_t i = 0; i < kSlots; ++i) {
    if (slots_[i].owned) owned.push_back({static_cast<uint8_t>(i)});
  }
  return owned;
}

}  // namespace kith
