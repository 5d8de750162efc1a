// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/http_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

namespace kith::net {
namespace {

namespace http = boost::beast::http;
// What is left of a chunked body before any chunk: "0", and two line ends. Beast asserts that it is there when it looks
// at a last chunk again.
constexpr size_t kLastChunkBytesMin = 5;
using Parser = http::request_parser<http::string_body>;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

int status_of(const boost::beast::error_code& error) {
  if (error == http::error::body_limit) return 413;
  if (error == http::error::header_limit) return 431;
  if (error == http::error::bad_version) return 505;
  if (error == http::error::bad_transfer_encoding) return 400;
  return 400;
}

}  // namespace

struct HttpParser::State {
  explicit State(size_t body_max_) : body_max(body_max_) {}

  size_t body_max;
  std::optional<Parser> parser;  // absent between requests
  Bytes buffer;                  // received, not parsed
  bool continue_told = false;
  int status = 0;

  Progress fail(int code) {
    status = code;
    return Progress::kError;
  }
};

HttpParser::HttpParser(size_t body_max) : state_(std::make_unique<State>(body_max)) {}
HttpParser::~HttpParser() = default;

int HttpParser::status() const { return state_->status; }
bool HttpParser::has_begun() const { return state_->parser.has_value() || !state_->buffer.empty(); }
Bytes HttpParser::take_rest() { return std::exchange(state_->buffer, {}); }

HttpParser::Progress HttpParser::feed(std::string_view bytes) {
  State& state = *state_;
  if (state.status != 0) return Progress::kError;
  state.buffer.append(bytes);
  if (!state.parser) {
    // Empty lines before a request are to be ignored (RFC 9112, section 2.2).
    const size_t start = state.buffer.find_first_not_of("\r\n");
    state.buffer.erase(0, start == Bytes::npos ? state.buffer.size() : start);
    if (state.buffer.empty()) return Progress::kNeedMore;
    state.parser.emplace();
    state.parser->header_limit(kHeaderBytesMax);
    state.parser->body_limit(state.body_max);
    state.parser->eager(true);
    state.continue_told = false;
  }
  Parser& parser = *state.parser;
  size_t used = 0;
  while (!parser.is_done() && used < state.buffer.size()) {
    if (parser.is_header_done() && parser.chunked() && state.buffer.size() - used < kLastChunkBytesMin) break;
    boost::beast::error_code error;
    const size_t taken = parser.put(boost::asio::buffer(state.buffer.data() + used, state.buffer.size() - used), error);
    used += taken;
    if (error == http::error::need_more) break;
    if (error) return state.fail(status_of(error));
    if (taken == 0) break;
  }
  state.buffer.erase(0, used);
  if (!parser.is_header_done() && state.buffer.size() > kHeaderBytesMax) return state.fail(431);
  if (!parser.is_header_done()) return Progress::kNeedMore;
  if (!parser.is_done()) {
    const auto expect = parser.get().find(http::field::expect);
    if (state.continue_told || expect == parser.get().end()) return Progress::kNeedMore;
    state.continue_told = true;
    return equal_without_case(view(expect->value()), "100-continue") ? Progress::kContinue : Progress::kNeedMore;
  }
  const auto& message = parser.get();
  if (message.version() != 11 && message.version() != 10) return state.fail(505);
  if (message.find(http::field::transfer_encoding) != message.end() && !parser.chunked()) return state.fail(501);
  const size_t hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() == 11)) return state.fail(400);
  return Progress::kRequest;
}

IncomingRequest HttpParser::take() {
  auto message = state_->parser->release();
  state_->parser.reset();
  IncomingRequest request;
  request.method = view(message.method_string());
  request.target = view(message.target());
  for (const auto& field : message) request.fields.emplace_back(view(field.name_string()), view(field.value()));
  request.http_1_1 = message.version() == 11;
  request.keep_alive = message.keep_alive();
  request.body = std::move(message.body());
  return request;
}

}  // namespace kith::net
