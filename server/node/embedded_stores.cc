// SPDX-License-Identifier: AGPL-3.0-or-later

// The one place that knows which stores a node has.
#include "server/embedded/code_senders.h"
#include "server/embedded/directory_blob_store.h"
#include "server/embedded/disk_space.h"
#include "server/embedded/rocksdb_inbox_store.h"
#include "server/embedded/sqlite_dialect.h"
#include "server/node/stores.h"
#include "server/sql/sql_account_store.h"
#include "server/sql/sql_group_store.h"
#include "server/sql/sql_key_store.h"
#include "server/sql/sql_last_seen_store.h"
#include "server/sql/sql_lease_store.h"
#include "server/sql/sql_link_store.h"
#include "server/sql/sql_media_index.h"
#include "server/sql/sql_profile_store.h"

namespace kith::node {

namespace {

class EmbeddedStores final : public Stores {
 public:
  EmbeddedStores(const Config& config, const DataDirectory& directory, Clock& clock,
                 std::unique_ptr<SqlDatabase> database, std::unique_ptr<RocksDbInboxStore> inboxes,
                 std::unique_ptr<DirectoryBlobStore> blobs)
      : database_(std::move(database)),
        accounts_(*database_),
        keys_(*database_),
        profiles_(*database_),
        last_seen_(*database_, config.last_seen_write_ms),
        leases_(*database_, "kithd"),  // one process at a time has the directory
        links_(*database_),
        groups_(*database_),
        media_(*database_),
        blobs_(std::move(blobs)),
        inboxes_(std::move(inboxes)),
        disk_(directory.path(), clock),
        codes_(make_codes(config)) {}

  [[nodiscard]] StorePorts ports() override {
    return {
        accounts_, keys_,   profiles_, last_seen_, inboxes_->pairs(), leases_, links_, groups_, inboxes_->group_log(),
        media_,    *blobs_, *inboxes_, *codes_};
  }
  [[nodiscard]] std::vector<Watched> watched() const override {
    return {{"inbox", *inboxes_}, {"account", *database_}, {"media", *blobs_}};
  }
  [[nodiscard]] std::optional<uint64_t> free_bytes() override { return disk_.free_bytes(); }

 private:
  static std::unique_ptr<CodeSender> make_codes(const Config& config) {
    if (config.codes == "echo") return std::make_unique<EchoCodeSender>();
    return std::make_unique<ConsoleCodeSender>();
  }

  // In the order of making; destroyed in reverse.
  std::unique_ptr<SqlDatabase> database_;
  SqlAccountStore accounts_;
  SqlKeyStore keys_;
  SqlProfileStore profiles_;
  SqlLastSeenStore last_seen_;
  SqlLeaseStore leases_;
  SqlLinkStore links_;
  SqlGroupStore groups_;
  SqlMediaIndex media_;
  std::unique_ptr<DirectoryBlobStore> blobs_;
  std::unique_ptr<RocksDbInboxStore> inboxes_;
  DiskSpace disk_;
  std::unique_ptr<CodeSender> codes_;
};

}  // namespace

Result<std::unique_ptr<Stores>, std::string> open_embedded(const Config& config, const DataDirectory& directory,
                                                           Clock& clock) {
  auto database = open_sqlite(directory.accounts_file());
  if (!database) return Fail(database.error());
  RocksDbInboxStore::Settings settings;
  settings.database.directory = directory.inboxes();
  settings.database.open_files_max = static_cast<int>(config.store_files_max);
  settings.bounds = {config.store_bytes_max, config.free_bytes_min, config.group_log_bytes_max,
                     config.group_bytes_of_account_max};
  auto inboxes = RocksDbInboxStore::open(std::move(settings), clock);
  if (!inboxes) return Fail(inboxes.error());
  auto blobs = DirectoryBlobStore::open({directory.media(), config.free_bytes_min}, clock);
  if (!blobs) return Fail(blobs.error());
  return std::make_unique<EmbeddedStores>(config, directory, clock, std::move(*database), std::move(*inboxes),
                                          std::move(*blobs));
}

}  // namespace kith::node
