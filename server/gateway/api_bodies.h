// SPDX-License-Identifier: AGPL-3.0-or-later

// Bodies of the API: one message as application/x-protobuf, or as application/json by the standard protobuf mapping.
#pragma once

#include <google/protobuf/message.h>

#include <optional>

#include "net/http.h"
#include "server/handlers/refusal.h"

namespace kith::gateway {

// Reads the request's body into `message`; an empty body is the empty message. The refusal, if any: kMalformed;
// `status` is then 400 or, for an unknown Content-Type, 415. kUnavailable (503): memory ran out.
struct BodyError {
  int status;
  Refusal refusal;
};
std::optional<BodyError> read_body(const net::IncomingRequest& request, google::protobuf::Message& message);

// In the form that Accept asks for, else in the form of the request's body, else JSON.
net::HttpResponse message_response(const net::IncomingRequest& request, int status,
                                   const google::protobuf::Message& message);
// ApiError, with the status of its code and Retry-After.
net::HttpResponse error_response(const net::IncomingRequest& request, const Refusal& refusal);
net::HttpResponse error_response(const net::IncomingRequest& request, int status, const Refusal& refusal);

}  // namespace kith::gateway
