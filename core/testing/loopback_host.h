// SPDX-License-Identifier: AGPL-3.0-or-later

// A host whose network is a LoopbackServer: a socket opens at once, a call is answered at once. What answers, is told
// and is timed is left to whoever derives from it.
#pragma once

#include "core/client_host.h"
#include "core/testing/loopback_server.h"

namespace kith::core::testing {

class LoopbackHost : public HostActions, public FileActions {
 public:
  explicit LoopbackHost(LoopbackServer& server) : server_(server) {}
  [[nodiscard]] LoopbackServer::Link link() const { return link_; }

  void open_socket(uint32_t socket, std::string /*url*/) override {
    socket_ = socket;
    link_ = server_.open_link();
    host_.socket_opened(socket);
  }
  void send_frame(uint32_t socket, Bytes frame) override {
    if (link_ != 0 && socket == socket_) server_.take_frame(link_, frame);
  }
  void close_socket(uint32_t socket) override {
    if (socket == socket_) cut();
  }
  HostFiles files;

  void call_http(client_api::HttpCall call) override {
    if (call.url().find("/v1/files") != std::string::npos) return answer_file_call(call, call.body());
    const std::string path = call.url().substr(call.url().find('/', call.url().find("://") + 3));
    LoopbackServer::HttpReply reply = server_.http(call.method(), path, call.body(), call.bearer());
    host_.http_response(call.call(), reply.status, std::move(reply.body));
  }
  void call_with_file(client_api::HttpCall call) override {
    const auto file = files.whole.find(call.body_file());
    if (file == files.whole.end()) return host_.file_fetched(call.call(), client_api::FileFetched::kMissing);
    answer_file_call(call, BytesView(file->second).substr(call.body_offset(), call.body_size()));
  }
  void fetch_file(client_api::FetchFile fetch) override {
    const auto stored = server_.files.stored.find(fetch.url().substr(fetch.url().rfind('/') + 1));
    if (stored == server_.files.stored.end())
      return host_.file_fetched(fetch.call(), client_api::FileFetched::kRefused, 404);
    ++server_.files.calls["GET"];
    host_.file_fetched(fetch.call(), files.fetch(fetch, stored->second));
  }
  void cancel(uint32_t /*call*/) override {}
  void remove_file(std::string file) override {
    files.whole.erase(file);
    files.parts.erase(file);
  }
  void wake_at(uint64_t monotonic_ms) override { wake_at_ = monotonic_ms; }

 protected:
  void answer_file_call(const client_api::HttpCall& call, BytesView body) {
    LoopbackServer::HttpReply reply = server_.file_call(call, body);
    host_.http_response(call.call(), reply.status, std::move(reply.body));
  }
  // This end goes away.
  void cut() {
    if (link_ != 0) server_.close_link(link_);
    link_ = 0;
  }
  // The server has closed it.
  void link_closed() {
    link_ = 0;
    host_.socket_closed(socket_);
  }
  void tick_if_due(uint64_t now_ms) {
    if (wake_at_ == 0 || wake_at_ > now_ms) return;
    wake_at_ = 0;
    host_.tick();
  }

  LoopbackServer& server_;
  ClientHost host_{*this, this};
  uint64_t wake_at_ = 0;
  uint32_t socket_ = 0;
  LoopbackServer::Link link_ = 0;
};

}  // namespace kith::core::testing
