// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/other_core.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/own_core.h"
#include "cli/rpc/envelope.h"
#include "cli/rpc/json_parts.h"
#include "cli/rpc/schema.h"

namespace kith::cli {

using client_api::Failure;
using client_api::Response;

OtherCore::OtherCore(net::ClientNetwork& network, int descriptor, Events events)
    : network_(network), socket_(network, descriptor), events_(std::move(events)) {
  read_on();
}

void OtherCore::start(const client_api::Request& request, Host::Answer answer) {
  const uint32_t id = ++last_request_;
  const auto call = rpc::method_call_of(request);
  if (!call) {
    Response refused;
    refused.mutable_failure()->set_code(Failure::kInvalidArgument);
    refused.mutable_failure()->set_detail("a text is not UTF-8");
    network_.set_timer(kRefusalTimer, net::ClientNetwork::now(),
                       [answer = std::move(answer), refused] { answer(refused); });
    return;
  }
  answers_.emplace(id, Waiting{call->method, std::move(answer)});
  socket_.send_line(rpc::call_object(
      {.id = std::to_string(id), .method = call->method, .params = call->params, .change = request.change()}));
}

void OtherCore::read_on() {
  socket_.read_on([this](std::string_view part) { take(part); });
}

void OtherCore::take(std::string_view part) {
  if (part.empty()) return lose();
  while (!part.empty()) {
    const size_t end = part.find('\n');
    line_ += part.substr(0, end);
    if (line_.size() > kLineBytesMax) return lose();
    if (end == std::string_view::npos) break;
    if (!take_line(line_)) return lose();
    line_.clear();
    part.remove_prefix(end + 1);
  }
  read_on();
}

void OtherCore::lose() {
  if (events_.lost) events_.lost();
}

bool OtherCore::take_line(std::string_view line) {
  if (!nlohmann::json::accept(line)) return false;
  const auto parts = rpc::members(line);
  if (const auto method = rpc::find(parts, "method"); !method.empty()) {
    const auto event = rpc::event_of(rpc::string_of(method), rpc::find(parts, "params"));
    if (event) events_.event(*event);  // one that this program does not know means nothing to it
    return true;
  }
  const auto id = rpc::find(parts, "id");
  const auto found = answers_.find(static_cast<uint32_t>(std::strtoul(std::string(id).c_str(), nullptr, 10)));
  if (found == answers_.end()) return false;
  const Waiting waiting = std::move(found->second);
  answers_.erase(found);
  if (const auto error = rpc::find(parts, "error"); !error.empty()) {
    const auto what = rpc::members(error);
    Response refused;
    *refused.mutable_failure() = rpc::failure_of(rpc::find(what, "data"));
    if (refused.failure().code() == Failure::kUnspecified) {
      refused.mutable_failure()->set_code(Failure::kInvalidArgument);
      refused.mutable_failure()->set_detail(rpc::string_of(rpc::find(what, "message")));
    }
    waiting.answer(refused);
    return true;
  }
  const auto response = rpc::response_of(waiting.method, rpc::find(parts, "result"));
  if (response) waiting.answer(*response);
  return response.has_value();
}

}  // namespace kith::cli
