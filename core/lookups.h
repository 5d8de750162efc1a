// SPDX-License-Identifier: AGPL-3.0-or-later

// Asking the server whose handles are.
//
// Contacts whose account is unknown, and handles that were written to offline, are looked up when there is a
// connection, kLookupMax handles a call. Where the server allows fewer at a time each refusal halves that, and the rest
// waits as long as it says; after other failures kAgainMs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/handle.h"
#include "base/ids.h"
#include "base/limits.h"
#include "core/http_calls.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

class Lookups {
 public:
  static constexpr uint64_t kAgainMs = 60000;
  static constexpr uint64_t kLimitedMs = 1000;  // at least, after a refusal by rate
  static constexpr uint64_t kFreshDays = 1;     // an answer that a handle has no account is believed so long

  explicit Lookups(Engine& engine);

  // Asks the server for these handles, kLookupMax at most, and stores its answer; `done` gets the reply, from a later
  // input.
  void ask(std::vector<Handle> handles, HttpCalls::Done done);
  // The same for any number, one call after the other. What fails waits for pump().
  void ask_all(std::shared_ptr<std::vector<Handle>> handles, std::function<void()> done) {
    ask_from(std::move(handles), 0, std::move(done));
  }

  // There may be handles that nobody has asked for.
  void look_again() { look_ = true; }
  void pump();

 private:
  void ask_from(std::shared_ptr<std::vector<Handle>> handles, size_t next, std::function<void()> done);
  // What a lookup says about a handle; `account` absent: that nobody has it. Whether a contact's account is new.
  bool take_answer(const Handle& handle, const std::optional<AccountId>& account);
  // Of a failed look-up: the rest waits.
  void wait_to_look(const HttpReply& reply);

  Engine& engine_;
  bool look_ = true;
  bool looking_ = false;
  size_t batch_ = kLookupMax;  // handles a call
  Timer again_;
};

}  // namespace kith::core
