// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/known_peers.h"

#include <algorithm>
#include <utility>

namespace kith {

KnownPeers::KnownPeers(std::vector<PeerMark> marks) {
  if (!marks.empty()) known_ = std::make_unique<Known>(Known{.marks = std::move(marks)});
}

bool KnownPeers::has(const AccountId& peer) const {
  return known_ && std::ranges::binary_search(known_->marks, peer_mark(peer));
}

void KnownPeers::add(const AccountId& peer) {
  if (!known_) known_ = std::make_unique<Known>();
  std::vector<PeerMark>& marks = known_->marks;
  const PeerMark mark = peer_mark(peer);
  auto place = std::ranges::lower_bound(marks, mark);
  if (place != marks.end() && *place == mark) return;
  known_->changed = true;
  if (marks.size() >= PairStore::kPeersMax) {
    // Marks are random: the newcomer's low bits choose.
    marks.erase(marks.begin() + static_cast<std::ptrdiff_t>(mark % marks.size()));
    place = std::ranges::lower_bound(marks, mark);
  }
  marks.insert(place, mark);
}

bool KnownPeers::begin_write() {
  if (!known_ || !known_->changed || known_->writing) return false;
  known_->changed = false;
  known_->writing = true;
  return true;
}

void KnownPeers::finish_write(bool stored) {
  if (!known_) return;
  known_->writing = false;
  known_->changed = known_->changed || !stored;
}

std::vector<PeerMark> KnownPeers::marks() const { return known_ ? known_->marks : std::vector<PeerMark>(); }

}  // namespace kith
