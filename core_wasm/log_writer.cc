// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core_wasm/log_writer.h"

#include "base/bytes.h"
#include "core_wasm/host_imports.h"

namespace kith::core_wasm {
namespace {

constexpr size_t kGatheredMax = 256 * 1024;
constexpr size_t kFrameHeader = 24;

bool is_last_header(std::string_view data) { return data.size() == kFrameHeader && read_u32(data.data() + 4) != 0; }

}  // namespace

int LogWriter::write(std::string_view data, int64_t offset) {
  if (offset != end_) {
    if (const int result = flush(); result != 0) return result;
    unsynced_ = true;
    if (const int result = host_file_write(file_, data.data(), data.size(), double(offset)); result != 0) return result;
    end_ = offset + int64_t(data.size());
    ends_transaction_ = is_last_header(data);
    // Either its page follows, or this corrects the header of a frame that is there already and nothing follows.
    return ends_transaction_ ? sync() : 0;
  }
  const bool page_of_last_frame = ends_transaction_ && data.size() > kFrameHeader;
  ends_transaction_ = is_last_header(data);
  gathered_.append(data);
  end_ += int64_t(data.size());
  if (page_of_last_frame) return sync();
  return gathered_.size() >= kGatheredMax ? flush() : 0;
}

int LogWriter::flush() {
  if (gathered_.empty()) return 0;
  unsynced_ = true;
  const int result =
      host_file_write(file_, gathered_.data(), gathered_.size(), double(end_ - int64_t(gathered_.size())));
  gathered_.clear();
  return result;
}

int LogWriter::sync() {
  if (const int result = flush(); result != 0) return result;
  if (!unsynced_) return 0;
  const int result = host_file_sync(file_);
  unsynced_ = result != 0;
  return result;
}

int LogWriter::truncate(int64_t size) {
  if (const int result = flush(); result != 0) return result;
  unsynced_ = true;
  end_ = size;
  ends_transaction_ = false;
  return host_file_truncate(file_, double(size));
}

bool LogWriter::holds(int64_t offset, int64_t size) const {
  return !gathered_.empty() && offset < end_ && offset + size > end_ - int64_t(gathered_.size());
}

}  // namespace kith::core_wasm
