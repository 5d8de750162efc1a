// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/stores.h"

#include "server/embedded/code_senders.h"

namespace kith::node {

namespace {

std::string reason_of(const char* store, StoreHealth health) {
  switch (health) {
    case StoreHealth::kOk: break;
    case StoreHealth::kFull: return std::string(store) + " is full";
    case StoreHealth::kUnavailable: return std::string(store) + " can't be written";
  }
  return "";
}

}  // namespace

Result<std::unique_ptr<Stores>, std::string> Stores::open(const Config& config, const DataDirectory& directory,
                                                          Clock& clock) {
  auto stores = std::make_unique<Stores>();
  auto database = SqlDatabase::open(directory.accounts_file());
  if (!database) return Fail(database.error());
  stores->database = std::move(*database);
  stores->accounts = std::make_unique<SqlAccountStore>(*stores->database);
  stores->keys = std::make_unique<SqlKeyStore>(*stores->database);
  stores->profiles = std::make_unique<SqlProfileStore>(*stores->database);
  stores->last_seen = std::make_unique<SqlLastSeenStore>(*stores->database, config.last_seen_write_ms);

  RocksDbInboxStore::Settings settings;
  settings.database.directory = directory.inboxes();
  settings.database.open_files_max = static_cast<int>(config.store_files_max);
  settings.bounds = {config.store_bytes_max, config.free_bytes_min};
  auto inboxes = RocksDbInboxStore::open(std::move(settings), clock);
  if (!inboxes) return Fail(inboxes.error());
  stores->inboxes = std::move(*inboxes);

  stores->disk = std::make_unique<DiskSpace>(directory.path(), clock);
  if (config.codes == "echo") {
    stores->codes = std::make_unique<EchoCodeSender>();
  } else {
    stores->codes = std::make_unique<ConsoleCodeSender>();
  }
  return stores;
}

std::string Stores::unready_reason() const {
  const std::string reason = reason_of("the inbox store", inboxes->health());
  return reason.empty() ? reason_of("the account store", database->health()) : reason;
}

}  // namespace kith::node
