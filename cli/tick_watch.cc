// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/tick_watch.h"

#include <algorithm>

#include "cli/group_text.h"
#include "cli/media_text.h"
#include "cli/message_text.h"

namespace kith::cli {

using client_api::Message;
using client_api::State;

namespace {

constexpr uint64_t kTryMs = 5000;

Message::Tick tick_of(const std::string& wait) {
  if (wait == "delivered") return Message::kDelivered;
  if (wait == "read") return Message::kRead;
  return Message::kSent;
}

ExitCode report_held(Context context) {
  context.out.note(
      "their identity has changed: the message is kept, and waits. Compare it with kith verify, or agree to it with "
      "kith accept");
  return ExitCode::kFailed;
}

ExitCode report_refused(Context context) {
  say_refused(context);
  return ExitCode::kDeviceEnded;
}

}  // namespace

TickWatch::TickWatch(Context context) : context_(context) {
  context_.host.listen([this](const client_api::Event& event) {
    // One that is done with in the transaction that it was written in, like a note to oneself, is only ever added.
    for (const Message& message : {event.message_added(), event.message_changed()}) {
      if (message.outgoing()) latest_[message.id()] = message;
    }
    if (event.has_resync()) look_again();
    if (event.has_conversation_changed() && event.conversation_changed().direct().held_messages() > 0)
      held_.insert(event.conversation_changed().id());
    if (event.has_group_progress()) show_progress(event.group_progress());
    if (event.has_media_progress() && to_.contains(event.media_progress().id())) {
      ++progresses_;
      context_.out.passing(progress_text(event.media_progress()));
    }
  });
}

void TickWatch::begin(const Message& message, const std::string& to) {
  latest_.emplace(message.id(), message);
  ids_.push_back(message.id());
  to_[message.id()] = to.empty() ? "" : " to " + to;
}

ExitCode TickWatch::see_off(const std::string& wait, double timeout_s) {
  const ExitCode code = wait.empty() ? try_to_send() : wait_for_tick(wait, timeout_s);
  context_.out.passing("");
  return code;
}

void TickWatch::show_progress(const client_api::GroupProgress& progress) {
  ++progresses_;
  const bool is_over = progress.done() >= progress.total();
  context_.out.passing(is_over ? "" : keys_text(progress));
}

// Events were left out.
void TickWatch::look_again() {
  for (const std::string& id : ids_) {
    client_api::Request request;
    request.mutable_get_message()->set_id(id);
    context_.host.start(std::move(request), [this, id](const client_api::Response& response) {
      if (response.has_get_message()) latest_[id] = response.get_message();
    });
  }
}

bool TickWatch::all_at_least(Message::Tick tick) const {
  return std::ranges::all_of(ids_, [&](const std::string& id) { return of(id).tick() >= tick; });
}

bool TickWatch::any_held() const {
  return std::ranges::any_of(ids_, [&](const std::string& id) {
    return of(id).tick() == Message::kPending && held_.contains(of(id).conversation());
  });
}

const Message* TickWatch::first_behind(Message::Tick tick) const {
  const auto behind = std::ranges::find_if(ids_, [&](const std::string& id) { return of(id).tick() < tick; });
  return behind == ids_.end() ? nullptr : &of(*behind);
}

bool TickWatch::report_failed() const {
  bool any = false;
  for (const std::string& id : ids_) {
    if (of(id).tick() != Message::kFailed) continue;
    any = true;
    context_.out.note("not sent" + to_.at(id) + ": " + failure_text(of(id).failure()) + what_to_do_about_failed(id));
  }
  for (const auto& [id, message] : latest_) {  // of earlier ones, which waited
    if (message.tick() == Message::kFailed && !to_.contains(id)) context_.out.note(failure_note(message));
  }
  return any;
}

ExitCode TickWatch::try_to_send() const {
  const State& state = context_.host.state();
  const auto is_over = [&] { return all_at_least(Message::kSent) || any_held() || is_offline(state); };
  Host::Outcome outcome = Host::Outcome::kTimedOut;
  // The keys of a large group take their time, and so does a file; they come to an end.
  for (size_t before = progresses_ + 1; outcome == Host::Outcome::kTimedOut && before != progresses_;) {
    before = progresses_;
    outcome = context_.host.run_until(is_over, context_.host.in_ms(kTryMs));
  }
  const bool failed = report_failed();
  if (first_behind(Message::kSent) == nullptr) return failed ? ExitCode::kFailed : ExitCode::kOk;
  if (any_held()) return report_held(context_);
  if (is_refused(state)) return report_refused(context_);
  context_.out.note(outcome == Host::Outcome::kDone
                        ? why_offline(state) +
                              ": the message is kept, and sent by the next command that reaches the server"
                        : "not sent yet: the message is kept, and sent by the next command");
  return failed ? ExitCode::kFailed : ExitCode::kOk;
}

ExitCode TickWatch::wait_for_tick(const std::string& wait, double timeout_s) const {
  const State& state = context_.host.state();
  const Message::Tick wanted = tick_of(wait);
  bool said_offline = false;
  const MonotonicMs deadline = context_.host.in_ms(static_cast<uint64_t>(timeout_s * 1000));
  const auto outcome = context_.host.run_until(
      [&] {
        if (state.connection() == State::kWaiting && !said_offline && !all_at_least(Message::kSent)) {
          said_offline = true;
          context_.out.note(why_offline(state) + ": the message is kept; trying again");
        }
        return all_at_least(wanted) || any_held() || is_refused(state);
      },
      deadline);
  const bool failed = report_failed();
  const Message* const behind = first_behind(wanted);
  if (behind == nullptr) return failed ? ExitCode::kFailed : ExitCode::kOk;
  if (outcome == Host::Outcome::kStopped) return ExitCode::kInterrupted;
  if (any_held()) return report_held(context_);
  if (outcome == Host::Outcome::kDone) return report_refused(context_);
  context_.out.note("timed out: the message" + to_.at(behind->id()) + " is " + tick_word(behind->tick()) + ", not " +
                    wait);
  return ExitCode::kTimedOut;
}

}  // namespace kith::cli
