// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/output.h"

#include <algorithm>

namespace kith::core {

bool Output::begin(uint32_t request, const ChangeId& change) {
  const auto first =
      std::find_if(changes_.begin(), changes_.end(), [&change](const auto& each) { return each.second.id == change; });
  if (first != changes_.end()) {
    first->second.also.push_back(request);
    return false;
  }
  changes_[request] = {change, {}};
  return true;
}

void Output::respond(client_api::Response response) {
  if (open_.erase(response.id()) == 0) return;
  answered_.push_back(response.id());
  if (const auto change = changes_.extract(response.id()); change) {
    if (!response.has_failure()) answers_.emplace_back(change.mapped().id, response);
    for (const uint32_t request : change.mapped().also) {
      client_api::Response same = response;
      same.set_id(request);
      respond(std::move(same));
    }
  }
  *add().mutable_response() = std::move(response);
}

void Output::fail(uint32_t request, FailureCode::Code code, std::string detail, uint32_t retry_after_ms) {
  client_api::Response response;
  response.set_id(request);
  client_api::Failure& failure = *response.mutable_failure();
  failure.set_code(code);
  failure.set_detail(std::move(detail));
  failure.set_retry_after_ms(retry_after_ms);
  respond(std::move(response));
}

void Output::done(uint32_t request, client_api::Done* (client_api::Response::*result)()) {
  client_api::Response response;
  response.set_id(request);
  (response.*result)();
  respond(std::move(response));
}

void Output::emit(client_api::Event event) {
  event.set_number(++events_);
  *add().mutable_event() = std::move(event);
}

void Output::release(std::vector<client_api::Action>& actions) {
  for (client_api::Action& action : gathered_) actions.push_back(std::move(action));
  gathered_.clear();
  answered_.clear();
  answers_.clear();
  events_released_ = events_;
}

void Output::discard(std::vector<client_api::Action>& actions, FailureCode::Code why) {
  gathered_.clear();
  changes_.clear();  // all of them fail
  events_ = events_released_;
  open_.insert(answered_.begin(), answered_.end());
  answered_.clear();
  for (const std::set<uint32_t> open = open_; const uint32_t request : open) fail(request, why);
  release(actions);
}

}  // namespace kith::core
