// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/http_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/parser.hpp>
#include <functional>
#include <limits>
#include <optional>

namespace kith::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
// What is left of a chunked body before any chunk: "0", and two line ends. Beast asserts that it is there when it looks
// at a last chunk again.
constexpr size_t kLastChunkBytesMin = 5;

// A body as Beast's parser hands it over. For one that is streamed no room is made ahead: its pieces are taken away.
struct ArrivingBody {
  struct value_type {
    Bytes bytes;
    bool streamed = false;
  };
  class reader {
   public:
    template <bool kIsRequest, class Fields>
    reader(http::header<kIsRequest, Fields>& /*header*/, value_type& body) : body_(body) {}
    void init(const boost::optional<uint64_t>& size, error_code& error) {
      if (size && !body_.streamed) body_.bytes.reserve(*size);
      error = {};
    }
    template <class Buffers>
    size_t put(const Buffers& buffers, error_code& error) {
      size_t size = 0;
      for (const boost::asio::const_buffer buffer : boost::beast::buffers_range_ref(buffers)) {
        body_.bytes.append(static_cast<const char*>(buffer.data()), buffer.size());
        size += buffer.size();
      }
      error = {};
      return size;
    }
    void finish(error_code& error) { error = {}; }

   private:
    value_type& body_;
  };
};
using Parser = http::request_parser<ArrivingBody>;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

int status_of(const error_code& error) {
  if (error == http::error::body_limit) return 413;
  if (error == http::error::header_limit) return 431;
  if (error == http::error::bad_version) return 505;
  return 400;
}

// What the bytes in front of a chunk's data may have, when Beast has not understood them yet: the line of a chunk, or
// once a line is whole that of the last chunk with the trailers.
size_t unread_max(std::string_view unread) {
  if (unread.starts_with("\r\n")) unread.remove_prefix(2);
  return unread.find('\n') == std::string_view::npos ? HttpParser::kChunkLineBytesMax : HttpParser::kTrailerBytesMax;
}

}  // namespace

struct HttpParser::State {
  State(size_t body_max_, size_t body_free_) : body_max(body_max_), body_free(std::min(body_free_, body_max_)) {}

  const size_t body_max;
  const size_t body_free;
  std::optional<Parser> parser;  // absent between requests
  Bytes buffer;                  // received, not parsed
  IncomingRequest request;       // what the header says, once it is there
  enum class Stage { kHeader, kAsked, kBody } stage = Stage::kHeader;
  bool continue_told = false;
  int status = 0;
  // Beast keeps a reference.
  std::function<void(uint64_t, boost::beast::string_view, error_code&)> chunk_line =
      [](uint64_t, boost::beast::string_view extensions, error_code& error) {
        if (extensions.size() > kChunkLineBytesMax) error = http::error::bad_chunk_extension;
      };

  Progress fail(int code) {
    status = code;
    buffer = {};
    parser.reset();
    return Progress::kError;
  }
  bool begin();
  std::optional<Progress> read_header();
  [[nodiscard]] int refusal_of_header() const;
  void answer(uint64_t bytes_max, bool streamed);
  void begin_body(uint64_t bytes_max);
  std::optional<Progress> read_body();
  [[nodiscard]] bool awaits_continue() const {
    return request.http_1_1 && equal_without_case(request.find("Expect"), "100-continue");
  }
};

// False: nothing of a request is there.
bool HttpParser::State::begin() {
  // Empty lines before a request are to be ignored (RFC 9112, section 2.2).
  const size_t start = buffer.find_first_not_of("\r\n");
  buffer.erase(0, start == Bytes::npos ? buffer.size() : start);
  if (buffer.empty()) return false;
  parser.emplace();
  parser->header_limit(kHeaderBytesMax);
  // Not eager: the body's length is looked at before Beast makes room for it.
  parser->body_limit(std::numeric_limits<uint64_t>::max());
  parser->on_chunk_header(chunk_line);
  request = {};
  stage = Stage::kHeader;
  continue_told = false;
  return true;
}

// Absent: the header is there, and the body can be read.
std::optional<HttpParser::Progress> HttpParser::State::read_header() {
  error_code error;
  const size_t taken = parser->put(boost::asio::buffer(buffer.data(), buffer.size()), error);
  buffer.erase(0, taken);
  if (error && error != http::error::need_more) return fail(status_of(error));
  if (!parser->is_header_done()) {
    return buffer.size() > kHeaderBytesMax ? fail(431) : Progress::kNeedMore;
  }
  const auto& message = parser->get();
  for (const auto& field : message) {
    if (request.fields.size() == kFieldsMax) return fail(431);
    request.fields.emplace_back(view(field.name_string()), view(field.value()));
  }
  if (const int refusal = refusal_of_header(); refusal != 0) return fail(refusal);
  request.method = view(message.method_string());
  request.target = view(message.target());
  request.http_1_1 = message.version() == 11;
  request.keep_alive = message.keep_alive();
  const uint64_t length = parser->content_length().value_or(0);
  // LIMIT-3: more only with leave.
  if (length > body_free || (parser->chunked() && body_free < body_max)) {
    if (length > body_max) return fail(413);
    stage = Stage::kAsked;
    return Progress::kBody;
  }
  begin_body(body_free);
  return std::nullopt;
}

int HttpParser::State::refusal_of_header() const {
  const auto& message = parser->get();
  if (message.version() != 11 && message.version() != 10) return 505;
  if (message.find(http::field::transfer_encoding) != message.end() && !parser->chunked()) return 501;
  const size_t hosts = message.count(http::field::host);
  return hosts > 1 || (hosts == 0 && message.version() == 11) ? 400 : 0;
}

void HttpParser::State::begin_body(uint64_t bytes_max) {
  stage = Stage::kBody;
  parser->body_limit(bytes_max);
  parser->eager(true);
}

// Absent: the request is whole.
std::optional<HttpParser::Progress> HttpParser::State::read_body() {
  size_t used = 0;
  while (!parser->is_done() && used < buffer.size()) {
    const size_t left = buffer.size() - used;
    if (parser->chunked() && left < kLastChunkBytesMin) break;
    // Never more than may lie in front of a chunk's data, so that the limits are the same for any cut of the bytes.
    const size_t shown = std::min(left, kTrailerBytesMax);
    error_code error;
    const size_t taken = parser->put(boost::asio::buffer(buffer.data() + used, shown), error);
    used += taken;
    if (error && error != http::error::need_more) return fail(error == http::error::body_limit ? 413 : 400);
    if (taken == 0) break;
  }
  buffer.erase(0, used);
  if (parser->is_done()) return std::nullopt;
  if (parser->chunked() && buffer.size() > unread_max(buffer)) return fail(400);
  if (continue_told || parser->get().body().streamed || !awaits_continue()) return Progress::kNeedMore;
  continue_told = true;
  return Progress::kContinue;
}

HttpParser::HttpParser(size_t body_max, size_t body_free) : state_(std::make_unique<State>(body_max, body_free)) {}
HttpParser::~HttpParser() = default;

int HttpParser::status() const { return state_->status; }
bool HttpParser::has_begun() const { return state_->parser.has_value() || !state_->buffer.empty(); }
Bytes HttpParser::take_rest() { return std::exchange(state_->buffer, {}); }
const IncomingRequest& HttpParser::head() const { return state_->request; }

HttpParser::Progress HttpParser::feed(std::string_view bytes) {
  State& state = *state_;
  if (state.status != 0) return Progress::kError;
  state.buffer.append(bytes);
  if (!state.parser && !state.begin()) return Progress::kNeedMore;
  if (state.stage == State::Stage::kHeader) {
    if (const auto progress = state.read_header()) return *progress;
  }
  if (state.stage == State::Stage::kAsked) return Progress::kNeedMore;
  const Progress progress = state.read_body().value_or(Progress::kRequest);
  if (progress == Progress::kError) return progress;
  const ArrivingBody::value_type& body = state.parser->get().body();
  return body.streamed && !body.bytes.empty() ? Progress::kPiece : progress;
}

std::optional<uint64_t> HttpParser::body_size() const {
  if (state_->parser->chunked()) return std::nullopt;
  return state_->parser->content_length().value_or(0);
}

bool HttpParser::awaits_continue() const { return state_->awaits_continue(); }

void HttpParser::State::answer(uint64_t bytes_max, bool streamed) {
  if (stage != Stage::kAsked) return;
  if (parser->content_length().value_or(0) > bytes_max) {
    (void)fail(413);
    return;
  }
  parser->get().body().streamed = streamed;
  begin_body(bytes_max);
}

void HttpParser::allow_body(size_t bytes_max) { state_->answer(std::min(bytes_max, state_->body_max), false); }
void HttpParser::stream_body(uint64_t bytes_max) { state_->answer(bytes_max, true); }
Bytes HttpParser::take_piece() { return std::exchange(state_->parser->get().body().bytes, {}); }

IncomingRequest HttpParser::take() {
  IncomingRequest request = std::move(state_->request);
  request.body = std::move(state_->parser->get().body().bytes);
  state_->parser.reset();
  return request;
}

}  // namespace kith::net
