// SPDX-License-Identifier: AGPL-3.0-or-later

// What every program in C++ that hosts a Client does in the same way: the terminal client, the simulator, the bench,
// the fuzzers and the tests. It numbers requests, keeps inputs until the core takes them and actions until they are
// carried out, and gives each action to the function for its kind. What differs is a HostActions, and when the program
// calls hand_in() and carry_out().
//
// Order:  inputs are handed in in the order of their arrival; actions are carried out in the order of the core.
// Limits: whoever brings inputs faster than it hands them in bounds them.
// Calls:  one thread. A HostActions may bring inputs, never hand them in: the core is not entered twice.
#pragma once

#include <deque>
#include <string>

#include "core/client.h"

namespace kith::core {

// How one program carries out what its core asks for (proto/client_api/host.proto).
class HostActions {
 public:
  virtual ~HostActions() = default;
  virtual void respond(client_api::Response response) = 0;
  virtual void tell(client_api::Event event) = 0;
  virtual void open_socket(uint32_t socket, std::string url) = 0;
  virtual void send_frame(uint32_t socket, Bytes frame) = 0;
  virtual void close_socket(uint32_t socket) = 0;
  virtual void call_http(client_api::HttpCall call) = 0;
  virtual void wake_at(uint64_t monotonic_ms) = 0;  // 0: never
};

// The same for the device's sealed files, of a host that keeps some. What it is given in one call it ends by another.
class FileActions {
 public:
  virtual ~FileActions() = default;
  virtual void call_with_file(client_api::HttpCall call) = 0;
  virtual void fetch_file(client_api::FetchFile fetch) = 0;
  virtual void cancel(uint32_t call) = 0;
  virtual void remove_file(std::string file) = 0;
};

class ClientHost {
 public:
  static constexpr int kFramesTogether = 64;
  static constexpr size_t kRequestsTogether = 128;

  // Borrows both. Without `files` there are none on this device, and none come.
  explicit ClientHost(HostActions& actions, FileActions* files = nullptr) : actions_(actions), files_(files) {}

  // ---- what happened
  // Its number, which the response will have.
  uint32_t request(client_api::Request request);
  void socket_opened(uint32_t socket);
  void socket_frame(uint32_t socket, Bytes frame);
  // The same, in one input with the frames of this socket that came last and wait, at most kFramesTogether. True: it
  // holds that many, and the next frame begins another.
  bool socket_frame_together(uint32_t socket, Bytes frame);
  void socket_closed(uint32_t socket, uint32_t code = 0, std::string reason = {});
  void http_response(uint32_t call, uint32_t status, Bytes body, bool broke_off = false);
  void http_progress(uint32_t call, uint64_t done);
  void file_fetched(uint32_t call, client_api::FileFetched::Outcome outcome, uint32_t status = 0);
  void tick();
  void network_changed(bool online);
  void input(client_api::Input input) { inputs_.push_back(std::move(input)); }

  // ---- the core's turn
  [[nodiscard]] bool has_input() const { return !inputs_.empty(); }
  [[nodiscard]] bool has_action() const { return !waiting_.empty(); }
  [[nodiscard]] const client_api::Input& next_input() const { return inputs_.front(); }
  [[nodiscard]] const client_api::Action& next_action() const { return waiting_.front(); }
  // The next input.
  void hand_in(Client& client);
  // The next input, and the requests behind it that can share its transaction: at most kRequestsTogether.
  void hand_in_together(Client& client);
  // The next action.
  void carry_out();
  void carry_out(client_api::Action action);

  // ---- the end of a program
  // Nothing waits any more.
  void forget();
  void forget_inputs() { inputs_.clear(); }
  // Requests that were not handed in and that `of` says true for, by their number.
  template <class Of>
  void forget_requests(Of of) {
    std::erase_if(inputs_, [&of](const client_api::Input& in) { return in.has_request() && of(in.request().id()); });
  }

 private:
  client_api::Input& add() { return inputs_.emplace_back(); }
  void take(std::vector<client_api::Action> actions);

  HostActions& actions_;
  FileActions* files_;
  std::deque<client_api::Input> inputs_;
  std::deque<client_api::Action> waiting_;
  uint32_t last_request_ = 0;
};

}  // namespace kith::core
