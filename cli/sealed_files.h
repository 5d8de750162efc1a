// SPDX-License-Identifier: AGPL-3.0-or-later

// The sealed files of a home (MEDIA-1): DIR/media/ab/abcd..., by their names; NAME.part is what has come so far of one
// that is fetched; sealing-* is one that is being made.
//
// A file under its own name is whole and durable: it is written beside, synced and renamed. Any program of the home's
// user may seal and read; what is fetched and removed is the program's that has the home.
//
// Errors: FileError, of which kNoRoom may go away.
// Calls:  any thread, one at a time for a name. They wait for the disk.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"
#include "crypto/media.h"

namespace kith::cli {

enum class FileError : uint8_t {
  kMissing,    // there is none of the name, or what is to be sealed can't be opened
  kNoRoom,     // the disk is full
  kFailed,     // reading or writing failed
  kDamaged,    // what is there is not what was sealed
  kTooLarge,   // of what is to be sealed: more than kFileBytesMax, or it grew meanwhile
  kEmpty,      // of what is to be sealed: there is nothing in it
  kNotRegular  // of what is to be sealed: a directory, a device
};

// An open descriptor, closed with it.
class OpenFile {
 public:
  OpenFile() = default;
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~OpenFile();
  [[nodiscard]] int get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }
  [[nodiscard]] uint64_t size() const;
  // At most so many bytes from there, fewer at the end.
  [[nodiscard]] Result<Bytes, FileError> read(uint64_t offset, size_t size) const;
  [[nodiscard]] Result<void, FileError> write(uint64_t offset, BytesView bytes) const;
  // What was written is durable.
  [[nodiscard]] Result<void, FileError> sync() const;

 private:
  int descriptor_ = -1;
};

class SealedFiles {
 public:
  explicit SealedFiles(const std::string& home) : directory_(home + "/media") {}

  // Seals the file at `path` under a key and an id of its own. `progress` is told the bytes that are done.
  Result<crypto::SealedFile, FileError> seal(const std::string& path, RandomSource& random,
                                             const std::function<void(uint64_t)>& progress = {});
  // Gives the file's bytes to `take`, in order, until it says false.
  Result<void, FileError> unseal(const std::string& name, const crypto::SealedFile& file,
                                 const std::function<bool(BytesView)>& take);

  // A path for what somebody works at, in the directory, which is made; what is there for an hour goes
  // with old_names().
  [[nodiscard]] std::string new_beside(RandomSource& random) const;
  // For reading.
  [[nodiscard]] Result<OpenFile, FileError> open(const std::string& name) const;
  // What there is of one that is fetched, for reading and writing; made if there is nothing yet.
  Result<OpenFile, FileError> open_part(const std::string& name);
  // It is whole: it gets its name.
  Result<void, FileError> keep_part(const std::string& name, const OpenFile& part);
  // What there is under the name, and its part.
  void remove(const std::string& name);
  void remove_part(const std::string& name);
  // Names that are there for `age_s` or longer; what was being sealed for so long is removed.
  std::vector<std::string> old_names(int64_t age_s);

 private:
  [[nodiscard]] std::string path_of(const std::string& name) const;
  Result<void, FileError> make_directory(const std::string& name);

  const std::string directory_;
};

// For people.
const char* describe(FileError error);

}  // namespace kith::cli
