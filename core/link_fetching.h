// SPDX-License-Identifier: AGPL-3.0-or-later

// Where a link leads, by the server (PREVIEW-2): for the preview that a user interface makes of it. Nothing of it is
// kept.
#pragma once

#include <cstdint>

#include "client_api/client_api.pb.h"
#include "core/http_calls.h"
#include "wire/frames.pb.h"

namespace kith::core {

struct Engine;

class LinkFetching {
 public:
  explicit LinkFetching(Engine& engine) : engine_(engine) {}

  // What the server says of itself.
  void connected(const wire::Limits& limits);
  // Whether it does this, as it has said last.
  [[nodiscard]] bool is_possible();
  void fetch(uint32_t request, const client_api::FetchLinkRequest& what);

 private:
  void answer(uint32_t request, const HttpReply& reply);

  Engine& engine_;
};

}  // namespace kith::core
