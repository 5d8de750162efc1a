// SPDX-License-Identifier: AGPL-3.0-or-later

// A core made of a function, for tests of commands: answers each request at once, and plays events when the loop runs.
#pragma once

#include <unistd.h>

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cli/host.h"

namespace kith::cli::testing {

class FakeHost final : public Host {
 public:
  using Respond = std::function<client_api::Response(const client_api::Request&)>;

  explicit FakeHost(Respond respond) : respond_(std::move(respond)) {}

  // Every request so far.
  std::vector<client_api::Request> requests;
  // Played one a turn, when there is nothing to answer.
  std::deque<client_api::Event> events;
  // Each plays after one run of the loop more has timed out.
  std::deque<std::deque<client_api::Event>> more_events;
  // Standard input is read so many times, when there is nothing to answer.
  size_t reads = 0;
  // With this, requests are answered only by answer_all().
  bool hold_answers = false;
  // The loop stops as by Ctrl-C when there is nothing to do any more; else it times out.
  bool stop_when_idle = false;

  void start(client_api::Request request, Answer answer) override {
    request.set_id(++last_id_);
    requests.push_back(request);
    waiting_.emplace_back(std::move(request), std::move(answer));
  }
  void answer_all() {
    while (!waiting_.empty()) answer_one();
  }
  Outcome run_until(const std::function<bool()>& done, std::optional<MonotonicMs> deadline) override {
    for (;;) {
      if (done()) return Outcome::kDone;
      if (!waiting_.empty() && !hold_answers) {
        answer_one();
      } else if (reads > 0 && readable_) {
        --reads;
        std::exchange(readable_, nullptr)();
      } else if (!events.empty()) {
        const client_api::Event event = events.front();
        events.pop_front();
        publish(event);
      } else {
        if (deadline) time_ = *deadline;
        if (!more_events.empty()) {
          events = std::move(more_events.front());
          more_events.pop_front();
        }
        return stop_when_idle ? Outcome::kStopped : Outcome::kTimedOut;
      }
    }
  }
  void finish(const std::function<bool()>& done, uint64_t /*milliseconds*/) override {
    while (!done() && !waiting_.empty()) answer_one();
  }
  [[nodiscard]] MonotonicMs now() const override { return time_; }
  [[nodiscard]] const std::string& directory() const override { return home; }
  std::string home;
  void when_readable(int descriptor, std::function<void()> readable) override {
    if (descriptor == STDIN_FILENO) readable_ = std::move(readable);
  }
  void stop_watching(int) override {}
  void set_timer(uint32_t, MonotonicMs, std::function<void()>) override {}
  using Host::publish;

 private:
  void answer_one() {
    auto [request, answer] = std::move(waiting_.front());
    waiting_.pop_front();
    client_api::Response response = respond_(request);
    response.set_id(request.id());
    note_answer(response);
    answer(response);
  }

  Respond respond_;
  std::deque<std::pair<client_api::Request, Answer>> waiting_;
  std::function<void()> readable_;
  uint32_t last_id_ = 0;
  MonotonicMs time_{1000};
};

inline client_api::Event connection_event(client_api::State::Connection connection) {
  client_api::Event event;
  event.mutable_state_changed()->set_registered(true);
  event.mutable_state_changed()->set_connection(connection);
  return event;
}

}  // namespace kith::cli::testing
