// SPDX-License-Identifier: AGPL-3.0-or-later

// This device's own keys on the server: enough one-time prekeys, and a signed prekey that is not too old.
//
// Private halves are committed before the public ones leave. A batch that was made but did not arrive is sent again
// while the client runs, and forgotten with it: its prekeys are then never asked for.
//
// A database that was rolled back or rebuilt may lack private halves of what the server hands out; whoever begins a
// session with those can't be read. A first message that can't be is the sign of it: then all of them are replaced. So
// are they after a rebuild.
//
// Limits: one replacement in kReplaceMs, whatever comes; kOneTimeKept private halves of one-time prekeys, the newest.
// Source: DEVICE-5 and DEVICE-6 in docs/protocol.md.
#pragma once

#include <string>

#include "core/timers.h"
#include "wire/api.pb.h"

namespace kith::core {

struct Engine;

class Prekeys {
 public:
  static constexpr uint32_t kTarget = 100;
  static constexpr uint32_t kLow = 25;        // below: as many as are missing to the target are added
  static constexpr uint64_t kSignedDays = 7;  // a signed prekey is replaced after
  // So many are kept for messages that are under way: 5 weeks, above the 30 days of an inbox
  static constexpr size_t kSignedKept = 5;
  static constexpr size_t kSignedKeptReplaced = 30;  // until the next one is a week old: those of a day, at one an hour
  static constexpr uint32_t kOneTimeKept =
      1000;  // the server holds 200 at most; others are under way, or were replaced
  static constexpr uint64_t kReplaceMs = 3600000;
  static constexpr uint64_t kAgainMs = 30000;

  explicit Prekeys(Engine& engine);

  // The server still has so many one-time prekeys of this device.
  void on_remaining(uint32_t remaining);
  // Somebody has begun a session with keys that this device does not have, or says so.
  void opening_is_unreadable();
  // Makes `count` prekeys and a signed prekey and adds their public halves. False: the database failed.
  bool make(wire::PublishKeysRequest& request, uint32_t count, bool with_signed);

 private:
  [[nodiscard]] bool signed_prekey_is_old() const;
  void look_for_replacement();
  void replace();
  void send();

  Engine& engine_;
  wire::PublishKeysRequest waiting_;
  bool is_waiting_ = false;
  bool replace_ = false;
  Timer again_;
  Timer replace_timer_;
};

}  // namespace kith::core
