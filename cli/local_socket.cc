// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/local_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace kith::cli {
namespace {

constexpr const char* kName = "socket";
constexpr int kBacklog = 64;
constexpr size_t kCompactBytes = size_t{1} << 20;

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

// An address has 108 bytes for a path, and homes may be longer: so it goes by the directory's descriptor.
sockaddr_un address_in(int directory) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", directory, kName);
  return address;
}

int open_directory(const std::string& path) { return ::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); }

bool is_same_user(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

}  // namespace

LocalSocket::~LocalSocket() {
  network_.stop_watching(descriptor_);
  ::close(descriptor_);
}

void LocalSocket::read_on(std::function<void(std::string_view)> taken) {
  taken_ = std::move(taken);
  reading_ = true;
  network_.when_readable(descriptor_, [this] { read_some(); });
}

void LocalSocket::read_some() {
  char part[65536];
  const ssize_t size = ::read(descriptor_, part, sizeof part);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
    network_.when_readable(descriptor_, [this] { read_some(); });
    return;
  }
  reading_ = false;
  const auto taken = std::move(taken_);
  taken({part, size > 0 ? static_cast<size_t>(size) : 0});
}

void LocalSocket::send_line(std::string_view line) {
  if (broken_) return;
  queue_ += line;
  queue_ += '\n';
  if (!writing_) write_some();
}

void LocalSocket::write_some() {
  writing_ = false;
  while (sent_ < queue_.size() && !broken_) {
    const ssize_t size = ::send(descriptor_, queue_.data() + sent_, queue_.size() - sent_, MSG_NOSIGNAL);
    if (size > 0) {
      sent_ += static_cast<size_t>(size);
    } else if (errno == EAGAIN) {
      writing_ = true;
      network_.when_writable(descriptor_, [this] {
        write_some();
        if (on_sent) on_sent();
      });
      break;
    } else if (errno != EINTR) {
      broken_ = true;  // reading says that the other end is gone
    }
  }
  if (broken_ || sent_ == queue_.size()) {
    queue_.clear();
    sent_ = 0;
  } else if (sent_ >= kCompactBytes) {
    queue_.erase(0, std::exchange(sent_, 0));
  }
}

std::optional<int> listen_in(const std::string& directory) {
  const Descriptor inside(open_directory(directory));
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (inside.get() < 0 || socket.get() < 0) return std::nullopt;
  ::unlinkat(inside.get(), kName, 0);  // left by one that was killed
  const sockaddr_un address = address_in(inside.get());
  const mode_t before = ::umask(0177);
  const bool bound = ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::umask(before);
  if (!bound || ::listen(socket.get(), kBacklog) != 0) return std::nullopt;
  return socket.release();
}

std::optional<int> accept_same_user(int listening) {
  for (;;) {
    Descriptor socket(::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.get() < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (socket.get() < 0) return std::nullopt;
    if (is_same_user(socket.get())) return socket.release();
  }
}

std::optional<int> connect_in(const std::string& directory) {
  const Descriptor inside(open_directory(directory));
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (inside.get() < 0 || socket.get() < 0) return std::nullopt;
  const sockaddr_un address = address_in(inside.get());
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return std::nullopt;
  if (!is_same_user(socket.get())) return std::nullopt;
  return socket.release();
}

void remove_socket_in(const std::string& directory) { ::unlink((directory + "/" + kName).c_str()); }

}  // namespace kith::cli
