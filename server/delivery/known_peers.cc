// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/known_peers.h"

#include <algorithm>
#include <utility>

namespace kith {

bool KnownPeers::has(const AccountId& peer) const { return std::ranges::binary_search(marks_, peer_mark(peer)); }

void KnownPeers::add(const AccountId& peer) {
  const PeerMark mark = peer_mark(peer);
  auto place = std::ranges::lower_bound(marks_, mark);
  if (place != marks_.end() && *place == mark) return;
  changed_ = true;
  if (marks_.size() >= PairStore::kPeersMax) {
    // Marks are random: the newcomer's low bits choose.
    marks_.erase(marks_.begin() + static_cast<std::ptrdiff_t>(mark % marks_.size()));
    place = std::ranges::lower_bound(marks_, mark);
  }
  marks_.insert(place, mark);
}

bool KnownPeers::begin_write() {
  if (!changed_ || writing_) return false;
  changed_ = false;
  writing_ = true;
  return true;
}

void KnownPeers::finish_write(bool stored) {
  writing_ = false;
  changed_ = changed_ || !stored;
}

}  // namespace kith
