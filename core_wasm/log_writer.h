// SPDX-License-Identifier: AGPL-3.0-or-later

// Gathers what SQLite appends to its write-ahead log, so that a transaction of many pages is a few writes of the host
// and one sync.
//
// SQLite writes each frame as 24 bytes of header and then a page; the header of a transaction's last frame has a number
// other than 0 in bytes
// 4 to 7. Writes that continue where the last one ended are gathered; the page of a last frame sends everything out and
//   syncs it.
// A write anywhere else (the log begins anew, a checksum is corrected, a page is replaced) goes out at once, after what
// is gathered.
//
// Ownership: the file is the host's. Limits: gathers at most 256 KiB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kith::core_wasm {

class LogWriter {
 public:
  explicit LogWriter(int file) : file_(file) {}

  // Each answers 0 or a negative result of the host (core_wasm/host_imports.h). After a failure of write() or flush()
  // the gathered bytes are given up: SQLite rolls the transaction back and its frames count for nothing.
  int write(std::string_view data, int64_t offset);
  int flush();
  int sync();
  int truncate(int64_t size);

  // Whether bytes of [offset, offset+size) are still gathered: flush() before reading them.
  [[nodiscard]] bool holds(int64_t offset, int64_t size) const;
  // Bytes that the file will have at least once everything is out.
  [[nodiscard]] int64_t gathered_end() const { return gathered_.empty() ? 0 : end_; }

 private:
  int file_;
  std::string gathered_;           // ends at end_
  int64_t end_ = 0;                // where the last write ended
  bool ends_transaction_ = false;  // the last write was the header of a transaction's last frame
  bool unsynced_ = false;
};

}  // namespace kith::core_wasm
