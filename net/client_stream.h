// SPDX-License-Identifier: AGPL-3.0-or-later

// A connection to a server, plain or TLS, as Asio and Beast want a stream. Included by the client_*.cc files only: it
// needs Boost.
//
// One type for both kinds, so that Beast's templates are instantiated once.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/client_url.h"

namespace kith::net {

// What connections share. `lookups` counts name lookups under way: they run on a thread of Asio's and can't be broken
// off.
struct ClientConnections {
  boost::asio::io_context io;
  std::optional<boost::asio::ssl::context> tls;  // made when first needed: reading the authorities takes a while
  size_t lookups = 0;
};

class ClientStream {
 public:
  using Tcp = boost::asio::ip::tcp;
  using executor_type = Tcp::socket::executor_type;
  using next_layer_type = Tcp::socket;

  explicit ClientStream(ClientConnections& shared)
      : shared_(shared), resolver_(shared.io), socket_(shared.io), attempt_timer_(shared.io) {}

  // Calls `done` once, not inside this call: with "" when the stream can be used, else with what failed. `owner` keeps
  // this stream alive.
  void connect(const std::shared_ptr<void>& owner, const ClientUrl& url, std::function<void(std::string failure)> done);
  // Breaks off whatever is under way, with an error to its handler.
  void cancel();

  executor_type get_executor() { return socket_.get_executor(); }
  next_layer_type& next_layer() { return socket_; }
  const next_layer_type& next_layer() const { return socket_; }

  // While it is bounded, at most kBoundedReads reads of kBoundedReadBytes succeed; the next fails with message_size.
  // For Beast's WebSocket handshake, which takes an answer of any length.
  void bound_reads(bool bounded) { reads_left_ = bounded ? kBoundedReads : kUnbounded; }

  // As Asio wants them. Handlers and buffers lose their types here, so that what is below is compiled once and not for
  // every operation of Beast's.
  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    read_some(std::vector<boost::asio::mutable_buffer>(boost::asio::buffer_sequence_begin(buffers),
                                                       boost::asio::buffer_sequence_end(buffers)),
              std::forward<Handler>(handler));
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    write_some(std::vector<boost::asio::const_buffer>(boost::asio::buffer_sequence_begin(buffers),
                                                      boost::asio::buffer_sequence_end(buffers)),
               std::forward<Handler>(handler));
  }

 private:
  using Transferred = std::move_only_function<void(boost::system::error_code, size_t bytes)>;
  static constexpr size_t kBoundedReads = 64;
  static constexpr size_t kBoundedReadBytes = 1024;
  static constexpr size_t kUnbounded = SIZE_MAX;

  void read_some(const std::vector<boost::asio::mutable_buffer>& buffers, Transferred handler);
  void write_some(const std::vector<boost::asio::const_buffer>& buffers, Transferred handler);
  void connect_next(const std::shared_ptr<void>& owner);
  void start_tls(const std::shared_ptr<void>& owner);
  void finish(std::string failure);

  ClientConnections& shared_;
  Tcp::resolver resolver_;
  Tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<Tcp::socket&>> tls_;
  boost::asio::steady_timer attempt_timer_;
  ClientUrl url_;
  Tcp::resolver::results_type addresses_;
  Tcp::resolver::results_type::const_iterator next_address_;
  std::string last_failure_;
  size_t reads_left_ = kUnbounded;
  std::function<void(std::string)> done_;
};

// How Beast ends the connection below a WebSocket after the closing handshake. TLS gets no goodbye of its own:
// WebSocket's has said it.
template <class Handler>
void async_teardown(boost::beast::role_type role, ClientStream& stream, Handler&& handler) {
  boost::beast::websocket::async_teardown(role, stream.next_layer(), std::forward<Handler>(handler));
}
inline void teardown(boost::beast::role_type role, ClientStream& stream, boost::system::error_code& error) {
  boost::beast::websocket::teardown(role, stream.next_layer(), error);
}

}  // namespace kith::net
