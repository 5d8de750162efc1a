// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/host.h"

#include <memory>

namespace kith::cli {

std::optional<client_api::Response> Host::call(client_api::Request request) {
  // Shared with the answer, which may come after a stop has ended this call.
  const auto response = std::make_shared<std::optional<client_api::Response>>();
  start(std::move(request), [response](const client_api::Response& answer) { *response = answer; });
  run_until([&] { return response->has_value(); }, std::nullopt);
  return *response;
}

void Host::publish(const client_api::Event& event) {
  if (event.has_state_changed()) state_ = event.state_changed();
  for (size_t i = 0; i < listeners_.size(); ++i) listeners_[i](event);  // a listener may add one
}

void Host::note_answer(const client_api::Response& response) {
  if (response.has_get_state()) state_ = response.get_state();
  if (response.has_connect()) state_ = response.connect();
  if (response.has_disconnect()) state_ = response.disconnect();
  if (response.has_register_()) state_ = response.register_();
  has_changed_something_ |= response.has_set_profile() || response.has_set_settings() || response.has_set_blocked() ||
                            response.has_set_contact() || response.has_set_conversation() ||
                            response.has_set_verified();
}

}  // namespace kith::cli
