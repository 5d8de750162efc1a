// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/streamed_body.h"

namespace kith::gateway {

Task<Result<Bytes, StreamError>> StreamedBody::next() {
  for (;;) {
    if (!pieces_.empty()) {
      Bytes piece = std::move(pieces_.front());
      pieces_.pop_front();
      waiting_ -= piece.size();
      co_return piece;
    }
    if (error_) co_return Fail(*error_);
    if (ended_) co_return Bytes();
    OneShot<std::monostate>& arrival = arrival_.emplace();
    wanted_();
    co_await arrival;
    arrival_.reset();
  }
}

// A sender of single bytes shall not make a piece of each.
void StreamedBody::put(Bytes bytes) {
  waiting_ += bytes.size();
  if (!pieces_.empty() && pieces_.back().size() + bytes.size() <= kPieceBytesMax) {
    pieces_.back().append(bytes);
  } else {
    pieces_.push_back(std::move(bytes));
  }
  wake();
}

void StreamedBody::end() {
  ended_ = true;
  wake();
}

void StreamedBody::fail(StreamError error) {
  if (ended_ || error_) return;
  error_ = error;
  wake();
}

void StreamedBody::wake() {
  if (arrival_ && !arrival_->is_set()) arrival_->set({});
}

}  // namespace kith::gateway
