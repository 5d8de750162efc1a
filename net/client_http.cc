// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/client_http.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <limits>

#include "net/client_head.h"
#include "net/client_stream.h"

namespace kith::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds kTimeout{15};
// Received and not understood yet: a header, the line of a chunk, or the trailers.
constexpr size_t kUnreadBytesMax = 64 * 1024;

class Call : public std::enable_shared_from_this<Call> {
 public:
  Call(ClientConnections& shared, const ClientUrl& url, HttpRequest request, std::function<void(HttpAnswer)> answered)
      : url_(url), answered_(std::move(answered)), stream_(shared), deadline_(shared.io) {
    set_head(request_, url, request.method, request.headers);
    request_.body() = std::move(request.body);
    if (tells_length(request.method, request_.body().size())) request_.prepare_payload();
    // The length is looked at before there is room made for it: Beast, reading all at once, makes room first.
    parser_.body_limit(std::numeric_limits<uint64_t>::max());
  }

  void start() {
    deadline_.expires_after(kTimeout);
    deadline_.async_wait([self = shared_from_this()](error_code stopped) {
      if (!stopped) self->fail("no answer from " + self->url_.authority);
    });
    stream_.connect(shared_from_this(), url_, [this](std::string failure) {
      if (!failure.empty()) return fail(std::move(failure));
      http::async_write(stream_, request_, [self = shared_from_this()](error_code error, size_t) {
        if (error) return self->break_off(error);
        self->read();
      });
    });
  }

  void abandon() {
    answered_ = nullptr;
    finish({});
  }

 private:
  void read() {
    parser_.skip(request_.method() == http::verb::head);  // it has a length, and no body
    http::async_read_header(stream_, buffer_, parser_, [self = shared_from_this()](error_code error, size_t) {
      if (error) return self->break_off(error);
      self->read_body();
    });
  }

  void read_body() {
    if (request_.method() == http::verb::head) return finish({parser_.get().result_int(), "", ""});
    if (parser_.content_length().value_or(0) > ClientNetwork::kHttpBodyBytesMax) {
      return fail("the answer of " + url_.authority + " is too long");
    }
    parser_.body_limit(ClientNetwork::kHttpBodyBytesMax);
    http::async_read(stream_, buffer_, parser_, [self = shared_from_this()](error_code error, size_t) {
      if (error) return self->fail(error.message());
      self->finish({self->parser_.get().result_int(), std::move(self->parser_.get().body()), ""});
    });
  }

  void break_off(error_code error) { finish({0, "", error.message(), true}); }
  void fail(std::string reason) { finish({0, "", std::move(reason)}); }

  void finish(HttpAnswer answer) {
    deadline_.cancel();
    stream_.cancel();
    const auto answered = std::move(answered_);
    answered_ = nullptr;
    if (answered) answered(std::move(answer));
  }

  const ClientUrl url_;
  std::function<void(HttpAnswer)> answered_;
  ClientStream stream_;
  boost::asio::steady_timer deadline_;
  http::request<http::string_body> request_;
  http::response_parser<http::string_body> parser_;
  boost::beast::flat_buffer buffer_{kUnreadBytesMax};
};

class StartedCall final : public ClientHttpCall {
 public:
  explicit StartedCall(std::shared_ptr<Call> call) : call_(std::move(call)) {}
  ~StartedCall() override { call_->abandon(); }

 private:
  std::shared_ptr<Call> call_;
};

}  // namespace

std::unique_ptr<ClientHttpCall> ClientHttpCall::start(ClientConnections& shared, const ClientUrl& url,
                                                      HttpRequest request, std::function<void(HttpAnswer)> answered) {
  auto call = std::make_shared<Call>(shared, url, std::move(request), std::move(answered));
  call->start();
  return std::make_unique<StartedCall>(std::move(call));
}

}  // namespace kith::net
