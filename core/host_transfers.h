// SPDX-License-Identifier: AGPL-3.0-or-later

// The calls about files that a host has under way, by what it was told and what it said: when the core starts anew they
// are called off.
#pragma once

#include <cstdint>
#include <set>

#include "client_api/host.pb.h"

namespace kith::core {

class HostTransfers {
 public:
  void note(const client_api::Action& action) {
    if (action.has_fetch_file()) calls_.insert(action.fetch_file().call());
    if (action.has_http_call() && !action.http_call().body_file().empty()) calls_.insert(action.http_call().call());
    if (action.has_http_cancel()) calls_.erase(action.http_cancel().call());
  }
  void note(const client_api::Input& input) {
    if (input.has_file_fetched()) calls_.erase(input.file_fetched().call());
    if (input.has_http_response()) calls_.erase(input.http_response().call());
  }
  [[nodiscard]] const std::set<uint32_t>& under_way() const { return calls_; }

 private:
  std::set<uint32_t> calls_;
};

}  // namespace kith::core
