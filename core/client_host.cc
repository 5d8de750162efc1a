// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/client_host.h"

#include <iterator>
#include <utility>

#include "core/http_transfers.h"
#include "core/whole_bodies.h"

namespace kith::core {

using client_api::Action;
using client_api::Input;

ClientHost::ClientHost(HostActions& actions, PieceActions* pieces) : actions_(actions), pieces_(pieces) {
  if (pieces_ != nullptr) return;
  whole_bodies_ = std::make_unique<WholeBodies>(actions, *this);
  pieces_ = whole_bodies_.get();
}
ClientHost::~ClientHost() = default;

uint32_t ClientHost::request(client_api::Request request) {
  if (++last_request_ == 0) ++last_request_;
  request.set_id(last_request_);
  *add().mutable_request() = std::move(request);
  return last_request_;
}

void ClientHost::socket_opened(uint32_t socket) { add().mutable_socket_opened()->set_socket(socket); }

void ClientHost::socket_frame(uint32_t socket, Bytes frame) {
  client_api::SocketFrame& frames = *add().mutable_socket_frame();
  frames.set_socket(socket);
  frames.add_frames(std::move(frame));
}

bool ClientHost::socket_frame_together(uint32_t socket, Bytes frame) {
  const auto has_room = [socket](const Input& input) {
    return input.has_socket_frame() && input.socket_frame().socket() == socket &&
           input.socket_frame().frames_size() < kFramesTogether;
  };
  if (inputs_.empty() || !has_room(inputs_.back())) {
    socket_frame(socket, std::move(frame));
  } else {
    inputs_.back().mutable_socket_frame()->add_frames(std::move(frame));
  }
  return !has_room(inputs_.back());
}

void ClientHost::socket_closed(uint32_t socket, uint32_t code, std::string reason) {
  client_api::SocketClosed& closed = *add().mutable_socket_closed();
  closed.set_socket(socket);
  closed.set_code(code);
  closed.set_reason(std::move(reason));
}

void ClientHost::http_response(uint32_t call, uint32_t status, Bytes body, bool broke_off) {
  if (whole_bodies_ && whole_bodies_->answer(call, status, body)) return;
  client_api::HttpResponse& response = *add().mutable_http_response();
  response.set_call(call);
  response.set_status(status);
  response.set_body(std::move(body));
  response.set_broke_off(broke_off);
}

void ClientHost::http_wanted(uint32_t call) { add().mutable_http_wanted()->set_call(call); }

void ClientHost::http_head(client_api::HttpHead head) { *add().mutable_http_head() = std::move(head); }

void ClientHost::http_piece(uint32_t call, Bytes bytes, bool last) {
  client_api::HttpPiece& piece = *add().mutable_http_piece();
  piece.set_call(call);
  piece.set_bytes(std::move(bytes));
  piece.set_last(last);
}

void ClientHost::tick() { add().mutable_tick(); }

void ClientHost::network_changed(bool online) { add().mutable_network_changed()->set_online(online); }

void ClientHost::take(std::vector<Action> actions) {
  waiting_.insert(waiting_.end(), std::make_move_iterator(actions.begin()), std::make_move_iterator(actions.end()));
}

void ClientHost::hand_in(Client& client) {
  const Input next = std::move(inputs_.front());
  inputs_.pop_front();
  std::vector<Action> actions;
  client.handle(next, actions);
  take(std::move(actions));
}

void ClientHost::hand_in_together(Client& client) {
  std::vector<Input> together;
  do {
    together.push_back(std::move(inputs_.front()));
    inputs_.pop_front();
  } while (!inputs_.empty() && inputs_.front().has_request() && together.size() < kRequestsTogether);
  std::vector<Action> actions;
  client.handle_together(together, actions);
  take(std::move(actions));
}

void ClientHost::carry_out() {
  Action action = std::move(waiting_.front());
  waiting_.pop_front();
  carry_out(std::move(action));
}

void ClientHost::carry_out(Action action) {
  switch (action.kind_case()) {
    case Action::kResponse: return actions_.respond(std::move(*action.mutable_response()));
    case Action::kEvent: return actions_.tell(std::move(*action.mutable_event()));
    case Action::kOpenSocket:
      return actions_.open_socket(action.open_socket().socket(),
                                  std::move(*action.mutable_open_socket()->mutable_url()));
    case Action::kSendFrame:
      return actions_.send_frame(action.send_frame().socket(),
                                 std::move(*action.mutable_send_frame()->mutable_frame()));
    case Action::kCloseSocket: return actions_.close_socket(action.close_socket().socket());
    case Action::kHttpCall:
      if (is_transfer(action.http_call())) return pieces_->begin_transfer(std::move(*action.mutable_http_call()));
      return actions_.call_http(std::move(*action.mutable_http_call()));
    case Action::kHttpGive:
      return pieces_->give(action.http_give().call(), std::move(*action.mutable_http_give()->mutable_bytes()));
    case Action::kHttpTake: return pieces_->take(action.http_take().call());
    case Action::kHttpCancel: return pieces_->cancel(action.http_cancel().call());
    case Action::kWakeAt: return actions_.wake_at(action.wake_at().monotonic_ms());
    case Action::KIND_NOT_SET: return;
  }
}

void ClientHost::forget() {
  inputs_.clear();
  waiting_.clear();
  if (whole_bodies_) whole_bodies_->forget();
}

}  // namespace kith::core
