// SPDX-License-Identifier: AGPL-3.0-or-later

// Calls of the server's HTTP API (proto/wire/api.proto), each with a deadline of its own.
//
// Ownership: the function given to a call is kept until it ran: exactly once, on the answer or at the deadline. When
//            the client core starts anew (engine.h) calls are forgotten, as by a crash; every caller lives with that.
// Limits:    kCallsMax calls wait at a time; one more is answered with status 0, from a timer. An answer of more than
//            kAnswerBytesMax counts as none, where the call says no other bound: a parsed message takes many times the
//            bytes that say it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "client_api/host.pb.h"
#include "core/output.h"
#include "core/store/account_table.h"
#include "core/timers.h"
#include "wire/api.pb.h"

namespace kith::core {

struct HttpReply {
  uint32_t status = 0;  // 0: no answer
  BytesView body;
  bool broke_off = false;  // with 0, of a server that was not known: it ended the connection

  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
  // What the server said was wrong; kErrorUnspecified when it said nothing.
  [[nodiscard]] wire::ApiError error() const;
  // Worth asking again later: no answer, overload, or a server's own fault.
  [[nodiscard]] bool is_temporary() const;

  // Absent when the call failed or the body is no such message.
  template <class Message>
  [[nodiscard]] std::optional<Message> parse() const {
    Message message;
    if (!ok() || !message.ParseFromArray(body.data(), static_cast<int>(body.size()))) return std::nullopt;
    return message;
  }
};

// What a request of the user interface is told when its call failed: the one place where a wire error becomes a
// failure.
CallFailure failure_of(const HttpReply& reply);

class HttpCalls {
 public:
  static constexpr uint64_t kTimeoutMs = 15000;
  static constexpr size_t kCallsMax = 256;
  static constexpr size_t kAnswerBytesMax = 512 * 1024;
  static_assert(kLookupMax * (kHandleBytesMax + 32) < kAnswerBytesMax && 2 * kPrivacyListMax * 18 < kAnswerBytesMax,
                "the longest answers that there are");
  using Done = std::function<void(const HttpReply&)>;
  using Fields = std::vector<std::pair<std::string, std::string>>;

  // Borrows all of it. `last_call`: the number before that of the first call; numbers are never used again by one host.
  HttpCalls(Output& output, Timers& timers, Clock& clock, const std::optional<Registration>& registration,
            const Progress& progress, uint32_t last_call)
      : output_(output),
        timers_(timers),
        clock_(clock),
        registration_(registration),
        progress_(progress),
        last_call_(last_call) {}

  // With the device's token; not to another server than the one that gave it (IDENTITY-7): then nobody answers.
  void call(const char* method, const std::string& path, std::string body, Done done, Fields fields = {},
            size_t answer_bytes_max = kAnswerBytesMax);
  // Before there is a token, to a server that is not yet the device's own: it may be none.
  void call_unauthenticated(const char* method, const std::string& server, const std::string& path, std::string body,
                            Done done);

  void on_response(const client_api::HttpResponse& response);
  // None of what is too large.
  static HttpReply reply_of(const client_api::HttpResponse& response, size_t bytes_max = kAnswerBytesMax);
  [[nodiscard]] uint32_t last_call() const { return last_call_; }
  // A number for a call that is made elsewhere (files.h).
  [[nodiscard]] uint32_t next_call() { return ++last_call_; }

 private:
  struct Waiting {
    Done done;
    Timers::Id timer = 0;
    bool to_stranger = false;
    size_t answer_bytes_max = kAnswerBytesMax;
  };
  void start(const char* method, std::string url, std::string body, std::string bearer, Done done, Fields fields = {},
             size_t answer_bytes_max = kAnswerBytesMax);
  // Answered by nobody at once, but not within the call.
  void fail_soon(Done done) { wait(std::move(done), 0); }
  uint32_t wait(Done done, uint64_t timeout_ms);
  void finish(uint32_t call, const HttpReply& reply);

  Output& output_;
  Timers& timers_;
  Clock& clock_;
  const std::optional<Registration>& registration_;
  const Progress& progress_;
  uint32_t last_call_;
  std::map<uint32_t, Waiting> waiting_;
};

}  // namespace kith::core
