// SPDX-License-Identifier: AGPL-3.0-or-later

// The body of one request between its connection, which puts in what arrives, and the handler, which takes it.
//
// Limits: the connection stops reading while is_full(). So at most kWaitingMax and what one read brings wait here.
// Calls:  on the connection's loop.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <variant>

#include "base/byte_source.h"

namespace kith::gateway {

class StreamedBody final : public ByteSource {
 public:
  static constexpr size_t kWaitingMax = 128 * 1024;

  // `wanted`: the handler waits for bytes, and none are here. May put some at once.
  explicit StreamedBody(std::function<void()> wanted) : wanted_(std::move(wanted)) {}

  // ---- the handler's side
  Task<Result<Bytes, StreamError>> next() override;

  // ---- the connection's side
  void put(Bytes bytes);
  // Nothing follows.
  void end();
  void fail(StreamError error);
  [[nodiscard]] bool is_full() const { return waiting_ >= kWaitingMax; }

 private:
  void wake();

  const std::function<void()> wanted_;
  std::deque<Bytes> pieces_;  // what came together, or fits into the one before
  size_t waiting_ = 0;        // bytes in pieces_
  bool ended_ = false;
  std::optional<StreamError> error_;
  std::optional<OneShot<std::monostate>> arrival_;
};

}  // namespace kith::gateway
