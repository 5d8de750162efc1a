// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/admission.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>

namespace kith {
namespace {

constexpr size_t kNoSlot = SIZE_MAX;
constexpr size_t kFirstSlots = 16;

constexpr uint64_t kRoomyPart = 8;
constexpr uint64_t kSharePart = 4;
constexpr uint64_t kReservedPart = 4;  // for those who are known

uint64_t random_odd() {
  std::random_device device;
  return static_cast<uint64_t>(device()) << 32 | device() | 1;
}

// Multiply-shift with secret factors (Dietzfelbinger et al., "A Reliable Randomized Algorithm for the Closest-Pair
// Problem", 1997): clients choose message ids, and must not be able to choose ids that fall together.
size_t hash_of(const MessageId& id, uint64_t sender) {
  static const uint64_t factors[] = {random_odd(), random_odd(), random_odd()};
  uint64_t halves[2];
  static_assert(sizeof halves == MessageId::kBytes);
  std::memcpy(halves, id.value.data(), sizeof halves);
  return (halves[0] * factors[0] + halves[1] * factors[1] + sender * factors[2]) >> 40;
}

// Whether so little is held that there is nothing to share.
bool is_roomy(const Amount& held, const Amount& bound) {
  return held.entries <= bound.entries / kRoomyPart && held.bytes <= bound.bytes / kRoomyPart;
}

bool fits(uint64_t own, uint64_t more, uint64_t counted, uint64_t held, uint64_t bound, uint64_t least) {
  if (held + more > bound - bound / kReservedPart) return false;
  if (counted > held) own = static_cast<uint64_t>(static_cast<double>(own) * held / counted);
  return own + more <= std::max(least, (bound - std::min(bound, held)) / kSharePart);
}

}  // namespace

// ---------------------------------------------------------------- repetitions

// Account ids are made by the server at random, so half of one, mixed with the device, names a sender.
uint64_t Admission::sender_of(const DeviceAddress& from) { return std::hash<DeviceAddress>()(from); }

size_t Admission::find_slot(const MessageId& id, uint64_t sender) const {
  if (slots_.empty()) return kNoSlot;
  const size_t mask = slots_.size() - 1;
  for (size_t slot = hash_of(id, sender) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const Item& item = items_[slots_[slot] - 1u];
    if (item.server_time.value != 0 && item.sender == sender && item.id == id) return slot;
  }
  return kNoSlot;
}

std::optional<UnixMicros> Admission::find(const MessageId& id, const DeviceAddress& from) const {
  const size_t slot = find_slot(id, sender_of(from));
  if (slot == kNoSlot) return std::nullopt;
  return items_[slots_[slot] - 1u].server_time;
}

void Admission::add(const Item& item) {
  if (items_.size() < kMessagesMax) {
    items_.push_back(item);
    if (items_.size() * 2 > slots_.size()) {
      rebuild(std::max(kFirstSlots, slots_.size() * 2));
    } else {
      const size_t mask = slots_.size() - 1;
      size_t slot = hash_of(item.id, item.sender) & mask;
      while (slots_[slot] != 0) slot = (slot + 1) & mask;
      slots_[slot] = static_cast<uint16_t>(items_.size());
    }
    return;
  }
  // The ring is full. Deleting from an open table leaves holes that cut probe sequences; instead the oldest item is
  // overwritten, its slot stays (it points to an item that does not match it any more), and the table is made new each
  // time a quarter of the ring has gone by.
  items_[next_] = item;
  const size_t mask = slots_.size() - 1;
  size_t slot = hash_of(item.id, item.sender) & mask;
  while (slots_[slot] != 0) slot = (slot + 1) & mask;
  slots_[slot] = static_cast<uint16_t>(next_ + 1);
  next_ = (next_ + 1) % kMessagesMax;
  if (next_ % (kMessagesMax / 4) == 0) rebuild(slots_.size());
}

void Admission::remember(const MessageId& id, const DeviceAddress& from, UnixMicros server_time) {
  if (!find(id, from)) add({id, sender_of(from), server_time});
}

void Admission::forget(const MessageId& id, const DeviceAddress& from) {
  const size_t slot = find_slot(id, sender_of(from));
  if (slot != kNoSlot) items_[slots_[slot] - 1u].server_time = {};
}

void Admission::set_stored(std::vector<MessageId> ids) {
  std::sort(ids.begin(), ids.end());
  stored_ = std::move(ids);
}

bool Admission::may_be_stored(const MessageId& id) const {
  return std::binary_search(stored_.begin(), stored_.end(), id);
}

void Admission::rebuild(size_t slots) {
  slots_.assign(slots, 0);
  const size_t mask = slots - 1;
  for (size_t i = 0; i < items_.size(); ++i) {
    if (items_[i].server_time.value == 0) continue;
    size_t slot = hash_of(items_[i].id, items_[i].sender) & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<uint16_t>(i + 1);
  }
}

// ---------------------------------------------------------------- shares

bool Admission::has_share(const AccountId& stranger, uint64_t bytes, const Amount& held, const Amount& bound) const {
  if (is_roomy(held, bound)) return true;
  Amount own, counted;
  if (shares_) {
    auto known = shares_->senders.find(stranger);
    if (known == shares_->senders.end() && shares_->senders.size() > kSendersMax)
      known = shares_->senders.find(AccountId{});
    if (known != shares_->senders.end()) own = known->second;
    counted = shares_->counted;
  }
  return fits(own.entries, 1, counted.entries, held.entries, bound.entries, kEntriesLeast) &&
         fits(own.bytes, bytes, counted.bytes, held.bytes, bound.bytes, kBytesLeast);
}

void Admission::let_in(const MessageId& id, const DeviceAddress& from, UnixMicros server_time, uint64_t bytes,
                       const Amount& held, const Amount& bound) {
  add({id, sender_of(from), server_time});
  if (is_roomy(held, bound)) {
    shares_.reset();
  } else {
    count(from.account, bytes);
  }
}

void Admission::count(const AccountId& sender, uint64_t bytes) {
  if (!shares_) shares_ = std::make_unique<Shares>();
  auto& senders = shares_->senders;
  const bool has_place = senders.size() < kSendersMax || senders.contains(sender);
  Amount& amount = senders[has_place ? sender : AccountId{}];
  ++amount.entries;
  amount.bytes += bytes;
  ++shares_->counted.entries;
  shares_->counted.bytes += bytes;
}

}  // namespace kith
