// SPDX-License-Identifier: AGPL-3.0-or-later

// An Output whose data and words a test can read.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "cli/output.h"

namespace kith::cli::testing {

class CapturedOutput {
 public:
  CapturedOutput() : data_(::memfd_create("data", 0)), words_(::memfd_create("words", 0)), out(data_, words_) {}
  ~CapturedOutput() {
    ::close(data_);
    ::close(words_);
  }
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;

 private:
  int data_;
  int words_;

 public:
  Output out;
  std::string data() { return out.flush() ? content(data_) : ""; }
  [[nodiscard]] std::string words() const { return content(words_); }

 private:
  static std::string content(int descriptor) {
    std::string text(static_cast<size_t>(::lseek(descriptor, 0, SEEK_END)), '\0');
    const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
    return size < 0 ? "" : text;
  }
};

}  // namespace kith::cli::testing
