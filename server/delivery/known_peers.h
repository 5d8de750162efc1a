// SPDX-License-Identifier: AGPL-3.0-or-later

// Whom one account has written to: its friends, when strangers fill its inbox (admission.h). Kept in the PairStore;
// in memory as long as the account is.
//
// Cost:   a pointer until there is somebody; then 4 bytes for each of at most PairStore::kPeersMax. Somebody who is
//         written to again changes nothing, so that nothing is stored. When there are as many as may be, a newcomer
//         takes the place of another, which chance chooses: one who is written to still comes back with the next
//         message.
// Writes: one at a time; what a write that failed has left out goes with the next message that the account sends.
#pragma once

#include <memory>
#include <vector>

#include "server/ports/pair_store.h"

namespace kith {

class KnownPeers {
 public:
  KnownPeers() = default;
  // As PairStore::load() answers.
  explicit KnownPeers(std::vector<PeerMark> marks);

  [[nodiscard]] bool has(const AccountId& peer) const;
  void add(const AccountId& peer);

  // True: marks() are to be stored now, and finish_write() is to be called.
  [[nodiscard]] bool begin_write();
  void finish_write(bool stored);
  [[nodiscard]] std::vector<PeerMark> marks() const;

 private:
  struct Known {
    std::vector<PeerMark> marks;  // ascending
    bool changed = false;         // since the last write began
    bool writing = false;
  };
  std::unique_ptr<Known> known_;  // null: nobody
};

}  // namespace kith
