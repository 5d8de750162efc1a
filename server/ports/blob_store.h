// SPDX-License-Identifier: AGPL-3.0-or-later

// The bytes of sealed files (MEDIA-1), each under its id. Whose a file is and how long it stays is the MediaIndex's to
// know; what is in it nobody's here.
//
// Life:   begin(), append() until all of it is there, finish(); remove() at any time. What is finished never changes.
// Memory: of a file, whatever its size, one block a call.
// Calls:  any number at a time, of one file too: they take effect one after the other. From any executor; they may
//         complete on another, but a body is asked for its pieces on the one that called.
// Errors: kUnavailable; kFull for those that write; others as said.
//
// Made so that an object store can be behind it. begin() makes a multipart upload; append() puts parts of 5 MiB and
// more, and what is left over as an object of its own that the next part begins with, for a body is at most
// kFilePartBytesMax; held() sums the parts up; finish() completes the upload, and open() asks for a range. Addresses
// that the store has signed, to be given to whoever downloads, would be one method more.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/byte_source.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/store_error.h"

namespace kith {

class BlobStore {
 public:
  // Of a body this much is gathered before it is written.
  static constexpr size_t kBlockBytes = 512 * 1024;

  virtual ~BlobStore() = default;

  // Makes room for a file that will have `size` bytes. Whatever is there under that id stays as it is.
  //
  // Durable: when it completes.
  // Errors:  kFull as well when `size` bytes have no room now; room is not kept for them.
  virtual Task<Result<void, StoreError>> begin(FileId file, uint64_t size) = 0;

  struct Appended {
    uint64_t bytes = 0;                    // that the file has now
    std::optional<StreamError> broke_off;  // why the body ended early; what came of it stays all the same
  };
  // Puts a body behind the `offset` bytes that the file has, of `size` in the end: a body that goes beyond is broken
  // off, kTooLong. A later append() to the same file takes its place: this one writes nothing more, so that whoever
  // comes back on a new connection need not wait for the old one's end.
  //
  // Durable: when it completes.
  // Errors:  kConflict: it has another number of bytes, or another append() or a remove() came meanwhile; kNotFound: it
  //          was not begun, or is finished; kDamaged: what is under that name is no file. What was written before an
  //          error stays: held() tells.
  virtual Task<Result<Appended, StoreError>> append(FileId file, uint64_t offset, uint64_t size, ByteSource& body) = 0;

  struct Held {
    uint64_t bytes = 0;  // durable
    bool whole = false;  // finished
    friend bool operator==(const Held&, const Held&) = default;
  };
  // What is there of it. Errors: kNotFound, kDamaged.
  virtual Task<Result<Held, StoreError>> held(FileId file) = 0;

  // Makes it whole, at one moment: before, open() knows nothing of it. One that is whole already is no error.
  //
  // Durable: when it completes.
  // Errors:  kConflict: it has not `size` bytes; kNotFound; kDamaged.
  virtual Task<Result<void, StoreError>> finish(FileId file, uint64_t size) = 0;

  // Bytes of a file that is whole: `size` of them from `first` on. The store outlives the source, and a source whose
  // file is removed may end with an error.
  // Errors: kNotFound; kDamaged: it is shorter than that.
  virtual Task<Result<std::unique_ptr<ByteSource>, StoreError>> open(FileId file, uint64_t first, uint64_t size) = 0;

  // Takes it away, whole or not. What is not there is no error, nor is what no file is, which stays.
  //
  // Durable: when it completes.
  virtual Task<Result<void, StoreError>> remove(FileId file) = 0;

  // Bytes of bodies that were written and of files that were read, since the process began. Any thread.
  struct Traffic {
    uint64_t written = 0;
    uint64_t read = 0;
  };
  [[nodiscard]] virtual Traffic traffic() const = 0;
};

}  // namespace kith
