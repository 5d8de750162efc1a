// SPDX-License-Identifier: AGPL-3.0-or-later

// A body for tests.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

#include "base/byte_source.h"
#include "base/executor.h"

namespace kith {

// Gives these pieces, one a turn of its executor, and then its end, or an error.
class ScriptedSource final : public ByteSource {
 public:
  explicit ScriptedSource(BytesView bytes, std::optional<StreamError> error = std::nullopt, size_t piece = 10'000)
      : error_(error) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
      pieces_.emplace_back(bytes.substr(0, piece));
  }
  Task<Result<Bytes, StreamError>> next() override {
    co_await later(*Executor::current());
    if (before_last && pieces_.size() <= 1) {
      Task<void> meanwhile = std::exchange(before_last, nullptr)();
      co_await std::move(meanwhile);
    }
    if (pieces_.empty()) {
      if (error_) co_return Fail(*error_);
      co_return Bytes();
    }
    Bytes piece = std::move(pieces_.front());
    pieces_.pop_front();
    co_return piece;
  }
  // What happens meanwhile: a plain function that makes the task.
  std::function<Task<void>()> before_last;

 private:
  std::deque<Bytes> pieces_;
  std::optional<StreamError> error_;
};

}  // namespace kith
