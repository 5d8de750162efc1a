// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/http_transfers.h"

#include <algorithm>

namespace kith::core {

uint32_t HttpTransfers::start(Transfer transfer) {
  if (transfers_.size() >= kTransfersMax || transfer.body_size > kTransferBodyBytesMax) return 0;
  const uint32_t number = next_call_();
  client_api::HttpCall& call = *output_.add().mutable_http_call();
  call.set_call(number);
  call.set_method(transfer.method);
  call.set_url(transfer.url);
  call.set_bearer(transfer.bearer);
  for (const auto& [name, value] : transfer.fields) {
    client_api::HttpField& field = *call.add_fields();
    field.set_name(name);
    field.set_value(value);
  }
  call.set_body_size(transfer.body_size);
  call.set_in_pieces(transfer.began != nullptr);
  State& state = transfers_.emplace(number, State{std::move(transfer)}).first->second;
  await_host(number, state);
  return number;
}

void HttpTransfers::await_host(uint32_t call, State& state) {
  timers_.cancel(state.timer);
  uint64_t patience_ms = kPatienceMs;
  if (state.given != 0 && state.given == state.transfer.body_size) patience_ms += state.given / kBytesPerMsMin;
  state.timer = timers_.set({clock_.monotonic().value + patience_ms}, [this, call] { give_up(call); });
}

HttpTransfers::State HttpTransfers::remove(Transfers::iterator found) {
  timers_.cancel(found->second.timer);
  State state = std::move(found->second);
  transfers_.erase(found);
  return state;
}

void HttpTransfers::give_up(uint32_t call) {
  const auto found = transfers_.find(call);
  if (found == transfers_.end()) return;
  tell_host_to_cancel(call);
  const State state = remove(found);
  state.transfer.ended(HttpReply{});
}

void HttpTransfers::give(uint32_t call, Bytes bytes) {
  const auto found = transfers_.find(call);
  if (found == transfers_.end()) return;
  State& state = found->second;
  const uint64_t left = state.transfer.body_size - state.given;
  const bool fits = !bytes.empty() && bytes.size() <= std::min<uint64_t>(left, kTransferPieceBytesMax);
  if (!std::exchange(state.is_wanted, false) || !fits) return give_up(call);
  state.given += bytes.size();
  client_api::HttpGive& give = *output_.add().mutable_http_give();
  give.set_call(call);
  give.set_bytes(std::move(bytes));
  await_host(call, state);
}

void HttpTransfers::take(uint32_t call) {
  const auto found = transfers_.find(call);
  if (found == transfers_.end() || !found->second.has_begun || found->second.has_taken) return;
  found->second.has_taken = true;
  output_.add().mutable_http_take()->set_call(call);
  await_host(call, found->second);
}

void HttpTransfers::cancel(uint32_t call) {
  const auto found = transfers_.find(call);
  if (found == transfers_.end()) return;
  tell_host_to_cancel(call);
  (void)remove(found);
}

void HttpTransfers::on_wanted(const client_api::HttpWanted& wanted) {
  const auto found = transfers_.find(wanted.call());
  if (found == transfers_.end()) return tell_host_to_cancel(wanted.call());
  State& state = found->second;
  if (state.is_wanted || state.given == state.transfer.body_size) return give_up(wanted.call());
  state.is_wanted = true;
  await_part(state);
  const auto ask = state.transfer.wanted;  // it may end the transfer
  ask();
}

void HttpTransfers::on_head(const client_api::HttpHead& head) {
  const auto found = transfers_.find(head.call());
  if (found == transfers_.end()) return tell_host_to_cancel(head.call());
  State& state = found->second;
  if (state.has_begun || !state.transfer.began) return give_up(head.call());
  state.has_begun = true;
  await_part(state);
  const auto begin = state.transfer.began;
  begin(head);
}

void HttpTransfers::on_piece(const client_api::HttpPiece& piece) {
  const auto found = transfers_.find(piece.call());
  if (found == transfers_.end()) return tell_host_to_cancel(piece.call());
  State& state = found->second;
  const bool is_one = piece.bytes().size() <= kTransferPieceBytesMax && (piece.last() || !piece.bytes().empty());
  if (!std::exchange(state.has_taken, false) || !is_one) return give_up(piece.call());
  if (piece.last()) {
    const State ended = remove(found);
    return ended.transfer.piece(piece.bytes(), true);
  }
  await_part(state);
  const auto tell = state.transfer.piece;
  tell(piece.bytes(), false);
}

bool HttpTransfers::on_response(const client_api::HttpResponse& response) {
  const auto found = transfers_.find(response.call());
  if (found == transfers_.end()) return false;
  const State state = remove(found);
  state.transfer.ended(HttpCalls::reply_of(response));
  return true;
}

void HostTransfers::note(const client_api::Action& action) {
  if (action.has_http_call() && is_transfer(action.http_call())) calls_.insert(action.http_call().call());
  if (action.has_http_cancel()) calls_.erase(action.http_cancel().call());
}

void HostTransfers::note(const client_api::Input& input) {
  if (input.has_http_response()) calls_.erase(input.http_response().call());
  if (input.has_http_piece() && input.http_piece().last()) calls_.erase(input.http_piece().call());
}

}  // namespace kith::core
