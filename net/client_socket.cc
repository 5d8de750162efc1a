// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/client_socket.h"

#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <deque>

#include "net/client_stream.h"
#include "wire/versions.h"

namespace kith::net {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

constexpr std::chrono::seconds kConnectTimeout{10};
constexpr std::chrono::seconds kCloseTimeout{2};
constexpr uint32_t kAbnormalClosure = 1006;
constexpr beast::string_view kSubprotocol(wire::kSubprotocol.data(), wire::kSubprotocol.size());

std::string failure_text(const error_code& error) {
  if (error == boost::asio::error::eof || error == boost::asio::error::connection_reset) return "the connection broke";
  return error.message();
}

// The state that handlers share: it lives as long as one of them is outstanding.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ClientConnections& shared, const ClientUrl& url, SocketEvents events, std::function<void()> ended)
      : url_(url),
        events_(std::move(events)),
        ended_(std::move(ended)),
        stream_(shared),
        web_socket_(stream_),
        deadline_(shared.io) {}

  void start() {
    set_deadline(kConnectTimeout, "no answer from " + url_.authority);
    stream_.connect(shared_from_this(), url_, [this](std::string failure) {
      if (!failure.empty()) return end(kAbnormalClosure, std::move(failure));
      shake_hands();
    });
  }

  void send(Bytes frame) {
    if (state_ != State::kOpen) return;
    queued_bytes_ += frame.size();
    queue_.push_back(std::move(frame));
    if (queued_bytes_ > ClientNetwork::kSendQueueBytesMax) {
      boost::asio::post(stream_.get_executor(), [self = shared_from_this()] {
        self->end(kAbnormalClosure, "the server takes nothing any more");
      });
      return;
    }
    if (!writing_) write_next();
  }

  void close() {
    events_ = {};
    if (state_ == State::kEnded) return;
    const bool was_open = state_ == State::kOpen;
    state_ = State::kClosing;
    if (!was_open) {
      boost::asio::post(stream_.get_executor(), [self = shared_from_this()] { self->end(0, ""); });
      return;
    }
    set_deadline(kCloseTimeout, "");
    if (!writing_) say_goodbye();
  }

  // The owner is going: nothing is called any more.
  void abandon() {
    events_ = {};
    ended_ = nullptr;
    end(0, "");
  }

 private:
  enum class State { kOpening, kOpen, kClosing, kEnded };

  void set_deadline(std::chrono::seconds timeout, std::string reason) {
    deadline_.expires_after(timeout);
    deadline_.async_wait([self = shared_from_this(), reason = std::move(reason)](error_code stopped) {
      if (!stopped) self->end(kAbnormalClosure, reason);
    });
  }

  void shake_hands() {
    websocket::stream_base::timeout timeouts{};  // ours are the deadline and the core's pings
    timeouts.handshake_timeout = websocket::stream_base::none();
    timeouts.idle_timeout = websocket::stream_base::none();
    web_socket_.set_option(timeouts);
    web_socket_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
      request.set(beast::http::field::sec_websocket_protocol, kSubprotocol);
      request.set(beast::http::field::user_agent, "kith");
    }));
    web_socket_.binary(true);
    web_socket_.auto_fragment(false);
    web_socket_.read_message_max(ClientNetwork::kMessageBytesMax);
    stream_.bound_reads(true);
    web_socket_.async_handshake(answer_, url_.authority, url_.target,
                                [self = shared_from_this()](error_code error) { self->shaken(error); });
  }

  void shaken(error_code error) {
    if (state_ == State::kEnded) return;
    if (error == websocket::error::upgrade_declined) {
      return end(answer_.result_int(), "the server refused the connection: " + std::to_string(answer_.result_int()) +
                                           " " + std::string(answer_.reason()));
    }
    if (error == boost::asio::error::message_size) {
      return end(kAbnormalClosure, "the answer of " + url_.authority + " has no end");
    }
    if (error) return end(kAbnormalClosure, failure_text(error));
    if (state_ == State::kClosing) return;
    stream_.bound_reads(false);
    if (answer_[beast::http::field::sec_websocket_protocol] != kSubprotocol) {
      return end(kAbnormalClosure, "there is no Kith server at " + url_.authority);
    }
    deadline_.cancel();
    state_ = State::kOpen;
    if (events_.opened) events_.opened();
    read_next();
  }

  void read_next() {
    if (state_ == State::kEnded) return;
    web_socket_.async_read(buffer_, [self = shared_from_this()](error_code error, size_t) { self->was_read(error); });
  }

  void was_read(error_code error) {
    if (state_ == State::kEnded) return;
    if (error == websocket::error::closed) {
      const websocket::close_reason& reason = web_socket_.reason();
      return end(reason.code, std::string(reason.reason.data(), reason.reason.size()));
    }
    if (error) return end(kAbnormalClosure, failure_text(error));
    if (state_ == State::kOpen && web_socket_.got_binary() && events_.frame) {
      events_.frame(beast::buffers_to_string(buffer_.data()));
    }
    buffer_.consume(buffer_.size());
    if (buffer_.capacity() > kBufferKept) buffer_ = {};
    read_next();
  }

  void write_next() {
    writing_ = true;
    web_socket_.async_write(boost::asio::buffer(queue_.front()),
                            [self = shared_from_this()](error_code error, size_t) { self->was_written(error); });
  }

  void was_written(error_code error) {
    writing_ = false;
    if (state_ == State::kEnded) return;
    if (error) return;  // the read fails as well, and knows the reason
    queued_bytes_ -= queue_.front().size();
    queue_.pop_front();
    if (!queue_.empty()) return write_next();
    if (state_ == State::kClosing) say_goodbye();
  }

  void say_goodbye() {
    web_socket_.async_close(websocket::close_code::normal,
                            [self = shared_from_this()](error_code) { self->end(0, ""); });
  }

  void end(uint32_t code, std::string reason) {
    if (state_ == State::kEnded) return;
    state_ = State::kEnded;
    deadline_.cancel();
    stream_.cancel();
    queue_.shrink_to_fit();
    const SocketEvents events = std::move(events_);
    const auto ended = std::move(ended_);
    if (events.closed) events.closed(code, std::move(reason));
    if (ended) ended();
  }

  static constexpr size_t kBufferKept = 16 << 10;

  const ClientUrl url_;
  SocketEvents events_;
  std::function<void()> ended_;
  ClientStream stream_;
  websocket::stream<ClientStream&, false> web_socket_;  // false: no permessage-deflate
  boost::asio::steady_timer deadline_;
  websocket::response_type answer_;
  beast::flat_buffer buffer_;
  std::deque<Bytes> queue_;
  size_t queued_bytes_ = 0;
  bool writing_ = false;
  State state_ = State::kOpening;
};

class ConnectionSocket final : public ClientSocket {
 public:
  explicit ConnectionSocket(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  ~ConnectionSocket() override { connection_->abandon(); }
  void send(Bytes frame) override { connection_->send(std::move(frame)); }
  void close() override { connection_->close(); }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace

std::unique_ptr<ClientSocket> ClientSocket::open(ClientConnections& shared, const ClientUrl& url, SocketEvents events,
                                                 std::function<void()> ended) {
  auto connection = std::make_shared<Connection>(shared, url, std::move(events), std::move(ended));
  connection->start();
  return std::make_unique<ConnectionSocket>(std::move(connection));
}

}  // namespace kith::net
