// SPDX-License-Identifier: AGPL-3.0-or-later

// The embedded stores, opened together.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "server/embedded/rocksdb_inbox_store.h"
#include "server/embedded/sql_account_store.h"
#include "server/embedded/sql_key_store.h"
#include "server/embedded/sql_last_seen_store.h"
#include "server/embedded/sql_profile_store.h"
#include "server/node/config.h"
#include "server/node/data_directory.h"
#include "server/ports/code_sender.h"

namespace kith::node {

struct Stores {
  // The clock outlives the stores. The error is a sentence for the operator.
  static Result<std::unique_ptr<Stores>, std::string> open(const Config& config, const DataDirectory& directory,
                                                           Clock& clock);

  // Why the server should get no traffic; empty when it should. Any thread.
  [[nodiscard]] std::string unready_reason() const;

  // In the order of making; destroyed in reverse.
  std::unique_ptr<SqlDatabase> database;
  std::unique_ptr<SqlAccountStore> accounts;
  std::unique_ptr<SqlKeyStore> keys;
  std::unique_ptr<SqlProfileStore> profiles;
  std::unique_ptr<SqlLastSeenStore> last_seen;
  std::unique_ptr<RocksDbInboxStore> inboxes;
  std::unique_ptr<DiskSpace> disk;
  std::unique_ptr<CodeSender> codes;
};

}  // namespace kith::node
