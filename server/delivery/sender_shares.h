// SPDX-License-Identifier: AGPL-3.0-or-later

// How much of one inbox each sender may fill, so that those who fill it keep nobody else out.
//
//   free          of the inbox's bound, what is not held
//   known sender  somebody whom the account has written to (known_peers.h), or named as a contact: all of what is
//                 free
//   stranger      what it holds may be a quarter of what is free, or the few of kEntriesLeast and kBytesLeast; and all
//                 strangers leave the last quarter of the bound alone
//
// So one stranger gets a fifth of an inbox, three together less than half, and however many there are, three quarters.
// Below an eighth of the bound nobody is counted: an inbox in ordinary use costs nothing here.
//
// Counts are estimates: what is confirmed is not told here; when more was counted than is held, everybody's count
// shrinks in proportion. Of more than kSendersMax, those who came last share one count.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "base/ids.h"
#include "server/delivery/amount.h"

namespace kith {

class SenderShares {
 public:
  static constexpr size_t kSendersMax = 1024;
  static constexpr uint64_t kEntriesLeast = 16;
  static constexpr uint64_t kBytesLeast = 256 * 1024;
  // Whether so little is held that there is nothing to share.
  [[nodiscard]] static bool is_roomy(const Amount& held, const Amount& bound);
  // Whether a stranger may add an entry of so many bytes.
  [[nodiscard]] bool has_room(const AccountId& stranger, uint64_t bytes, const Amount& held, const Amount& bound) const;
  void count(const AccountId& sender, uint64_t bytes);

 private:
  std::unordered_map<AccountId, Amount> senders_;
  Amount counted_;
};

}  // namespace kith
