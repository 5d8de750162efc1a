// SPDX-License-Identifier: AGPL-3.0-or-later

// The data directory: made when absent, and held by one process.
//
//   <directory>/lock         held while kithd runs; names its process id
//   <directory>/accounts.db  accounts, keys, profiles, last seen, leases: SQLite (server/sql/sql_schema.cc)
//   <directory>/inboxes/     undelivered messages, and whom accounts have written to: RocksDB
//                            (server/embedded/inbox_record.h)
//   <directory>/media/       sealed files (server/embedded/directory_blob_store.h)
#pragma once

#include <string>

#include "base/result.h"
#include "net/socket.h"

namespace kith::node {

class DataDirectory {
 public:
  // Makes it, and what lies in it, readable by its owner only, also when it was there before. The error is a sentence
  // for the operator.
  static Result<DataDirectory, std::string> open(const std::string& path);

  [[nodiscard]] std::string accounts_file() const { return path_ + "/accounts.db"; }
  [[nodiscard]] std::string inboxes() const { return path_ + "/inboxes"; }
  [[nodiscard]] std::string media() const { return path_ + "/media"; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  DataDirectory(std::string path, net::Descriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  std::string path_;
  net::Descriptor lock_;  // the kernel lets go of it however the process ends
};

}  // namespace kith::node
