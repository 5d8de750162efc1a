// SPDX-License-Identifier: AGPL-3.0-or-later

// What the server knows of sealed files (MEDIA-1): which accounts hold each, how large it is, whether all of it is
// there, and when it is over. Their bytes are in the BlobStore.
//
// Who begins a file holds it, alone until it is whole; then others can hold it too. It stays until the last of them has
// let go of it, or it is over.
//
// A file goes in three steps, so that a crash leaves nothing behind: it is let go here, and is nobody's from then on;
// its bytes are removed; it is forgotten, and its bytes are given back. Whoever is interrupted in between is followed
// by the next sweep, for it comes up in take_due() again.
//
// Counts: all the bytes that the file will have, for what was promised is there. They are in full each account's that
//         holds it, from make() until it lets go or the file is forgotten; of all accounts together once, until then.
// Calls:  from any executor; they may complete on another. With any number of writers.
// Errors: kUnavailable; kFull for those that write; others as said.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/store_error.h"

namespace kith {

struct FileRecord {
  uint64_t size = 0;   // sealed, of all of it
  bool whole = false;  // else it is being uploaded
  UnixMicros created_at;
  UnixMicros expires_at;
  friend bool operator==(const FileRecord&, const FileRecord&) = default;
};

class MediaIndex {
 public:
  // How long after it was taken and not forgotten a file comes up in take_due() again.
  static constexpr uint64_t kAgainMicros = uint64_t{3600} * 1'000'000;

  virtual ~MediaIndex() = default;

  struct Bounds {
    uint64_t account_bytes_max = 0;
    uint64_t server_bytes_max = 0;  // 0: none
    uint32_t uploads_max = 0;       // of one account that are not whole
  };
  struct Wish {
    AccountId account;
    uint64_t size = 0;
    UnixMicros now;
    UnixMicros upload_until;  // when one that is begun is over
    UnixMicros whole_until;   // and one that is whole
  };
  enum class Made : uint8_t {
    kMade,
    kThere,           // the account holds it, if only from now on; as it is, or kept for longer when it is whole
    kTaken,           // of another size, or not whole and another account's
    kGoing,           // it was let go, and is not forgotten yet
    kQuotaExceeded,   // the account would have more bytes than it may
    kTooManyUploads,  // the account has begun as many as it may
    kServerFull,      // all together would have more bytes than they may
  };
  struct MakeAnswer {
    Made made = Made::kMade;
    FileRecord record;  // of kMade and kThere
  };
  // Begins a file, if none is there by that name, or holds the one that is there and whole, if the bounds allow it.
  // Answers other than kMade and kThere: nothing is written.
  virtual Task<Result<MakeAnswer, StoreError>> make(FileId file, Wish wish, Bounds bounds) = 0;

  // One that was not let go; over or not. Errors: kNotFound.
  virtual Task<Result<FileRecord, StoreError>> find(FileId file) = 0;
  // The same, of one that the account holds. Errors: kNotFound; kConflict: only others hold it.
  virtual Task<Result<FileRecord, StoreError>> find_held(FileId file, AccountId account) = 0;

  // All of it is there. It is over at `expires_at`, or later if that was said already. Once more is no error. Errors:
  // kNotFound.
  virtual Task<Result<void, StoreError>> finish(FileId file, UnixMicros expires_at) = 0;
  // It is over at `expires_at`, or later if that was said already. Errors: kNotFound.
  virtual Task<Result<void, StoreError>> prolong(FileId file, UnixMicros expires_at) = 0;

  // Not the account's any more. True: nor anybody else's, which is the first step. Errors: kNotFound; kConflict: only
  // others hold it.
  virtual Task<Result<bool, StoreError>> let_go(FileId file, AccountId account, UnixMicros now) = 0;
  // Lets go what is over, whoever holds it, at most so many, the oldest first; and answers it, with what was let go
  // kAgainMicros ago and is still here.
  virtual Task<Result<std::vector<FileId>, StoreError>> take_due(UnixMicros now, size_t count_max) = 0;
  // The last step, of one that was let go; another is not touched. One that is not there is no error.
  virtual Task<Result<void, StoreError>> forget(FileId file) = 0;

  struct Usage {
    uint64_t bytes = 0;
    uint64_t uploads = 0;  // files that are not whole
    friend bool operator==(const Usage&, const Usage&) = default;
  };
  virtual Task<Result<Usage, StoreError>> usage(AccountId account) = 0;

  struct Totals {
    uint64_t files = 0;
    uint64_t bytes = 0;
    uint64_t uploads = 0;
    friend bool operator==(const Totals&, const Totals&) = default;
  };
  // Of all files, each once, as this process has seen it last. Any thread, at once.
  [[nodiscard]] virtual Totals totals() const = 0;
};

}  // namespace kith
