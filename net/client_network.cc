// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/client_network.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <unordered_map>

#include "net/client_http.h"
#include "net/client_socket.h"
#include "net/client_stream.h"
#include "net/client_transfer.h"

namespace kith::net {
namespace {

using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

SteadyClock::time_point to_time_point(MonotonicMs at) {
  return SteadyClock::time_point(std::chrono::milliseconds(at.value));
}

}  // namespace

struct ClientNetwork::Impl {
  // A descriptor is watched through an epoll of its own: Asio would make the descriptor itself non-blocking, and with
  // it everything that shares it (the user's terminal, say).
  struct Watch {
    explicit Watch(boost::asio::io_context& io) : readiness(io) {}
    boost::asio::posix::stream_descriptor readiness;
  };
  struct OpenSocket {
    uint64_t serial = 0;  // tells a socket from a later one with the same id
    std::unique_ptr<ClientSocket> socket;
  };

  ClientConnections connections;
  std::unordered_map<uint32_t, OpenSocket> sockets;
  std::unordered_map<uint64_t, std::unique_ptr<ClientSocket>> closing_sockets;
  std::unordered_map<uint64_t, std::unique_ptr<ClientHttpCall>> calls;
  struct OpenTransfer {
    uint64_t serial = 0;
    std::unique_ptr<ClientTransfer> transfer;  // null: its address is none, which is about to be told
  };
  std::unordered_map<uint32_t, OpenTransfer> transfers;
  std::unordered_map<uint32_t, std::shared_ptr<boost::asio::steady_timer>> timers;
  using Watches = std::unordered_map<int, std::shared_ptr<Watch>>;
  Watches reading;
  Watches writing;
  std::optional<boost::asio::signal_set> signals;
  std::function<void(int)> stopped;
  uint64_t last_serial = 0;

  void socket_ended(uint32_t id, uint64_t serial) {
    // Called by the socket that is to go: it goes in a turn of its own.
    boost::asio::post(connections.io, [this, id, serial] {
      const auto found = sockets.find(id);
      if (found != sockets.end() && found->second.serial == serial) sockets.erase(found);
      closing_sockets.erase(serial);
    });
  }

  void transfer_ended(uint32_t id, uint64_t serial) {
    boost::asio::post(connections.io, [this, id, serial] { end_transfer(id, serial); });
  }
  // False: it is gone already.
  bool end_transfer(uint32_t id, uint64_t serial) {
    const auto found = transfers.find(id);
    if (found == transfers.end() || found->second.serial != serial) return false;
    transfers.erase(found);
    return true;
  }

  void watch(Watches& watches, int descriptor, uint32_t events, std::function<void()> ready);
  void wait_for_signal() {
    signals->async_wait([this](error_code cancelled, int signal) {
      if (cancelled) return;
      stopped(signal);
      wait_for_signal();
    });
  }
};

ClientNetwork::ClientNetwork() : impl_(std::make_unique<Impl>()) { std::signal(SIGPIPE, SIG_IGN); }

ClientNetwork::~ClientNetwork() {
  impl_->sockets.clear();
  impl_->closing_sockets.clear();
  impl_->calls.clear();
  impl_->transfers.clear();
  // Asio's destructor would wait for the thread that asks for the name, which may take the resolver's whole timeout.
  if (impl_->connections.lookups > 0) static_cast<void>(impl_.release());
}

MonotonicMs ClientNetwork::now() {
  return {static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now().time_since_epoch()).count())};
}

void ClientNetwork::open_socket(uint32_t id, const std::string& url, SocketEvents events) {
  close_socket(id);
  const auto parsed = parse_client_url(url);
  if (!parsed || !parsed->web_socket) {
    boost::asio::post(impl_->connections.io,
                      [closed = std::move(events.closed), url] { closed(1006, "not an address of a server: " + url); });
    return;
  }
  const uint64_t serial = ++impl_->last_serial;
  Impl* const impl = impl_.get();
  impl_->sockets[id] = {serial, ClientSocket::open(impl_->connections, *parsed, std::move(events),
                                                   [impl, id, serial] { impl->socket_ended(id, serial); })};
}

void ClientNetwork::send(uint32_t id, Bytes frame) {
  const auto found = impl_->sockets.find(id);
  if (found != impl_->sockets.end()) found->second.socket->send(std::move(frame));
}

void ClientNetwork::close_socket(uint32_t id) {
  const auto found = impl_->sockets.find(id);
  if (found == impl_->sockets.end()) return;
  found->second.socket->close();
  impl_->closing_sockets[found->second.serial] = std::move(found->second.socket);
  impl_->sockets.erase(found);
}

void ClientNetwork::http_call(HttpRequest request, std::function<void(HttpAnswer)> answered) {
  const auto url = parse_client_url(request.url);
  if (!url || url->web_socket) {
    boost::asio::post(impl_->connections.io, [answered = std::move(answered), text = request.url] {
      answered({0, "", "not an address of a server: " + text});
    });
    return;
  }
  const uint64_t serial = ++impl_->last_serial;
  Impl* const impl = impl_.get();
  impl_->calls[serial] = ClientHttpCall::start(
      impl_->connections, *url, std::move(request), [impl, serial, answered = std::move(answered)](HttpAnswer answer) {
        answered(std::move(answer));
        boost::asio::post(impl->connections.io, [impl, serial] { impl->calls.erase(serial); });
      });
}

void ClientNetwork::begin_transfer(uint32_t id, TransferRequest request, TransferEvents events) {
  const uint64_t serial = ++impl_->last_serial;
  Impl* const impl = impl_.get();
  const auto url = parse_client_url(request.head.url);
  if (!url || url->web_socket) {
    impl->transfers[id] = {serial, nullptr};
    boost::asio::post(impl->connections.io,
                      [impl, id, serial, answered = std::move(events.answered), text = request.head.url] {
                        if (!impl->end_transfer(id, serial)) return;  // cancelled meanwhile
                        answered({0, "", "not an address of a server: " + text});
                      });
    return;
  }
  impl_->transfers[id] = {serial, ClientTransfer::start(impl_->connections, *url, std::move(request), std::move(events),
                                                        [impl, id, serial] { impl->transfer_ended(id, serial); })};
}

void ClientNetwork::give(uint32_t id, Bytes bytes) {
  const auto found = impl_->transfers.find(id);
  if (found != impl_->transfers.end() && found->second.transfer) found->second.transfer->give(std::move(bytes));
}

void ClientNetwork::take(uint32_t id) {
  const auto found = impl_->transfers.find(id);
  if (found != impl_->transfers.end() && found->second.transfer) found->second.transfer->take();
}

void ClientNetwork::cancel_transfer(uint32_t id) { impl_->transfers.erase(id); }
void ClientNetwork::cancel_transfers() { impl_->transfers.clear(); }

void ClientNetwork::set_timer(uint32_t id, MonotonicMs at, std::function<void()> fire) {
  auto timer = std::make_shared<boost::asio::steady_timer>(impl_->connections.io, to_time_point(at));
  impl_->timers[id] = timer;  // the one before is cancelled as it goes
  Impl* const impl = impl_.get();
  timer->async_wait([impl, id, expected = std::weak_ptr(timer), fire = std::move(fire)](error_code cancelled) {
    const auto found = impl->timers.find(id);
    // A timer that fired already can't be cancelled any more: it may have been replaced while it waited in the queue.
    if (cancelled || found == impl->timers.end() || found->second != expected.lock()) return;
    impl->timers.erase(found);
    fire();
  });
}

void ClientNetwork::cancel_timer(uint32_t id) { impl_->timers.erase(id); }

void ClientNetwork::Impl::watch(Watches& watches, int descriptor, uint32_t events, std::function<void()> ready) {
  auto watch = std::make_shared<Watch>(connections.io);
  watches[descriptor] = watch;
  auto call = [&watches, descriptor, expected = std::weak_ptr(watch), ready = std::move(ready)](error_code) {
    const auto found = watches.find(descriptor);
    if (found == watches.end() || found->second != expected.lock()) return;
    watches.erase(found);
    ready();
  };
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event interest{};
  interest.events = events;
  if (epoll < 0 || ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &interest) != 0) {
    // A regular file can always be read; a bad descriptor fails when it is read.
    if (epoll >= 0) ::close(epoll);
    boost::asio::post(connections.io, [call = std::move(call)] { call({}); });
    return;
  }
  watch->readiness.assign(epoll);
  watch->readiness.async_wait(boost::asio::posix::stream_descriptor::wait_read, std::move(call));
}

void ClientNetwork::when_readable(int descriptor, std::function<void()> readable) {
  impl_->watch(impl_->reading, descriptor, EPOLLIN, std::move(readable));
}

void ClientNetwork::when_writable(int descriptor, std::function<void()> writable) {
  impl_->watch(impl_->writing, descriptor, EPOLLOUT, std::move(writable));
}

void ClientNetwork::stop_watching(int descriptor) {
  impl_->reading.erase(descriptor);
  impl_->writing.erase(descriptor);
}

void ClientNetwork::on_stop_signal(std::function<void(int)> stopped) {
  impl_->stopped = std::move(stopped);
  if (impl_->signals) return;
  impl_->signals.emplace(impl_->connections.io, SIGINT, SIGTERM, SIGHUP);
  impl_->wait_for_signal();
}

bool ClientNetwork::run_until(const std::function<bool()>& done, std::optional<MonotonicMs> deadline) {
  auto& io = impl_->connections.io;
  const auto work = boost::asio::make_work_guard(io);  // without it an idle loop would count as ended
  io.restart();
  for (;;) {
    if (done()) return true;
    if (deadline && now() >= *deadline) return false;
    try {
      if (deadline) {
        io.run_one_until(to_time_point(*deadline));
      } else {
        io.run_one();
      }
    } catch (const std::bad_alloc&) {
      // Of what a server had sent: the connection hangs now, and its deadline ends it.
    }
  }
}

bool ClientNetwork::is_quiet() const { return impl_->closing_sockets.empty() && impl_->calls.empty(); }

}  // namespace kith::net
