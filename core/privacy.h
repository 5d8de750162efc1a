// SPDX-License-Identifier: AGPL-3.0-or-later

// Settings: those of this device alone, and those that the server enforces (who sees last seen, about and photo, who is
// blocked, the PIN).
//
// A change is committed here and takes effect; what the server has to know is then sent until it arrived, always all of
// it, so that the last state wins however many changes there were. The account's other devices are told as well
// (STATE-1), and each sends what it then has: so the server has in the end what all of them have (STATE-7). Nothing is
// sent before the backlog is in, for in it may be what another device has changed; and a device that has just joined
// first asks the server, or it would let in who is blocked.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/ids.h"
#include "client_api/client_api.pb.h"
#include "content/content.pb.h"
#include "core/http_calls.h"
#include "core/timers.h"
#include "wire/api.pb.h"

namespace kith::core {

struct Engine;

class PrivacySync {
 public:
  static constexpr uint64_t kAgainMs = 30000;
  struct Shared;  // a setting that all devices of the account share
  static constexpr size_t kSharedSettings = 6;

  explicit PrivacySync(Engine& engine);

  client_api::Settings settings();
  void get(uint32_t request);
  void set(uint32_t request, const client_api::SetSettingsRequest& what);
  void set_pin(uint32_t request, const client_api::SetPinRequest& what);

  // Here, and the server has to know; tell_blocked() is for the account's other devices. False: it is so already.
  bool set_blocked(const AccountId& account, bool blocked);
  // The server has to know them, when a scope refers to them.
  void contacts_changed();
  // By the person: who was one is not to see what only contacts see.
  void contact_removed();
  // Whether the account is blocked is so everywhere from now on.
  void tell_blocked(const AccountId& account);
  // From another device of the account; the subject is an account's id, or a setting's name.
  void apply_blocked(BytesView subject, const content::StateValue& value);
  void apply_setting(BytesView subject, const content::StateValue& value);
  void look_again() { look_ = true; }
  void pump();

 private:
  int64_t value_of(const Shared& shared);
  // Here, and the server has to know of a scope. False: it is so already.
  bool take(const Shared& shared, int64_t value);
  // The same by the person, so that it is so on all devices.
  void put(const Shared& shared, int64_t value);
  // Scopes, blocks or contacts: the server has to know.
  void changed();
  void set_photo_scope(int64_t scope);
  // Whether a scope means them.
  bool needs_contacts();
  void fetch();
  void take_fetched(const wire::Privacy& privacy);
  void send();
  void wait(const HttpReply& reply);

  Engine& engine_;
  bool look_ = true;
  bool sending_ = false;
  uint64_t edits_ = 0;
  Timer again_;
};

}  // namespace kith::core
