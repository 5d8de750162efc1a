// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/http_calls.h"

namespace kith::core {

wire::ApiError HttpReply::error() const {
  wire::ApiError error;
  if (ok() || !error.ParseFromArray(body.data(), static_cast<int>(body.size()))) error.Clear();
  return error;
}

bool HttpReply::is_temporary() const {
  if (status == 0 || status == 429 || status >= 500) return true;
  switch (error().code()) {
    case wire::kRateLimited:
    case wire::kUnavailable:
    case wire::kInternal:
    case wire::kServerFull: return true;
    default: return false;
  }
}

CallFailure failure_of(const HttpReply& reply) {
  if (reply.broke_off) return {FailureCode::kNotKith, "the connection was ended", 0};
  if (reply.status == 0) return {FailureCode::kOffline, "the server did not answer", 0};
  if (reply.ok()) return {FailureCode::kNotKith, "the server's answer can't be read", 0};
  const wire::ApiError error = reply.error();
  const auto as = [&error](FailureCode::Code code) {
    return CallFailure{code, error.detail(), error.retry_after_ms()};
  };
  // With the accounts of which it is said, where it says some.
  const auto about_accounts = [&error, &as](FailureCode::Code code) {
    CallFailure failure = as(code);
    if (error.group().accounts_size() > 0) failure.detail.clear();
    for (const std::string& bytes : error.group().accounts()) {
      const auto account = AccountId::from_bytes(bytes);
      if (account) failure.detail += (failure.detail.empty() ? "" : " ") + account->hex();
    }
    return failure;
  };
  switch (error.code()) {
    case wire::kInvalidHandle: return as(FailureCode::kInvalidHandle);
    case wire::kWrongCode: return as(FailureCode::kWrongCode);
    case wire::kCodeExpired: return as(FailureCode::kCodeExpired);
    case wire::kTooManyAttempts: return as(FailureCode::kTooManyAttempts);
    case wire::kPinRequired: return as(FailureCode::kPinRequired);
    case wire::kWrongPin: return as(FailureCode::kWrongPin);
    case wire::kRateLimited: return as(FailureCode::kRateLimited);
    case wire::kTooLarge: return as(FailureCode::kTooLarge);
    case wire::kInvalidArgument: return as(FailureCode::kInvalidArgument);
    case wire::kServerFull: return as(FailureCode::kServerFull);
    case wire::kTooManyDevices: return as(FailureCode::kTooManyDevices);
    case wire::kNoSuchAccount: return about_accounts(FailureCode::kNoSuchAccount);
    case wire::kNoSuchGroup: return as(FailureCode::kNoSuchGroup);
    case wire::kNotAllowed: return as(FailureCode::kNotAllowed);
    case wire::kNoSuchMember: return as(FailureCode::kNoSuchMember);
    case wire::kAlreadyMember: return as(FailureCode::kAlreadyMember);
    case wire::kTooManyMembers: return as(FailureCode::kTooManyMembers);
    case wire::kTooManyGroups: return as(FailureCode::kTooManyGroups);
    case wire::kCannotBeAdded: return about_accounts(FailureCode::kCannotBeAdded);
    case wire::kNoLinkFetching: return as(FailureCode::kNoLinkFetching);
    case wire::kLinkRefused: return as(FailureCode::kLinkRefused);
    case wire::kLinkUnreachable: return as(FailureCode::kLinkUnreachable);
    case wire::kLinkWrongType: return as(FailureCode::kLinkWrongType);
    case wire::kUnauthenticated:
    case wire::kUnknownDevice: return as(FailureCode::kDeviceEnded);
    default: break;
  }
  if (error.code() == wire::kErrorUnspecified) {
    // A proxy before a server that is away has words of its own.
    return {reply.is_temporary() ? FailureCode::kServer : FailureCode::kNotKith,
            "HTTP status " + std::to_string(reply.status), 0};
  }
  return as(FailureCode::kServer);
}

void HttpCalls::call(const char* method, const std::string& path, std::string body, Done done, Fields fields,
                     size_t answer_bytes_max) {
  if (progress_.standing == Standing::kOtherServer) return fail_soon(std::move(done));
  start(method, registration_->server + path, std::move(body), to_base64url(registration_->token), std::move(done),
        std::move(fields), answer_bytes_max);
}

void HttpCalls::call_unauthenticated(const char* method, const std::string& server, const std::string& path,
                                     std::string body, Done done) {
  start(method, server + path, std::move(body), "", std::move(done));
}

void HttpCalls::start(const char* method, std::string url, std::string body, std::string bearer, Done done,
                      Fields fields, size_t answer_bytes_max) {
  if (waiting_.size() >= kCallsMax) return fail_soon(std::move(done));
  const uint32_t number = wait(std::move(done), kTimeoutMs);
  Waiting& waiting = waiting_.at(number);
  waiting.to_stranger = bearer.empty();
  waiting.answer_bytes_max = answer_bytes_max;
  client_api::HttpCall& call = *output_.add().mutable_http_call();
  call.set_call(number);
  call.set_method(method);
  call.set_url(std::move(url));
  call.set_body(std::move(body));
  call.set_bearer(std::move(bearer));
  for (auto& [name, value] : fields) {
    client_api::HttpField& field = *call.add_fields();
    field.set_name(std::move(name));
    field.set_value(std::move(value));
  }
}

uint32_t HttpCalls::wait(Done done, uint64_t timeout_ms) {
  const uint32_t number = next_call();
  const auto timer =
      timers_.set({clock_.monotonic().value + timeout_ms}, [this, number] { finish(number, HttpReply{}); });
  waiting_.emplace(number, Waiting{std::move(done), timer});
  return number;
}

HttpReply HttpCalls::reply_of(const client_api::HttpResponse& response, size_t bytes_max) {
  return response.body().size() <= bytes_max ? HttpReply{response.status(), response.body()} : HttpReply{};
}

void HttpCalls::on_response(const client_api::HttpResponse& response) {
  const auto found = waiting_.find(response.call());
  if (found == waiting_.end()) return;  // too late: the deadline has answered
  HttpReply reply = reply_of(response, found->second.answer_bytes_max);
  reply.broke_off = found->second.to_stranger && response.broke_off();
  finish(response.call(), reply);
}

void HttpCalls::finish(uint32_t call, const HttpReply& reply) {
  const auto found = waiting_.find(call);
  if (found == waiting_.end()) return;  // too late: the deadline has answered
  timers_.cancel(found->second.timer);
  const Done done = std::move(found->second.done);
  waiting_.erase(found);
  done(reply);
}

}  // namespace kith::core
