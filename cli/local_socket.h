// SPDX-License-Identifier: AGPL-3.0-or-later

// One connection between two programs of the same user on this machine, and the socket in a home that makes them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "net/client_network.h"

namespace kith::cli {

// Calls: from the loop of the network, which it borrows. It may not go inside one of its own callbacks.
class LocalSocket {
 public:
  // Owns the descriptor, which must not block.
  LocalSocket(net::ClientNetwork& network, int descriptor) : network_(network), descriptor_(descriptor) {}
  ~LocalSocket();
  LocalSocket(const LocalSocket&) = delete;
  LocalSocket& operator=(const LocalSocket&) = delete;

  // Calls `taken` once: with a piece of what came, or with "" when the other end is gone. Ask again for more.
  void read_on(std::function<void(std::string_view)> taken);
  [[nodiscard]] bool is_reading() const { return reading_; }
  // Adds a line, whose end is put here. It leaves as the other end reads; what can't be written any more is dropped.
  void send_line(std::string_view line);
  // Bytes that have not left yet: who sends keeps them bounded.
  [[nodiscard]] size_t queued() const { return queue_.size() - sent_; }
  // Called when the queue has become shorter.
  std::function<void()> on_sent;

 private:
  void read_some();
  void write_some();

  net::ClientNetwork& network_;
  int descriptor_;
  std::function<void(std::string_view)> taken_;
  bool reading_ = false;
  bool writing_ = false;
  bool broken_ = false;
  std::string queue_;
  size_t sent_ = 0;  // of queue_
};

// DIR/socket, for this user only, of any length of path. Answers the listening descriptor; absent when it can't be.
std::optional<int> listen_in(const std::string& directory);
// Somebody who connected to it. Absent when nobody waits, or it is another user's program: those are turned away.
std::optional<int> accept_same_user(int listening);
// To the program that listens in the directory, if one of this user does.
std::optional<int> connect_in(const std::string& directory);
void remove_socket_in(const std::string& directory);

}  // namespace kith::cli
