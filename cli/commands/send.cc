// SPDX-License-Identifier: AGPL-3.0-or-later

#include <unistd.h>

#include <unordered_map>

#include "cli/commands/commands.h"
#include "cli/message_text.h"

namespace kith::cli {
namespace {

using client_api::Message;
using client_api::Request;
using client_api::State;

constexpr uint64_t kTryMs = 5000;
constexpr size_t kTextBytesMax = 65536;

Message::Tick tick_of(const std::string& wait) {
  if (wait == "delivered") return Message::kDelivered;
  if (wait == "read") return Message::kRead;
  return Message::kSent;
}

// Follows one message's tick. It listens before the message is sent, so that no change is missed.
class TickWatch {
 public:
  explicit TickWatch(Host& host) {
    host.listen([this](const client_api::Event& event) {
      if (event.has_message_changed() && event.message_changed().outgoing())
        latest_[event.message_changed().id()] = event.message_changed();
    });
  }
  // The message as it was when sending was answered; a change may have come in before.
  void begin(const Message& message) { latest_.emplace(message.id(), message); }
  [[nodiscard]] const Message& of(const std::string& id) const { return latest_.at(id); }

 private:
  std::unordered_map<std::string, Message> latest_;
};

ExitCode report_failed(Context context, const Message& message) {
  context.out.note("not sent: " + failure_text(message.failure()));
  return ExitCode::kFailed;
}

ExitCode try_to_send(Context context, const TickWatch& ticks, const std::string& id) {
  const State& state = context.host.state();
  const auto outcome = context.host.run_until(
      [&] { return ticks.of(id).tick() >= Message::kSent || is_offline(state); }, context.host.in_ms(kTryMs));
  if (ticks.of(id).tick() == Message::kFailed) return report_failed(context, ticks.of(id));
  if (ticks.of(id).tick() >= Message::kSent) return ExitCode::kOk;
  if (state.connection() == State::kEnded) {
    context.out.note("this device was ended: its number registered elsewhere");
    return ExitCode::kDeviceEnded;
  }
  context.out.note(outcome == Host::Outcome::kDone
                       ? "offline: the message is kept, and sent by the next command that reaches the server"
                       : "not sent yet: the message is kept, and sent by the next command");
  return ExitCode::kOk;
}

ExitCode wait_for_tick(Context context, const TickWatch& ticks, const std::string& id, const SendOptions& options) {
  const State& state = context.host.state();
  const Message::Tick wanted = tick_of(options.wait);
  bool said_offline = false;
  const MonotonicMs deadline = context.host.in_ms(static_cast<uint64_t>(options.timeout_s * 1000));
  const auto outcome = context.host.run_until(
      [&] {
        if (state.connection() == State::kWaiting && !said_offline && ticks.of(id).tick() < Message::kSent) {
          said_offline = true;
          context.out.note("offline: the message is kept; trying again");
        }
        return ticks.of(id).tick() >= wanted || state.connection() == State::kEnded;
      },
      deadline);
  const Message& message = ticks.of(id);
  if (message.tick() == Message::kFailed) return report_failed(context, message);
  if (message.tick() >= wanted) return ExitCode::kOk;
  if (outcome == Host::Outcome::kStopped) return ExitCode::kInterrupted;
  if (outcome == Host::Outcome::kDone) {
    context.out.note("this device was ended: its number registered elsewhere");
    return ExitCode::kDeviceEnded;
  }
  context.out.note("timed out: the message is " + tick_word(message.tick()) + ", not " + options.wait);
  return ExitCode::kTimedOut;
}

}  // namespace

ExitCode run_send(Context context, const SendOptions& options) {
  std::string text = options.text;
  if (text == "-") {
    auto input = read_everything(STDIN_FILENO, kTextBytesMax + 1);
    if (!input) {
      context.out.note("standard input can't be read, or is longer than 65536 bytes");
      return ExitCode::kUsage;
    }
    text = std::move(*input);
    if (!text.empty() && text.back() == '\n') text.pop_back();
  }
  TickWatch ticks(context.host);
  if (const auto connecting = start_connecting(context); !connecting) return connecting.error();

  Request request;
  client_api::SendMessageRequest& message = *request.mutable_send_message();
  if (is_conversation_id(options.to)) {
    message.set_conversation(options.to);
  } else {
    message.set_phone(options.to);
  }
  message.set_text(text);
  message.set_quote_message_id(options.reply_to);
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  const Message& sent = response->send_message().message();
  ticks.begin(sent);
  context.out.line(sent.id());
  context.out.flush();
  return options.wait.empty() ? try_to_send(context, ticks, sent.id())
                              : wait_for_tick(context, ticks, sent.id(), options);
}

}  // namespace kith::cli
