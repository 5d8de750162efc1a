// SPDX-License-Identifier: AGPL-3.0-or-later

#include <unistd.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/limits.h"
#include "cli/commands/commands.h"
#include "cli/json_line.h"
#include "cli/message_text.h"
#include "cli/whom.h"

namespace kith::cli {
namespace {

using client_api::Message;
using client_api::Request;
using client_api::State;

constexpr uint64_t kTryMs = 5000;

Message::Tick tick_of(const std::string& wait) {
  if (wait == "delivered") return Message::kDelivered;
  if (wait == "read") return Message::kRead;
  return Message::kSent;
}

// Follows messages' ticks. It listens before they are sent, so that no change is missed.
class TickWatch {
 public:
  explicit TickWatch(Host& host) : host_(host) {
    host.listen([this](const client_api::Event& event) {
      // One that is done with in the transaction that it was written in, like a note to oneself, is only ever added.
      for (const Message& message : {event.message_added(), event.message_changed()}) {
        if (message.outgoing()) latest_[message.id()] = message;
      }
      if (event.has_resync()) look_again();
      if (event.has_conversation_changed() && event.conversation_changed().direct().held_messages() > 0)
        held_.insert(event.conversation_changed().id());
    });
  }
  // The message as it was when sending was answered; a change may have come in before. `to`: who it is for, where there
  // are several.
  void begin(const Message& message, const std::string& to) {
    latest_.emplace(message.id(), message);
    ids_.push_back(message.id());
    to_[message.id()] = to.empty() ? "" : " to " + to;
  }
  // " to Ana", where there are several.
  [[nodiscard]] const std::string& to(const Message& message) const { return to_.at(message.id()); }
  [[nodiscard]] const Message& of(const std::string& id) const { return latest_.at(id); }
  [[nodiscard]] bool all_at_least(Message::Tick tick) const {
    return std::all_of(ids_.begin(), ids_.end(), [&](const std::string& id) { return of(id).tick() >= tick; });
  }
  // One waits for the user, since the addressee's identity has changed.
  [[nodiscard]] bool any_held() const {
    return std::any_of(ids_.begin(), ids_.end(), [&](const std::string& id) {
      return of(id).tick() == Message::kPending && held_.contains(of(id).conversation());
    });
  }
  // The first that has not come so far, or has failed; null when there is none.
  [[nodiscard]] const Message* first_behind(Message::Tick tick) const {
    for (const std::string& id : ids_) {
      if (of(id).tick() < tick || of(id).tick() == Message::kFailed) return &of(id);
    }
    return nullptr;
  }

 private:
  // Events were left out.
  void look_again() {
    for (const std::string& id : ids_) {
      Request request;
      request.mutable_get_message()->set_id(id);
      host_.start(std::move(request), [this, id](const client_api::Response& response) {
        if (response.has_get_message()) latest_[id] = response.get_message();
      });
    }
  }

  Host& host_;
  std::unordered_map<std::string, Message> latest_;
  std::vector<std::string> ids_;
  std::unordered_map<std::string, std::string> to_;
  std::unordered_set<std::string> held_;
};

ExitCode report_failed(Context context, const TickWatch& ticks, const Message& message) {
  context.out.note("not sent" + ticks.to(message) + ": " + failure_text(message.failure()));
  return ExitCode::kFailed;
}

ExitCode report_ended(Context context) {
  say_refused(context);
  return ExitCode::kDeviceEnded;
}

ExitCode report_held(Context context) {
  context.out.note(
      "their identity has changed: the message is kept, and waits. Compare it with kith verify, or agree to it with "
      "kith accept");
  return ExitCode::kFailed;
}

ExitCode try_to_send(Context context, const TickWatch& ticks) {
  const State& state = context.host.state();
  const auto outcome = context.host.run_until(
      [&] { return ticks.all_at_least(Message::kSent) || ticks.any_held() || is_offline(state); },
      context.host.in_ms(kTryMs));
  const Message* const behind = ticks.first_behind(Message::kSent);
  if (behind == nullptr) return ExitCode::kOk;
  if (behind->tick() == Message::kFailed) return report_failed(context, ticks, *behind);
  if (ticks.any_held()) return report_held(context);
  if (is_refused(state)) return report_ended(context);
  context.out.note(outcome == Host::Outcome::kDone
                       ? "offline: the message is kept, and sent by the next command that reaches the server"
                       : "not sent yet: the message is kept, and sent by the next command");
  return ExitCode::kOk;
}

ExitCode wait_for_tick(Context context, const TickWatch& ticks, const SendOptions& options) {
  const State& state = context.host.state();
  const Message::Tick wanted = tick_of(options.wait);
  bool said_offline = false;
  const MonotonicMs deadline = context.host.in_ms(static_cast<uint64_t>(options.timeout_s * 1000));
  const auto outcome = context.host.run_until(
      [&] {
        if (state.connection() == State::kWaiting && !said_offline && !ticks.all_at_least(Message::kSent)) {
          said_offline = true;
          context.out.note("offline: the message is kept; trying again");
        }
        return ticks.all_at_least(wanted) || ticks.any_held() || is_refused(state);
      },
      deadline);
  const Message* const behind = ticks.first_behind(wanted);
  if (behind == nullptr) return ExitCode::kOk;
  if (behind->tick() == Message::kFailed) return report_failed(context, ticks, *behind);
  if (outcome == Host::Outcome::kStopped) return ExitCode::kInterrupted;
  if (ticks.any_held()) return report_held(context);
  if (outcome == Host::Outcome::kDone) return report_ended(context);
  context.out.note("timed out: the message" + ticks.to(*behind) + " is " + tick_word(behind->tick()) + ", not " +
                   options.wait);
  return ExitCode::kTimedOut;
}

// The text to send; what is wrong with it is told.
Result<std::string, ExitCode> text_of(Context context, const SendOptions& options) {
  std::string text = options.text;
  if (text == "-") {
    auto input = read_everything(STDIN_FILENO, kTextBytesMax + 2);
    if (!input) {
      context.out.note("standard input can't be read, or is longer than " + std::to_string(kTextBytesMax) + " bytes");
      return Fail(ExitCode::kUsage);
    }
    text = std::move(*input);
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
  }
  if (is_blank(text)) {
    context.out.note("there is nothing to send: the text is blank");
    return Fail(ExitCode::kUsage);
  }
  return text;
}

Result<Message, ExitCode> send_to(Context context, const std::string& whom, const std::string& text,
                                  const SendOptions& options) {
  const auto addressee = find_whom(context, whom);
  if (!addressee) return Fail(addressee.error());
  Request request;
  client_api::SendMessageRequest& message = *request.mutable_send_message();
  message.set_conversation(addressee->id);
  message.set_handle(addressee->handle);
  message.set_text(text);
  message.set_quote_message_id(options.reply_to);
  auto response = ask(context, std::move(request));
  if (!response) return Fail(response.error());
  return std::move(*response->mutable_send_message()->mutable_message());
}

}  // namespace

ExitCode run_send(Context context, const SendOptions& options) {
  const auto text = text_of(context, options);
  if (!text) return text.error();
  TickWatch ticks(context.host);
  if (const auto connecting = start_connecting(context); !connecting) return connecting.error();

  std::vector<std::string> addressees = {options.to};
  addressees.insert(addressees.end(), options.also_to.begin(), options.also_to.end());
  ExitCode failed = ExitCode::kOk;
  for (const std::string& whom : addressees) {
    const auto sent = send_to(context, whom, *text, options);
    if (!sent) {
      if (failed == ExitCode::kOk) failed = sent.error();
      if (addressees.size() == 1) continue;
      // Each has a line, so that lines and addressees belong together.
      context.out.line(options.json ? JsonLine().text("type", "not_sent").text("to", whom).str() : "");
      context.out.note("not sent to " + whom);
      continue;
    }
    ticks.begin(*sent, addressees.size() > 1 ? whom : "");
    context.out.line(options.json ? message_json(*sent) : sent->id());
    context.out.flush();
  }
  const ExitCode code = options.wait.empty() ? try_to_send(context, ticks) : wait_for_tick(context, ticks, options);
  return failed == ExitCode::kOk ? code : failed;
}

}  // namespace kith::cli
