// SPDX-License-Identifier: AGPL-3.0-or-later

// Whom accounts have written to, in the RocksDB database of the inboxes: it matters only while one of those is full,
// and is lost together with them. A backup of accounts.db does not have it.
//
// Cost: 16 bytes for an account, and 4 for each mark; a change is written behind what the log has, and synced with the
//       next message.
#pragma once

#include "net/work_thread.h"
#include "server/embedded/inbox_database.h"
#include "server/ports/pair_store.h"

namespace kith {

class RocksDbPairStore final : public PairStore {
 public:
  // The database outlives the store.
  explicit RocksDbPairStore(InboxDatabase& database) : database_(database), worker_("kith-pairs") {}

  Task<Result<std::vector<PeerMark>, StoreError>> load(AccountId account) override;
  Task<Result<void, StoreError>> put(AccountId account, std::vector<PeerMark> peers) override;

 private:
  Result<std::vector<PeerMark>, StoreError> load_now(const AccountId& account) const;
  Result<void, StoreError> put_now(const AccountId& account, const std::vector<PeerMark>& peers) const;

  InboxDatabase& database_;
  net::WorkThread worker_;  // of both, so that they keep their order
};

}  // namespace kith
