// SPDX-License-Identifier: AGPL-3.0-or-later

// The running core, as commands see it: ask, wait, listen.
//
// Calls: one thread. Callbacks run inside run_until(), finish() and call() only, and may call everything but those
// three.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "client_api/client_api.pb.h"

namespace kith::cli {

class Host {
 public:
  using Answer = std::function<void(const client_api::Response&)>;
  using Listener = std::function<void(const client_api::Event&)>;
  enum class Outcome {
    kDone,
    kTimedOut,
    kStopped,  // Ctrl-C, or told to stop
  };

  virtual ~Host() = default;

  // Gives the request to the core; its id is set here. The answer comes later, never inside this call.
  virtual void start(client_api::Request request, Answer answer) = 0;
  // Runs until `done` says true. A stop signal ends it too, now and from then on.
  virtual Outcome run_until(const std::function<bool()>& done, std::optional<MonotonicMs> deadline) = 0;
  // Runs until `done` says true, also when stopped: for what must still be kept then. Gives up after so long.
  virtual void finish(const std::function<bool()>& done, uint64_t milliseconds) = 0;
  [[nodiscard]] virtual MonotonicMs now() const = 0;
  // Of the home.
  [[nodiscard]] virtual const std::string& directory() const = 0;

  // As net::ClientNetwork has them.
  virtual void when_readable(int descriptor, std::function<void()> readable) = 0;
  virtual void stop_watching(int descriptor) = 0;
  virtual void set_timer(uint32_t id, MonotonicMs at, std::function<void()> fire) = 0;

  // A command is over: what it gave is called no more.
  virtual void forget() { listeners_.clear(); }

  // Starts the request and runs until it is answered. Absent when it was stopped before.
  std::optional<client_api::Response> call(client_api::Request request);
  // Events from now on, in order, after the listeners added before.
  void listen(Listener listener) { listeners_.push_back(std::move(listener)); }
  // What the core said last about itself: get_state, connect and every change of state keep it fresh.
  [[nodiscard]] const client_api::State& state() const { return state_; }
  // Whether a request has changed a profile, a setting or a block: State.changes_unsent may be of it, then.
  [[nodiscard]] bool has_changed_something() const { return has_changed_something_; }
  [[nodiscard]] MonotonicMs in_ms(uint64_t milliseconds) const { return {now().value + milliseconds}; }

 protected:
  // For implementations: what comes out of the core passes here.
  void publish(const client_api::Event& event);
  void note_answer(const client_api::Response& response);

 private:
  std::vector<Listener> listeners_;
  client_api::State state_;
  bool has_changed_something_ = false;
};

}  // namespace kith::cli
