// SPDX-License-Identifier: AGPL-3.0-or-later

// The device's sealed files (MEDIA-1): which there are, and where each is. Their bytes are the host's
// (proto/client_api/host.proto).
//
//   files         sequence INTEGER PRIMARY KEY: the order in which they are sent and fetched, name BLOB(16) UNIQUE:
//                 among the device's files, file_id BLOB(16), key BLOB(32), size INTEGER, digest BLOB(32):
//                 crypto::SealedFile, state INTEGER (FileState), done INTEGER: sealed bytes, that the server has of one
//                 that is sent, or that have come, server_until_us INTEGER: server time, as far as is known, until when
//                 the server has it; 0: it never had, used_us INTEGER: this device's clock, when it came or was opened
//                 last, trouble INTEGER (client_api.Failure.Code): why one that is on its way does not get on; 0: it
//                 does
//   files_moving  index (state, sequence) of those that are on their way
//   files_used    index (used_us) of those that are here
//
// A file without a message that has it (messages.file), or a profile or group (photo_file), is needed by nobody. Those
// of profiles do not count in what is kept.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/store/conversation_id.h"
#include "core/store/database.h"
#include "crypto/media.h"

namespace kith::core {

// Numbers as in client_api.Media.State; kDeleting: nobody needs it any more, and the server is told so.
enum class FileState : uint8_t {
  kSending = 1,
  kHere = 2,
  kThere = 3,
  kFetching = 4,
  kGone = 5,
  kBroken = 6,
  kDeleting = 7
};

struct FileRow {
  FileName name;
  crypto::SealedFile file;
  FileState state = FileState::kThere;
  uint64_t done = 0;
  UnixMicros server_until;
  UnixMicros used;
  int trouble = 0;

  [[nodiscard]] bool is_moving() const { return state == FileState::kSending || state == FileState::kFetching; }
};

struct FilesUse {
  ConversationId conversation;
  uint64_t bytes = 0;
  uint32_t files = 0;
};

class FilesTable {
 public:
  explicit FilesTable(Database& database) : database_(database) {}

  std::optional<FileRow> find(const FileName& name);
  // False: it is known already, and nothing changes.
  bool add(const FileRow& row);
  void set_state(const FileName& name, FileState state);
  void set_done(const FileName& name, uint64_t done);
  // False: it is so already.
  bool set_trouble(const FileName& name, int trouble);
  // Never earlier than it is.
  void set_server_until(const FileName& name, UnixMicros until);
  void set_used(const FileName& name, UnixMicros used);
  void remove(const FileName& name);

  // Those that are sent, fetched, or deleted from the server; the oldest first.
  std::vector<FileRow> moving(FileState state, int64_t limit);
  // Bytes of all that are on this device, but for photos of profiles and groups.
  uint64_t bytes_here();
  // Of those that are here and no such photos, that the server has and nobody has opened for the longest time.
  // Absent: there is none.
  std::optional<FileRow> least_used(UnixMicros server_now);
  // What is on this device, by conversation; a file of several counts in each. The largest first.
  std::vector<FilesUse> use();
  // Names of all, after this one, in ascending order.
  std::vector<FileName> names(const FileName& after, int64_t limit);

 private:
  Database& database_;
};

}  // namespace kith::core
