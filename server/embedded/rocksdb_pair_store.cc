// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/rocksdb_pair_store.h"

#include <rocksdb/db.h>

#include <utility>

#include "server/embedded/inbox_record.h"

namespace kith {

Task<Result<std::vector<PeerMark>, StoreError>> RocksDbPairStore::load(AccountId account) {
  return run_on(worker_, [this, account] { return load_now(account); }, StoreError::kUnavailable);
}

Task<Result<void, StoreError>> RocksDbPairStore::put(AccountId account, std::vector<PeerMark> peers) {
  return run_on(
      worker_, [this, account, peers = std::move(peers)] { return put_now(account, peers); }, StoreError::kUnavailable);
}

Result<std::vector<PeerMark>, StoreError> RocksDbPairStore::load_now(const AccountId& account) const {
  const InboxDatabase::Reading reading(database_);
  if (!reading) return Fail(StoreError::kUnavailable);
  rocksdb::PinnableSlice value;
  const BytesView key = account.view();
  const rocksdb::Status status = reading->db->Get({}, reading->peers, {key.data(), key.size()}, &value);
  if (!status.ok() && !status.IsNotFound()) return Fail(StoreError::kUnavailable);
  return inbox_record::parse_peers({value.data(), value.size()});
}

Result<void, StoreError> RocksDbPairStore::put_now(const AccountId& account, const std::vector<PeerMark>& peers) const {
  const InboxDatabase::Reading reading(database_);
  if (!reading) return Fail(StoreError::kUnavailable);
  const BytesView view = account.view();
  const rocksdb::Slice key(view.data(), view.size());
  const rocksdb::Status status = peers.empty()
                                     ? reading->db->Delete({}, reading->peers, key)
                                     : reading->db->Put({}, reading->peers, key, inbox_record::peers_value(peers));
  if (!status.ok()) return Fail(status.IsNoSpace() ? StoreError::kFull : StoreError::kUnavailable);
  return {};
}

}  // namespace kith
