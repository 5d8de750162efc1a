// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/rpc/session.h"

#include <new>
#include <utility>

#include "cli/exit_code.h"
#include "cli/json_line.h"
#include "cli/rpc/schema.h"

namespace kith::cli::rpc {

// The calls that came on one line.
struct Session::Batch {
  bool is_array = false;
  size_t open = 0;
  std::string answers;
};

namespace {

Error failure_error(const std::string& id, const client_api::Failure& failure) {
  Error error;
  error.id = id;
  error.code = kFailureBase - static_cast<int>(failure.code());
  error.message = describe(failure);
  JsonLine data;
  data.text("code", client_api::Failure::Code_Name(failure.code())).text("detail", failure.detail());
  if (failure.retry_after_ms() > 0) data.number("retry_after_ms", failure.retry_after_ms());
  error.data = data.str();
  return error;
}

std::string memory_error(std::string id) {
  Error error;
  error.id = std::move(id);
  error.code = kInternalError;
  error.message = "memory has run out";
  return error_object(error);
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

}  // namespace

std::string event_line(const client_api::Event& event) {
  const Notification notification = notification_of(event);
  return notification_object(notification.method, notification.params);
}

Session::Session(Start start, std::function<void(std::string)> write, size_t line_bytes_max)
    : start_(std::move(start)),
      write_(std::move(write)),
      lines_({[this](std::string_view line) { take_line(line); },
              [this, line_bytes_max] {
                Error error;
                error.code = kInvalidRequest;
                error.message = "a line has at most " + std::to_string(line_bytes_max) + " bytes";
                write_(error_object(error));
              },
              [this] { return outstanding_ < kOutstandingMax; }},
             line_bytes_max) {}

void Session::take(std::string_view input) {
  waiting_ += input;
  take_lines();
}

void Session::take_lines() {
  waiting_.erase(0, waiting_.size() - lines_.take(waiting_).size());
  if (ended_ && waiting_.empty()) lines_.end();
}

void Session::end() {
  ended_ = true;
  take_lines();
}

void Session::take_line(std::string_view line) {
  if (is_blank(line)) return;
  Incoming incoming;
  try {
    incoming = parse(line);
  } catch (const std::bad_alloc&) {
    return write_(memory_error("null"));
  }
  const auto batch = std::make_shared<Batch>();
  batch->is_array = incoming.is_batch;
  batch->open = incoming.calls.size();
  for (const auto& entry : incoming.calls) {
    if (const Call* const one = std::get_if<Call>(&entry)) {
      call(*one, batch);
    } else {
      finish(batch, error_object(std::get<Error>(entry)));
    }
  }
}

void Session::call(const Call& call, const std::shared_ptr<Batch>& batch) {
  Result<client_api::Request, CallFailure> request = client_api::Request();
  try {
    request = make_request(call.method, call.params);
  } catch (const std::bad_alloc&) {
    return finish(batch, call.id.empty() ? "" : memory_error(call.id));
  }
  if (!request) {
    Error error;
    error.id = call.id;
    error.code = request.error().error == CallError::kNoSuchMethod ? kMethodNotFound : kInvalidParams;
    error.message = request.error().detail;
    finish(batch, call.id.empty() ? "" : error_object(error));
    return;
  }
  request->set_change(call.change);
  ++outstanding_;
  start_(std::move(*request), [this, id = call.id, batch](const client_api::Response& response) {
    --outstanding_;
    if (id.empty()) {
      finish(batch, "");
    } else if (response.has_failure()) {
      finish(batch, error_object(failure_error(id, response.failure())));
    } else {
      finish(batch, result_object(id, result_json(response)));
    }
    take_lines();
  });
}

void Session::finish(const std::shared_ptr<Batch>& batch, std::string answer) {
  --batch->open;
  if (!batch->is_array) {
    if (!answer.empty()) write_(std::move(answer));
    return;
  }
  if (!answer.empty()) batch->answers += (batch->answers.empty() ? "[" : ",") + answer;
  if (batch->open == 0 && !batch->answers.empty()) write_(batch->answers + "]");
}

}  // namespace kith::cli::rpc
