// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/whole_bodies.h"

#include <utility>

#include "base/limits.h"
#include "core/http_transfers.h"

namespace kith::core {

void WholeBodies::begin_transfer(client_api::HttpCall call) {
  const uint32_t number = call.call();
  go_on(transfers_.emplace(number, State{std::move(call), false, {}, 0}).first->second);
}

void WholeBodies::go_on(State& state) {
  if (state.call.body().size() < state.call.body_size()) return host_.http_wanted(state.call.call());
  state.called = true;
  actions_.call_http(state.call);
}

void WholeBodies::give(uint32_t call, Bytes bytes) {
  const auto found = transfers_.find(call);
  if (found == transfers_.end() || found->second.called) return;
  found->second.call.mutable_body()->append(bytes);
  go_on(found->second);
}

bool WholeBodies::answer(uint32_t call, uint32_t status, Bytes& body) {
  const auto found = transfers_.find(call);
  if (found == transfers_.end()) return false;
  if (!found->second.call.in_pieces() || status < 200 || status > 299) {
    transfers_.erase(found);
    return false;
  }
  client_api::HttpHead head;
  head.set_call(call);
  head.set_status(status);
  head.set_size(body.size());
  found->second.answer = std::move(body);
  host_.http_head(std::move(head));
  return true;
}

void WholeBodies::take(uint32_t call) {
  const auto found = transfers_.find(call);
  if (found == transfers_.end()) return;
  State& state = found->second;
  Bytes piece = state.answer.substr(state.taken, kTransferPieceBytesMax);
  state.taken += piece.size();
  const bool last = state.taken == state.answer.size();
  if (last) transfers_.erase(found);
  host_.http_piece(call, std::move(piece), last);
}

}  // namespace kith::core
