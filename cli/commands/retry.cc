// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"
#include "cli/failed_messages.h"
#include "cli/message_text.h"
#include "cli/tick_watch.h"

namespace kith::cli {
namespace {

using client_api::Failure;
using client_api::Message;
using client_api::Request;

// An id may be a message's or a conversation's.
Result<bool, ExitCode> is_message(Context context, const std::string& what) {
  if (!is_conversation_id(what)) return false;
  Request request;
  request.mutable_get_message()->set_id(what);
  const auto response = context.host.call(std::move(request));
  if (!response) return Fail(ExitCode::kInterrupted);
  return response->has_get_message();
}

// Sends messages again, one after another, and keeps the first failure.
class Retry {
 public:
  // `places`: with `json`, of all conversations.
  Retry(Context context, bool json, Places places) : context_(context), json_(json), places_(std::move(places)) {}

  void send(const Message& message) {
    ++tried_;
    ticks_.forget(message.id());
    Request request;
    request.mutable_retry_message()->set_id(message.id());
    const auto response = ask(context_, std::move(request));
    if (!response) return fail(message.id(), response.error());
    const Message& again = response->retry_message();
    ticks_.begin(again, "");
    context_.out.line(json_ ? message_json(again, places_[again.conversation()]) : again.id());
    context_.out.flush();
  }

  ExitCode finish(const RetryOptions& options) {
    if (tried_ == 0) context_.out.note("there is nothing to send again: no message has failed");
    const ExitCode code = ticks_.see_off(options.wait, options.timeout_s);
    return failed_ == ExitCode::kOk ? code : failed_;
  }

 private:
  void fail(const std::string& id, ExitCode code) {
    if (failed_ == ExitCode::kOk) failed_ = code;
    context_.out.note(id + " is not sent again");
  }

  Context context_;
  bool json_;
  Places places_;
  TickWatch ticks_{context_};
  size_t tried_ = 0;
  ExitCode failed_ = ExitCode::kOk;
};

}  // namespace

ExitCode run_retry(Context context, const RetryOptions& options) {
  const auto one = is_message(context, options.what);
  if (!one) return one.error();
  std::string conversation;
  if (!*one && !options.what.empty()) {
    const auto found = conversation_with(context, options.what);
    if (!found) return found.error();
    conversation = found->id();
  }
  auto places = options.json ? all_places(context) : Places{};
  if (!places) return places.error();
  Retry retry(context, options.json, std::move(*places));
  if (const auto connecting = start_connecting(context); !connecting) return connecting.error();
  if (*one) {
    const auto message = failed_message(context, options.what);
    if (!message) return message.error();
    retry.send(*message);
  } else {
    const auto listed = for_each_failed(context, conversation, [&](const Message& message) { retry.send(message); });
    if (!listed) return listed.error();
  }
  return retry.finish(options);
}

}  // namespace kith::cli
