// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/files_table.h"

namespace kith::core {

namespace {

#define KITH_FILE_COLUMNS "name, file_id, key, size, digest, state, done, server_until_us, used_us, trouble"

FileRow read_file(const Statement& row) {
  FileRow file;
  file.name = row.id<FileName>(0);
  file.file.id = row.id<FileId>(1);
  file.file.key = row.blob(2);
  file.file.size = static_cast<uint64_t>(row.integer(3));
  file.file.digest = row.blob(4);
  file.state = static_cast<FileState>(row.integer(5));
  file.done = static_cast<uint64_t>(row.integer(6));
  file.server_until = UnixMicros{static_cast<uint64_t>(row.integer(7))};
  file.used = UnixMicros{static_cast<uint64_t>(row.integer(8))};
  file.trouble = static_cast<int>(row.integer(9));
  return file;
}

int64_t stored(UnixMicros time) { return static_cast<int64_t>(time.value); }

}  // namespace

std::optional<FileRow> FilesTable::find(const FileName& name) {
  auto row = database_.prepare("SELECT " KITH_FILE_COLUMNS " FROM files WHERE name = ?");
  row.bind_id(name);
  return row.step() ? std::optional(read_file(row)) : std::nullopt;
}

bool FilesTable::add(const FileRow& row) {
  database_
      .prepare("INSERT INTO files (" KITH_FILE_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
      .bind_id(row.name)
      .bind_id(row.file.id)
      .bind_blob(row.file.key)
      .bind(static_cast<int64_t>(row.file.size))
      .bind_blob(row.file.digest)
      .bind(static_cast<int64_t>(row.state))
      .bind(static_cast<int64_t>(row.done))
      .bind(stored(row.server_until))
      .bind(stored(row.used))
      .bind(row.trouble)
      .run();
  return !database_.failed() && database_.changed_rows() == 1;
}

void FilesTable::set_state(const FileName& name, FileState state) {
  database_.prepare("UPDATE files SET state = ?, done = 0, trouble = 0 WHERE name = ?")
      .bind(static_cast<int64_t>(state))
      .bind_id(name)
      .run();
}

void FilesTable::set_done(const FileName& name, uint64_t done) {
  database_.prepare("UPDATE files SET done = ? WHERE name = ?").bind(static_cast<int64_t>(done)).bind_id(name).run();
}

bool FilesTable::set_trouble(const FileName& name, int trouble) {
  database_.prepare("UPDATE files SET trouble = ?1 WHERE name = ?2 AND trouble <> ?1")
      .bind(trouble)
      .bind_id(name)
      .run();
  return !database_.failed() && database_.changed_rows() == 1;
}

void FilesTable::set_server_until(const FileName& name, UnixMicros until) {
  database_.prepare("UPDATE files SET server_until_us = max(server_until_us, ?) WHERE name = ?")
      .bind(stored(until))
      .bind_id(name)
      .run();
}

void FilesTable::set_used(const FileName& name, UnixMicros used) {
  database_.prepare("UPDATE files SET used_us = ? WHERE name = ?").bind(stored(used)).bind_id(name).run();
}

void FilesTable::remove(const FileName& name) {
  database_.prepare("DELETE FROM files WHERE name = ?").bind_id(name).run();
}

std::vector<FileRow> FilesTable::moving(FileState state, int64_t limit) {
  auto row = database_.prepare("SELECT " KITH_FILE_COLUMNS
                               " FROM files WHERE state = ? AND state IN (1, 4, 7) ORDER BY sequence LIMIT ?");
  row.bind(static_cast<int64_t>(state)).bind(limit);
  std::vector<FileRow> found;
  while (row.step()) found.push_back(read_file(row));
  return found;
}

uint64_t FilesTable::bytes_here() {
  auto row = database_.prepare(
      "SELECT ifnull(sum(size), 0) FROM files WHERE state = 2 AND NOT EXISTS (SELECT 1 FROM profiles WHERE photo_file "
      "= files.name) AND NOT EXISTS (SELECT 1 FROM groups WHERE photo_file = files.name)");
  return row.step() ? static_cast<uint64_t>(row.integer(0)) : 0;
}

std::optional<FileRow> FilesTable::least_used(UnixMicros server_now) {
  auto row =
      database_.prepare("SELECT " KITH_FILE_COLUMNS
                        " FROM files WHERE state = 2 AND server_until_us > ? AND NOT EXISTS (SELECT 1 FROM profiles "
                        "WHERE photo_file = files.name) AND NOT EXISTS (SELECT 1 FROM groups WHERE photo_file = "
                        "files.name) ORDER BY used_us LIMIT 1");
  row.bind(stored(server_now));
  return row.step() ? std::optional(read_file(row)) : std::nullopt;
}

std::vector<FilesUse> FilesTable::use() {
  auto row = database_.prepare(
      "SELECT conversation, sum(size), count(*) FROM (SELECT DISTINCT m.conversation, f.name, f.size FROM files f JOIN "
      "messages m ON m.file = f.name WHERE f.state IN (1, 2)) GROUP BY conversation ORDER BY 2 DESC, 1");
  std::vector<FilesUse> found;
  while (row.step())
    found.push_back(
        {row.id<ConversationId>(0), static_cast<uint64_t>(row.integer(1)), static_cast<uint32_t>(row.integer(2))});
  return found;
}

std::vector<FileName> FilesTable::names(const FileName& after, int64_t limit) {
  auto row = database_.prepare("SELECT name FROM files WHERE name > ? ORDER BY name LIMIT ?");
  row.bind_id(after).bind(limit);
  std::vector<FileName> found;
  while (row.step()) found.push_back(row.id<FileName>(0));
  return found;
}

}  // namespace kith::core
