// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/client_transfer.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

#include "net/client_head.h"
#include "net/client_stream.h"

namespace kith::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds kConnectTimeout{15};
// Received and not understood yet.
constexpr size_t kUnreadBytesMax = 64 * 1024;

// Writing and reading go on beside each other: a server may answer before it has the body, and then does not want it.
class Call : public std::enable_shared_from_this<Call> {
 public:
  Call(ClientConnections& shared, const ClientUrl& url, TransferRequest request, TransferEvents events,
       std::function<void()> ended)
      : url_(url),
        events_(std::move(events)),
        ended_(std::move(ended)),
        in_pieces_(request.in_pieces),
        is_head_(request.head.method == "HEAD"),
        body_left_(request.body_size),
        stream_(shared),
        deadline_(shared.io) {
    buffer_.reserve(kUnreadBytesMax);  // a read asks for as much as there is room without growing: 512 bytes else
    set_head(request_, url, request.head.method, request.head.headers);
    if (tells_length(request.head.method, body_left_)) request_.content_length(body_left_);
  }

  void start() {
    deadline_.expires_after(kConnectTimeout);
    deadline_.async_wait([self = shared_from_this()](error_code stopped) {
      if (!stopped) self->fail("no connection to " + self->url_.authority);
    });
    stream_.connect(shared_from_this(), url_, [this](std::string failure) {
      if (!failure.empty()) return fail(std::move(failure));
      http::async_write_header(stream_, header_, [self = shared_from_this()](error_code error, size_t) {
        if (self->is_over()) return;
        if (error) return self->fail(error.message());
        self->deadline_.cancel();
        self->read_head();
        if (self->body_left_ != 0) self->want();
      });
    });
  }

  void give(Bytes bytes) {
    if (!std::exchange(is_wanted_, false) || has_answer_ || bytes.empty() || bytes.size() > body_left_) return;
    outgoing_ = std::move(bytes);
    boost::asio::async_write(stream_, boost::asio::buffer(outgoing_),
                             [self = shared_from_this()](error_code error, size_t) {
                               // A server that has answered may have closed: the answer tells, or reading fails too.
                               if (error || self->has_answer_ || self->is_over()) return;
                               self->body_left_ -= self->outgoing_.size();
                               if (self->body_left_ != 0) self->want();
                             });
  }

  void take() {
    if (!has_begun_ || std::exchange(is_taking_, true) || is_over()) return;
    // Not inside this call: a body that is empty is over at once.
    boost::asio::post(stream_.get_executor(), [self = shared_from_this()] { self->read_piece(); });
  }

  void abandon() {
    events_ = {};
    ended_ = nullptr;
    finish();
  }

 private:
  // Of the callbacks the last has been called, or nobody wants one.
  [[nodiscard]] bool is_over() const { return !events_.answered; }

  void want() {
    is_wanted_ = true;
    const auto wanted = events_.wanted;  // it may cancel the transfer
    wanted();
  }

  void read_head() {
    parser_.emplace();
    parser_->body_limit(std::numeric_limits<uint64_t>::max());
    parser_->skip(is_head_);
    http::async_read_header(stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, size_t) {
      if (self->is_over()) return;
      if (error) return self->fail(error.message());
      if (self->parser_->get().result_int() < 200) return self->read_head();  // 1xx: the answer follows
      self->on_head();
    });
  }

  void on_head() {
    has_answer_ = true;
    const auto& message = parser_->get();
    if (!in_pieces_ || message.result_int() < 200 || message.result_int() > 299) return read_whole();
    TransferHead head;
    head.status = message.result_int();
    for (const auto& field : message) {
      head.fields.emplace_back(std::string(field.name_string().data(), field.name_string().size()),
                               std::string(field.value().data(), field.value().size()));
    }
    if (const auto size = parser_->content_length()) head.size = *size;
    has_begun_ = true;
    const auto began = events_.began;
    began(std::move(head));
  }

  // Reads until `piece_` is full or the body at its end, then calls `done`.
  template <class Done>
  void read(Done done) {
    piece_.resize(kTransferPieceBytesMax);
    parser_->get().body().data = piece_.data();
    parser_->get().body().size = piece_.size();
    parser_->get().body().more = true;
    if (parser_->is_done()) {
      piece_.clear();
      return done();
    }
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this(), done](error_code error, size_t) {
      if (self->is_over()) return;
      if (error && error != http::error::need_buffer) return self->fail(error.message());
      self->piece_.resize(self->piece_.size() - self->parser_->get().body().size);
      done();
    });
  }

  void read_piece() {
    if (is_over()) return;
    read([this] {
      const bool last = parser_->is_done();
      if (piece_.empty() && !last) return read_piece();
      is_taking_ = false;
      const auto piece = events_.piece;
      if (last) close();
      piece(std::exchange(piece_, {}), last);
      if (last) tell_ended();
    });
  }

  void read_whole() {
    read([this] {
      if (whole_.size() + piece_.size() > ClientNetwork::kHttpBodyBytesMax)
        return fail("the answer of " + url_.authority + " is too long");
      whole_.append(piece_);
      if (!parser_->is_done()) return read_whole();
      answer({parser_->get().result_int(), std::move(whole_), ""});
    });
  }

  void fail(std::string reason) { answer({0, "", std::move(reason)}); }

  void answer(HttpAnswer answer) {
    const auto answered = events_.answered;
    if (!answered) return;
    close();
    answered(std::move(answer));
    tell_ended();
  }

  void close() {
    events_ = {};
    finish();
  }
  void finish() {
    deadline_.cancel();
    stream_.cancel();
  }
  void tell_ended() {
    if (const auto ended = std::exchange(ended_, nullptr)) ended();
  }

  const ClientUrl url_;
  TransferEvents events_;
  std::function<void()> ended_;
  const bool in_pieces_;
  const bool is_head_;
  uint64_t body_left_;
  bool is_wanted_ = false;   // a piece of the body
  bool has_answer_ = false;  // its header
  bool has_begun_ = false;   // and it is told in pieces
  bool is_taking_ = false;
  Bytes outgoing_;
  Bytes piece_;
  Bytes whole_;
  ClientStream stream_;
  boost::asio::steady_timer deadline_;
  http::request<http::empty_body> request_;
  http::request_serializer<http::empty_body> header_{request_};
  std::optional<http::response_parser<http::buffer_body>> parser_;
  boost::beast::flat_buffer buffer_{kUnreadBytesMax};
};

class StartedTransfer final : public ClientTransfer {
 public:
  explicit StartedTransfer(std::shared_ptr<Call> call) : call_(std::move(call)) {}
  ~StartedTransfer() override { call_->abandon(); }
  void give(Bytes bytes) override { call_->give(std::move(bytes)); }
  void take() override { call_->take(); }

 private:
  std::shared_ptr<Call> call_;
};

}  // namespace

std::unique_ptr<ClientTransfer> ClientTransfer::start(ClientConnections& shared, const ClientUrl& url,
                                                      TransferRequest request, TransferEvents events,
                                                      std::function<void()> ended) {
  auto call = std::make_shared<Call>(shared, url, std::move(request), std::move(events), std::move(ended));
  call->start();
  return std::make_unique<StartedTransfer>(std::move(call));
}

}  // namespace kith::net
