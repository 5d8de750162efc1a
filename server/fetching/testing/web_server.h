// SPDX-License-Identifier: AGPL-3.0-or-later

// A little web of a test's own: one port on every loopback address, IPv4 and IPv6, and a function that answers. It
// knows no HTTP, so that it can break it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace kith::fetching::testing {

class WebServer {
 public:
  // One connection. Calls: from its own thread.
  class Visitor {
   public:
    Visitor(WebServer& server, int socket) : server_(server), socket_(socket) {}
    std::string request;  // its head, with the empty line
    // The path that is asked for.
    [[nodiscard]] std::string path() const;
    // False: the visitor has gone, or the server stops.
    bool send(std::string_view bytes) const;
    // So long, or until the server stops.
    void wait_ms(int ms) const;
    [[nodiscard]] bool is_stopping() const { return server_.stopping_; }

   private:
    WebServer& server_;
    int socket_;
  };
  using Answer = std::function<void(Visitor&)>;

  explicit WebServer(Answer answer);
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  [[nodiscard]] uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& host, const std::string& path) const {
    return "http://" + host + ":" + std::to_string(port_) + path;
  }
  // Those that have come, heads whole.
  [[nodiscard]] std::vector<std::string> requests() const;
  // To which of its addresses connections came, in order: "127.0.0.1", "::1".
  [[nodiscard]] std::vector<std::string> visited() const;

 private:
  void serve();
  void meet(int socket);

  Answer answer_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;  // guarded by mutex_, as the next
  std::vector<std::string> visited_;
  std::list<std::thread> visitors_;  // of the thread that serves
  std::thread thread_;
};

// An answer with this body; more header lines each end in "\r\n".
std::string page(std::string_view body, std::string_view type = "text/html", std::string_view more = "");
std::string redirect(const std::string& to, std::string_view more = "");

}  // namespace kith::fetching::testing
