// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/client_host.h"

#include <iterator>
#include <utility>

namespace kith::core {

using client_api::Action;
using client_api::Input;

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
  client_api::HttpResponse& response = *add().mutable_http_response();
  response.set_call(call);
  response.set_status(status);
  response.set_body(std::move(body));
  response.set_broke_off(broke_off);
}

void ClientHost::http_progress(uint32_t call, uint64_t done) {
  client_api::HttpProgress& progress = *add().mutable_http_progress();
  progress.set_call(call);
  progress.set_done(done);
}

void ClientHost::file_fetched(uint32_t call, client_api::FileFetched::Outcome outcome, uint32_t status) {
  client_api::FileFetched& fetched = *add().mutable_file_fetched();
  fetched.set_call(call);
  fetched.set_outcome(outcome);
  fetched.set_status(status);
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
    case Action::kHttpCall: {
      client_api::HttpCall call = std::move(*action.mutable_http_call());
      if (call.body_file().empty()) return actions_.call_http(std::move(call));
      return files_ ? files_->call_with_file(std::move(call))
                    : file_fetched(call.call(), client_api::FileFetched::kMissing);
    }
    case Action::kFetchFile:
      return files_ ? files_->fetch_file(std::move(*action.mutable_fetch_file()))
                    : file_fetched(action.fetch_file().call(), client_api::FileFetched::kFailed);
    case Action::kHttpCancel: return files_ ? files_->cancel(action.http_cancel().call()) : void();
    case Action::kRemoveFile:
      return files_ ? files_->remove_file(std::move(*action.mutable_remove_file()->mutable_file())) : void();
    case Action::kWakeAt: return actions_.wake_at(action.wake_at().monotonic_ms());
    case Action::KIND_NOT_SET: return;
  }
}

void ClientHost::forget() {
  inputs_.clear();
  waiting_.clear();
}

}  // namespace kith::core
