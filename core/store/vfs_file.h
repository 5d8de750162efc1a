// SPDX-License-Identifier: AGPL-3.0-or-later

// Files as SQLite's own layer has them (natively, in the browser, in tests), for what is not SQL.
//
// Calls: while no connection has the file open, or for reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"

struct sqlite3_file;
struct sqlite3_vfs;

namespace kith::core {

class VfsFile {
 public:
  // Makes the file if it is not there. `vfs`: null for the default one.
  VfsFile(const char* vfs, const std::string& path);
  ~VfsFile();
  VfsFile(const VfsFile&) = delete;
  VfsFile& operator=(const VfsFile&) = delete;

  // Each answers an SQLite code: SQLITE_OK is 0. All fail when the file could not be opened.
  int size(int64_t& bytes);
  // Zeros beyond the end of the file.
  int read(Bytes& into, size_t count, int64_t offset);
  int write(BytesView bytes, int64_t offset);  // 64 KiB at most
  int truncate(int64_t bytes);
  int sync();

  static bool exists(const char* vfs, const std::string& path);
  // Absent files can be removed.
  static int remove(const char* vfs, const std::string& path);
  // Durable when it answers 0. `to` is overwritten.
  static int copy(const char* vfs, const std::string& from, const std::string& to);

 private:
  const char* name_;  // as SQLite's file layers want names: with parameters, of which there are none
  std::unique_ptr<std::byte[]> memory_;
  sqlite3_file* file_;
  int opened_;
};

}  // namespace kith::core
