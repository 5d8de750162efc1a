// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/transport.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace kith::net {
namespace {

IoResult system_result(ssize_t result) {
  if (result > 0) return {IoStatus::kDone, static_cast<size_t>(result)};
  if (result == 0) return {IoStatus::kClosed};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {IoStatus::kWouldBlock};
  return {IoStatus::kFailed};
}

}  // namespace

Transport& Transport::operator=(Transport&& other) noexcept {
  if (this != &other) {
    close();
    tls_ = std::exchange(other.tls_, nullptr);
    fd_ = std::exchange(other.fd_, -1);
    wants_write_ = other.wants_write_;
  }
  return *this;
}

IoResult Transport::read(char* data, size_t size) {
  if (tls_ != nullptr) return tls_read(data, size);
  return system_result(::recv(fd_, data, size, 0));
}

IoResult Transport::write(const char* data, size_t size) {
  if (size == 0) return {IoStatus::kDone, 0};
  if (tls_ != nullptr) return tls_write(data, size);
  return system_result(::send(fd_, data, size, MSG_NOSIGNAL));
}

IoResult Transport::write(const char* first, size_t first_size, const char* second, size_t second_size) {
  if (first_size == 0) return write(second, second_size);
  if (second_size == 0) return write(first, first_size);
  if (tls_ != nullptr) {
    IoResult result = tls_write(first, first_size);
    if (result.status != IoStatus::kDone || result.bytes < first_size) return result;
    const IoResult rest = tls_write(second, second_size);
    if (rest.status == IoStatus::kDone) result.bytes += rest.bytes;
    return result;  // a failure shows again at the next call
  }
  iovec pieces[2] = {{const_cast<char*>(first), first_size}, {const_cast<char*>(second), second_size}};
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = 2;
  return system_result(::sendmsg(fd_, &message, MSG_NOSIGNAL));
}

IoResult Transport::tls_result(int result) {
  switch (SSL_get_error(tls_, result)) {
    case SSL_ERROR_WANT_READ: wants_write_ = false; return {IoStatus::kWouldBlock};
    case SSL_ERROR_WANT_WRITE: wants_write_ = true; return {IoStatus::kWouldBlock};
    case SSL_ERROR_ZERO_RETURN: return {IoStatus::kClosed};
    default:
      ERR_clear_error();
      // After a fatal error even the closing alert must not be sent.
      SSL_set_quiet_shutdown(tls_, 1);
      return {IoStatus::kFailed};
  }
}

IoResult Transport::tls_read(char* data, size_t size) {
  ERR_clear_error();
  const int result = SSL_read(tls_, data, static_cast<int>(std::min<size_t>(size, INT_MAX)));
  if (result <= 0) return tls_result(result);
  wants_write_ = false;
  return {IoStatus::kDone, static_cast<size_t>(result)};
}

IoResult Transport::tls_write(const char* data, size_t size) {
  ERR_clear_error();
  const bool wanted = wants_write_;
  const int result = SSL_write(tls_, data, static_cast<int>(std::min<size_t>(size, INT_MAX)));
  if (result > 0) return {IoStatus::kDone, static_cast<size_t>(result)};
  const IoResult failure = tls_result(result);
  wants_write_ = wanted;  // about reading only: who writes waits for EPOLLOUT anyway
  return failure;
}

bool Transport::put_descriptor(Descriptor descriptor) {
  if (tls_ != nullptr && SSL_set_fd(tls_, descriptor.get()) != 1) return false;
  fd_ = descriptor.release();
  return true;
}

void Transport::shut_down_output() {
  if (tls_ != nullptr) {
    ERR_clear_error();
    if (SSL_is_init_finished(tls_)) SSL_shutdown(tls_);
    ERR_clear_error();
  }
  ::shutdown(fd_, SHUT_WR);
}

void Transport::close() {
  if (tls_ != nullptr) SSL_free(std::exchange(tls_, nullptr));
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace kith::net
