// SPDX-License-Identifier: AGPL-3.0-or-later

// What happened in a run, in order: each note goes into the digest, and is printed if somebody wants to read it.
//
// Two runs of one seed make the same notes, byte for byte: the digest proves it.
#pragma once

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace kith::sim {

class Trace {
 public:
  // Prints to `out`; null: only the digest is kept.
  explicit Trace(std::FILE* out = nullptr) : out_(out) {}

  // `who` and `what` name the place and the event; `bytes` are what went by there, if anything did.
  void note(uint64_t time_us, std::string_view who, std::string_view what, uint64_t number = 0, BytesView bytes = {}) {
    mix(time_us);
    mix(who);
    mix(what);
    mix(number);
    mix(bytes);
    ++notes_;
    if (out_ == nullptr) return;
    std::fprintf(out_, "%12.6f %-8.*s %.*s", static_cast<double>(time_us) / 1e6, static_cast<int>(who.size()),
                 who.data(), static_cast<int>(what.size()), what.data());
    if (number != 0) std::fprintf(out_, " %" PRIu64, number);
    if (!bytes.empty()) std::fprintf(out_, " (%zu bytes, so far %016" PRIx64 ")", bytes.size(), digest_);
    std::fputc('\n', out_);
  }
  // A note about bytes that `text` says in words: asked for only when somebody reads.
  template <class Text>
  void note(uint64_t time_us, std::string_view who, std::string_view what, BytesView bytes, Text text) {
    std::FILE* const out = std::exchange(out_, nullptr);
    note(time_us, who, what, 0, bytes);
    out_ = out;
    if (out_ == nullptr) return;
    const std::string words = text();
    std::fprintf(out_, "%12.6f %-8.*s %.*s %s (%zu bytes, so far %016" PRIx64 ")\n", static_cast<double>(time_us) / 1e6,
                 static_cast<int>(who.size()), who.data(), static_cast<int>(what.size()), what.data(), words.c_str(),
                 bytes.size(), digest_);
  }

  [[nodiscard]] uint64_t digest() const { return digest_; }
  [[nodiscard]] uint64_t notes() const { return notes_; }

 private:
  void mix(uint64_t value) {
    digest_ = (digest_ ^ value) * 0x9E3779B97F4A7C15u;
    digest_ ^= digest_ >> 29;
  }
  void mix(std::string_view text) {
    mix(static_cast<uint64_t>(text.size()));
    while (text.size() >= 8) {
      mix(read_u64(text.data()));
      text.remove_prefix(8);
    }
    uint64_t rest = 0;
    for (const char c : text) rest = rest << 8 | static_cast<uint8_t>(c);
    mix(rest);
  }

  std::FILE* out_;
  uint64_t digest_ = 0x6B697468;
  uint64_t notes_ = 0;
};

}  // namespace kith::sim
