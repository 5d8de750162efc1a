// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages that come: each becomes a row of its conversation, which is opened by the first one. An answer to a request
// to send again takes the place of its placeholder. Contents of a kind that this version does not know are kept as they
// are and shown as such.
#pragma once

#include "core/content_handler.h"

namespace kith::core {

struct Engine;

class Receiving final : public ContentHandler {
 public:
  explicit Receiving(Engine& engine) : engine_(engine) {}

  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  Engine& engine_;
};

}  // namespace kith::core
