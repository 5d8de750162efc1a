// SPDX-License-Identifier: AGPL-3.0-or-later

// A RocksDB environment whose disk can be full, broken or slow.
#pragma once

#include <atomic>
#include <memory>

namespace rocksdb {
class Env;
}

namespace kith {

class FaultyDisk {
 public:
  FaultyDisk();
  ~FaultyDisk();

  // From now on writes, syncs and new files fail with ENOSPC; or with EIO.
  void set_full(bool full) { full_ = full; }
  void set_broken(bool broken) { broken_ = broken; }
  // Until told otherwise no sync ends.
  void set_stalled(bool stalled) {
    stalled_ = stalled;
    stalled_.notify_all();
  }
  rocksdb::Env* env() { return env_.get(); }

  std::atomic<bool> full_{false};
  std::atomic<bool> broken_{false};
  std::atomic<bool> stalled_{false};

 private:
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace kith
