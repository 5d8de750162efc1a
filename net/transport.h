// SPDX-License-Identifier: AGPL-3.0-or-later

// A connected non-blocking socket, in the clear or under TLS, with one way to read and write both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "net/socket.h"

struct ssl_st;  // OpenSSL's SSL

namespace kith::net {

enum class IoStatus : uint8_t {
  kDone,        // `bytes` bytes were moved, at least one
  kWouldBlock,  // wait for the descriptor; see Transport::wants_write
  kClosed,      // the peer has ended its side (reading), in an orderly way
  kFailed,      // the connection is broken
};
struct IoResult {
  IoStatus status;
  size_t bytes = 0;
};

// 16 bytes. Moves, owns socket and TLS state, closes them.
class Transport {
 public:
  // What a read under TLS should offer at least: a whole record, so that none of it stays behind where no event tells
  // of it.
  static constexpr size_t kReadMin = 16 * 1024 + 256;

  Transport() = default;
  // `tls`: from TlsContext::accept, or null. The handshake happens within the first reads.
  explicit Transport(Descriptor socket, ssl_st* tls = nullptr) : tls_(tls), fd_(socket.release()) {}
  Transport(Transport&& other) noexcept
      : tls_(std::exchange(other.tls_, nullptr)), fd_(std::exchange(other.fd_, -1)), wants_write_(other.wants_write_) {}
  Transport& operator=(Transport&& other) noexcept;
  ~Transport() { close(); }

  // At most one system call in the clear.
  IoResult read(char* data, size_t size);
  IoResult write(const char* data, size_t size);
  // Two pieces, one call where possible; the count is over both.
  IoResult write(const char* first, size_t first_size, const char* second, size_t second_size);

  // Whether a read that would block waits for the socket to become writable (a TLS handshake): watch for EPOLLOUT, then
  // read again.
  [[nodiscard]] bool wants_write() const { return wants_write_; }
  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

  // The socket, for another thread's table of descriptors; TLS state stays. Nothing else is called until
  // put_descriptor() has given it back, under whatever number it has there. False: no memory; it is closed.
  [[nodiscard]] Descriptor take_descriptor() { return Descriptor(std::exchange(fd_, -1)); }
  [[nodiscard]] bool put_descriptor(Descriptor descriptor);

  // Tells the peer that nothing more comes.
  void shut_down_output();
  void close();

 private:
  IoResult tls_read(char* data, size_t size);
  IoResult tls_write(const char* data, size_t size);
  IoResult tls_result(int result);

  ssl_st* tls_ = nullptr;
  int fd_ = -1;
  bool wants_write_ = false;
};

}  // namespace kith::net
