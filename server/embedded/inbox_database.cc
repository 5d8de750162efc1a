// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/inbox_database.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>
#include <rocksdb/write_buffer_manager.h>

#include <filesystem>
#include <mutex>

#include "server/embedded/group_log_record.h"
#include "server/embedded/inbox_record.h"
#include "server/embedded/rocksdb_log.h"

namespace kith {

namespace {

constexpr size_t kBlockCacheBytes = 64 << 20;
constexpr size_t kMemtableBytes = 64 << 20;
constexpr size_t kMemtablesBytesMax = 192 << 20;
constexpr size_t kLogBytesMax = 512 << 20;

rocksdb::Options options_of(const InboxDatabase::Settings& settings) {
  rocksdb::Options options;
  if (settings.env) options.env = settings.env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  // A torn record at the very end is what a crash leaves; damage anywhere else must not be passed over in silence.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.write_buffer_size = kMemtableBytes;
  options.write_buffer_manager = std::make_shared<rocksdb::WriteBufferManager>(kMemtablesBytesMax);
  options.max_total_wal_size = kLogBytesMax;
  options.max_open_files = settings.open_files_max;
  options.max_background_jobs = 2;
  options.bytes_per_sync = 1 << 20;
  options.compression = rocksdb::kNoCompression;  // entries are ciphertext
  options.level_compaction_dynamic_level_bytes = true;
  // Most records are deleted soon: compact a file once half of some stretch of it is deletions, and every file daily.
  options.table_properties_collector_factories = {rocksdb::NewCompactOnDeletionCollectorFactory(4096, 2048, 0.5)};
  options.periodic_compaction_seconds = 24 * 60 * 60;
  options.info_log = make_rocksdb_log();
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  table.cache_index_and_filter_blocks = true;
  table.block_size = 16 << 10;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

std::string explain(const std::string& directory, const rocksdb::Status& status) {
  const std::string what = "the inbox store in " + directory + " can't be opened: " + status.ToString() + ". ";
  if (status.IsNotSupported()) return what + "Use the version of kithd that wrote it, or a later one";
  if (status.IsCorruption()) {
    return what +
           "It is damaged: restore it from a backup, or move the directory away to start with empty inboxes "
           "(undelivered messages are lost, accounts are not)";
  }
  if (status.IsNoSpace()) return what + "The disk is full: make room and start again";
  if (status.ToString().find("lock") != std::string::npos) return what + "Another process has it open";
  return what + "Check that the directory can be read and written";
}

}  // namespace

Result<std::unique_ptr<InboxDatabase>, std::string> InboxDatabase::open(Settings settings) {
  std::unique_ptr<InboxDatabase> database(new InboxDatabase(std::move(settings)));
  std::error_code ignored;  // opening says it better
  std::filesystem::create_directory(database->settings_.directory, ignored);
  const rocksdb::Status status = database->open_now();
  if (!status.ok()) return Fail(explain(database->settings_.directory, status));
  return database;
}

InboxDatabase::~InboxDatabase() { close_now(); }

rocksdb::Status InboxDatabase::open_now() {
  const rocksdb::Options options = options_of(settings_);
  rocksdb::ColumnFamilyOptions small(options);
  small.write_buffer_size = 4 << 20;
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, options}, {inbox_record::kDaysFamily, small},
      {inbox_record::kPeersFamily, small},          {inbox_record::kMetaFamily, small},
      {group_log_record::kLogFamily, options},      {group_log_record::kMessagesFamily, small},
      {inbox_record::kBodiesFamily, options},
  };
  std::vector<rocksdb::ColumnFamilyHandle*> opened;
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(options, settings_.directory, families, &opened, &db);
  if (!status.ok()) return status;
  handles_ = {db, opened[0], opened[1], opened[2], opened[3], opened[4], opened[5], opened[6]};

  std::string format;
  status = db->Get({}, handles_.meta, inbox_record::kFormatKey, &format);
  const bool is_before = status.ok() && format.size() == 4 && read_u32(format.data()) == inbox_record::kFormatBefore;
  if (status.IsNotFound() || is_before) {
    format.clear();
    append_u32(format, inbox_record::kFormat);
    rocksdb::WriteOptions synced;
    synced.sync = true;
    status = db->Put(synced, handles_.meta, inbox_record::kFormatKey, format);
  }
  if (status.ok() && (format.size() != 4 || read_u32(format.data()) != inbox_record::kFormat)) {
    status = rocksdb::Status::NotSupported("its format is not known");
  }
  if (!status.ok()) close_now();
  return status;
}

void InboxDatabase::close_now() {
  if (!handles_.db) return;
  for (auto* family : handles_.families()) (void)handles_.db->DestroyColumnFamilyHandle(family);
  (void)handles_.db->Close();
  delete handles_.db;
  handles_ = {};
}

rocksdb::Status InboxDatabase::try_disk() {
  rocksdb::Env* const env = settings_.env ? settings_.env : rocksdb::Env::Default();
  const std::string file = settings_.directory + "/trial";
  const rocksdb::Status status = rocksdb::WriteStringToFile(env, "kith", file, true);
  return status.ok() ? env->DeleteFile(file) : status;
}

rocksdb::Status InboxDatabase::reopen() {
  const std::unique_lock lock(mutex_);
  close_now();
  return open_now();
}

void InboxDatabase::give_space_back() {
  if (!handles_.db) return;
  rocksdb::FlushOptions options;
  options.wait = false;
  // A failure shows in the next write
  (void)handles_.db->Flush(options, handles_.families());
}

uint64_t InboxDatabase::stored_bytes_held() const {
  std::string held;
  const bool is_known =
      handles_.db && handles_.db->Get({}, handles_.meta, inbox_record::kHeldKey, &held).ok() && held.size() == 8;
  return is_known ? read_u64(held.data()) : 0;
}

}  // namespace kith
