// SPDX-License-Identifier: AGPL-3.0-or-later

// Prints each message that came to this device once, over any number of runs.
//
//   take a batch: the core marks it taken and commits   →   print it with one write   →   take the next
//
// So what was printed is never printed again. A program killed between the commit and the write (microseconds) has the
// batch in its history, but not in what was printed; that is why a batch is only taken while somebody reads, and why a
// stop signal waits for the write.
#include <map>
#include <unordered_set>
#include <utility>

#include "cli/child_program.h"
#include "cli/commands/commands.h"
#include "cli/message_text.h"
#include "cli/time_text.h"

namespace kith::cli {
namespace {

using client_api::Message;
using client_api::Request;
using client_api::State;

// Each batch costs a sync, and is held in memory.
constexpr uint32_t kBatch = 500;
constexpr uint64_t kConnectMs = 30'000;

class Receiver {
 public:
  Receiver(Context context, const ReceiveOptions& options) : context_(context), options_(options) {
    context_.host.listen([this](const client_api::Event& event) {
      if (event.has_message_added() || event.has_message_changed() || event.has_resync()) something_new_ = true;
      if (event.has_conversation_changed())
        places_[event.conversation_changed().id()] = place_of(event.conversation_changed());
    });
  }

  // Prints what no run has printed yet.
  Result<void, ExitCode> print_new() {
    something_new_ = false;
    for (bool more = true; more;) {
      if (!context_.out.has_reader()) return Fail(ExitCode::kFailed);  // as with any filter: no words
      if (const auto known = know_senders(); !known) return known;
      Request request;
      request.mutable_take_events()->set_limit(options_.exec.empty() ? kBatch : 1);
      const auto response = ask(context_, std::move(request));
      if (!response) return Fail(response.error());
      for (const Message& message : response->take_events().messages())
        options_.exec.empty() ? print(message) : hand_over(message);
      if (!context_.out.flush()) {
        context_.out.note("standard output can't be written; what was to be printed is in the history");
        return Fail(ExitCode::kFailed);
      }
      if (options_.mark_read) {
        if (const auto marked = mark_read(response->take_events()); !marked) return marked;
      }
      more = response->take_events().more();
    }
    return {};
  }

  [[nodiscard]] bool something_new() const { return something_new_; }
  [[nodiscard]] size_t printed() const { return printed_; }

 private:
  // Somebody's first message names their account only: what is printed is to have their name and handle as well, so the
  // server is asked before.
  Result<void, ExitCode> know_senders() {
    Request request;
    request.mutable_list_conversations();
    const auto response = ask(context_, std::move(request));
    if (!response) return Fail(response.error());
    for (const auto& conversation : response->list_conversations().conversations()) {
      places_[conversation.id()] = place_of(conversation);
      const client_api::Person& partner = conversation.direct().partner();
      const bool known = !partner.handles().empty() && partner.name() != first_handle(partner);
      if (!conversation.has_direct() || known || is_offline(context_.host.state()) ||
          !asked_.insert(conversation.id()).second)
        continue;
      Request profile;
      profile.mutable_get_profile()->set_account_id(partner.account_id());
      const auto answer = context_.host.call(std::move(profile));  // a failure only leaves them out
      if (!answer) return Fail(ExitCode::kInterrupted);
      if (!answer->get_profile().name().empty()) places_[conversation.id()].title = answer->get_profile().name();
    }
    return {};
  }

  void print(const Message& message) {
    ++printed_;
    const Place& place = places_[message.conversation()];
    context_.out.line(
        options_.json ? message_json(message, place)
                      : message_line(context_.out, message, told_anywhere(context_, message, place), unix_now_us()));
  }

  void hand_over(const Message& message) {
    ++printed_;
    const Place& place = places_[message.conversation()];
    const std::string json = message_json(message, place);
    const auto code = run_child(context_.host, {options_.exec, json + "\n", message_environment(message, place)});
    if (!code) context_.out.note("/bin/sh can't be started; the message " + message.id() + " is in the history");
    if (code.value_or(0) != 0)
      context_.out.note("the program ended with " + std::to_string(*code) + " for the message " + message.id());
  }

  Result<void, ExitCode> mark_read(const client_api::TakeEventsResponse& taken) {
    std::map<std::string, std::string> last;  // by conversation
    for (const Message& message : taken.messages()) last[message.conversation()] = message.id();
    for (const auto& [conversation, id] : last) {
      Request request;
      request.mutable_mark_read()->set_conversation(conversation);
      request.mutable_mark_read()->set_up_to_message_id(id);
      const auto response = ask(context_, std::move(request));
      if (!response) return Fail(response.error());
    }
    return {};
  }

  Context context_;
  const ReceiveOptions& options_;
  Places places_;
  std::unordered_set<std::string> asked_;  // conversations whose partner's profile was asked for
  bool something_new_ = false;
  size_t printed_ = 0;
};

ExitCode report(Context context, Reached reached) {
  switch (reached) {
    case Reached::kOffline:
    case Reached::kTimedOut: context.out.note("offline: this is what had come before"); return ExitCode::kOffline;
    case Reached::kStorage:
      context.out.note(why_offline(context.host.state()) + ": this is what had come before");
      return ExitCode::kStorage;
    case Reached::kEnded: say_refused(context); return ExitCode::kDeviceEnded;
    case Reached::kStopped: return ExitCode::kInterrupted;
    case Reached::kOnline: break;
  }
  return ExitCode::kOk;
}

MonotonicMs after_timeout(Context context, const ReceiveOptions& options) {
  return context.host.in_ms(static_cast<uint64_t>(*options.timeout_s * 1000));
}

// Waits for messages and prints them, until the first ones with `only_first`, else until none has come for the time
// given, if one is given.
ExitCode wait_and_print(Context context, Receiver& receiver, const ReceiveOptions& options,
                        std::optional<MonotonicMs> deadline, bool only_first) {
  const State& state = context.host.state();
  bool said_offline = false;
  int notices = state.device_notices_size();
  // Wakes the loop when the reader goes, not only when there is something to write to it. A terminal has input of its
  // own there.
  if (!context.out.is_terminal()) context.host.when_readable(context.out.descriptor(), [] {});
  for (;;) {
    const auto outcome = context.host.run_until(
        [&] {
          if (state.connection() == State::kWaiting && !said_offline) {
            said_offline = true;
            context.out.note(why_offline(state) + ": trying again");
          } else if (state.connection() == State::kOnline && said_offline) {
            said_offline = false;
            context.out.note("online again");
          }
          if (std::exchange(notices, state.device_notices_size()) < state.device_notices_size())
            say_device_notices(context);
          return receiver.something_new() || is_refused(state) || !context.out.has_reader();
        },
        deadline);
    // Following has no end of its own: to be stopped is how it is meant to end.
    if (outcome == Host::Outcome::kStopped) return options.follow ? ExitCode::kOk : ExitCode::kInterrupted;
    const size_t before = receiver.printed();
    if (const auto printed = receiver.print_new(); !printed) return printed.error();
    if (receiver.printed() > before) {
      if (only_first) return ExitCode::kOk;
      if (options.timeout_s) deadline = after_timeout(context, options);
    }
    if (is_refused(state)) return report(context, Reached::kEnded);
    if (outcome == Host::Outcome::kTimedOut)
      return is_offline(state) ? report(context, wait_for_connection(context.host, std::nullopt)) : ExitCode::kOk;
  }
}

}  // namespace

ExitCode run_receive(Context context, const ReceiveOptions& options) {
  Receiver receiver(context, options);
  if (const auto connecting = start_connecting(context); !connecting) {
    // What an ended device received before is still its own.
    if (connecting.error() == ExitCode::kDeviceEnded) static_cast<void>(receiver.print_new());
    return connecting.error();
  }
  std::optional<MonotonicMs> deadline;
  if (options.timeout_s) deadline = after_timeout(context, options);
  if (options.follow) {
    say_device_notices(context);
    if (const auto printed = receiver.print_new(); !printed) return printed.error();
    return wait_and_print(context, receiver, options, deadline, false);
  }
  const Reached reached = wait_for_connection(context.host, deadline.value_or(context.host.in_ms(kConnectMs)));
  if (reached == Reached::kStopped) return ExitCode::kInterrupted;
  say_device_notices(context);
  if (const auto printed = receiver.print_new(); !printed) return printed.error();
  const bool may_come = reached == Reached::kOnline || reached == Reached::kOffline || reached == Reached::kStorage;
  if (deadline && receiver.printed() == 0 && may_come) {
    return wait_and_print(context, receiver, options, deadline, true);
  }
  return report(context, reached);
}

}  // namespace kith::cli
