// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/sender_shares.h"

#include <algorithm>

namespace kith {
namespace {

constexpr uint64_t kRoomyPart = 8;
constexpr uint64_t kSharePart = 4;
constexpr uint64_t kReservedPart = 4;  // for those who are known

bool fits(uint64_t own, uint64_t more, uint64_t counted, uint64_t held, uint64_t bound, uint64_t least) {
  if (held + more > bound - bound / kReservedPart) return false;
  if (counted > held) own = static_cast<uint64_t>(static_cast<double>(own) * held / counted);
  return own + more <= std::max(least, (bound - std::min(bound, held)) / kSharePart);
}

}  // namespace

bool SenderShares::is_roomy(const Amount& held, const Amount& bound) {
  return held.entries <= bound.entries / kRoomyPart && held.bytes <= bound.bytes / kRoomyPart;
}

bool SenderShares::has_room(const AccountId& stranger, uint64_t bytes, const Amount& held, const Amount& bound) const {
  auto own = senders_.find(stranger);
  if (own == senders_.end() && senders_.size() > kSendersMax) own = senders_.find(AccountId{});
  const Amount amount = own == senders_.end() ? Amount{} : own->second;
  return fits(amount.entries, 1, counted_.entries, held.entries, bound.entries, kEntriesLeast) &&
         fits(amount.bytes, bytes, counted_.bytes, held.bytes, bound.bytes, kBytesLeast);
}

void SenderShares::count(const AccountId& sender, uint64_t bytes) {
  const bool has_place = senders_.size() < kSendersMax || senders_.contains(sender);
  Amount& amount = senders_[has_place ? sender : AccountId{}];
  ++amount.entries;
  amount.bytes += bytes;
  ++counted_.entries;
  counted_.bytes += bytes;
}

}  // namespace kith
