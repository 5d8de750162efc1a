// SPDX-License-Identifier: AGPL-3.0-or-later

// Whom each account has written to: as much as it takes to tell a friend from a stranger when an inbox fills (LIMIT-2),
// also after a restart. No names, times or counts.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/store_error.h"

namespace kith {

// The first 32 bits of an account's id. Ids are random and made by the server, so nobody chooses one that looks like a
// friend's; a stranger is taken for one of a thousand friends once in four million.
using PeerMark = uint32_t;
inline PeerMark peer_mark(const AccountId& peer) {
  return uint32_t{peer.value[0]} << 24 | uint32_t{peer.value[1]} << 16 | uint32_t{peer.value[2]} << 8 | peer.value[3];
}

class PairStore {
 public:
  static constexpr size_t kPeersMax = 1024;  // of one account

  virtual ~PairStore() = default;

  // Ascending, none twice; empty for an account that has written to nobody. kUnavailable.
  virtual Task<Result<std::vector<PeerMark>, StoreError>> load(AccountId account) = 0;

  // Replaces the account's marks: ascending, at most kPeersMax. None: nothing is kept of the account.
  //
  // Order:   calls for one account take effect in their order; each load() that is called later sees them.
  // Durable: when it completes, against an end of the process. A crash of the machine may lose the last seconds.
  // Errors:  kFull, kUnavailable.
  virtual Task<Result<void, StoreError>> put(AccountId account, std::vector<PeerMark> peers) = 0;
};

}  // namespace kith
