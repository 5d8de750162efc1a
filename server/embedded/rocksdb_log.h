// SPDX-License-Identifier: AGPL-3.0-or-later

// RocksDB's warnings and errors in the server's log.
#pragma once

#include <memory>

namespace rocksdb {
class Logger;
}

namespace kith {

// Instead of RocksDB's own log file: that one is on the disk that it reports about, and writing to it after the disk
// was full once ends the program by an assertion (RocksDB 7.8 as Debian builds it).
std::shared_ptr<rocksdb::Logger> make_rocksdb_log();

}  // namespace kith
