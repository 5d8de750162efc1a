// SPDX-License-Identifier: AGPL-3.0-or-later

// Settings: those of this device alone, and those that the server enforces (who sees last seen and about, who is
// blocked, the PIN).
//
// A change is committed here and takes effect; what the server has to know is then sent until it arrived, always all of
// it, so that the last state wins however many changes there were.
#pragma once

#include "client_api/client_api.pb.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

class PrivacySync {
 public:
  static constexpr uint64_t kAgainMs = 30000;

  explicit PrivacySync(Engine& engine);

  client_api::Settings settings();
  void get(uint32_t request);
  void set(uint32_t request, const client_api::SetSettingsRequest& what);
  void set_pin(uint32_t request, const client_api::SetPinRequest& what);

  // Scopes or blocks changed: the server has to know.
  void changed();
  // So do the contacts, when a scope refers to them.
  void contacts_changed();
  void look_again() { look_ = true; }
  void pump();

 private:
  Engine& engine_;
  bool look_ = true;
  bool sending_ = false;
  uint64_t edits_ = 0;
  Timer again_;
};

}  // namespace kith::core
