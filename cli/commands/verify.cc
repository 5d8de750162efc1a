// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/commands/commands.h"
#include "cli/json_line.h"
#include "cli/qr_text.h"
#include "cli/shell_word.h"

namespace kith::cli {
namespace {

using client_api::Request;

// Twelve groups of five, four a line: as people read them to each other.
std::string grouped(const std::string& digits) {
  std::string text;
  for (size_t i = 0; i < digits.size(); i += 5) {
    if (i > 0) text += i % 20 == 0 ? "\n" : " ";
    text += digits.substr(i, 5);
  }
  return text;
}

// After the agreement; says what became of it.
ExitCode send_what_was_held(Context context, const client_api::Conversation& conversation) {
  const client_api::State& state = context.host.state();
  const std::string title = title_of(conversation);
  if (const auto connected = connect_if_possible(context); !connected) return connected.error();
  send_leftovers(context);
  const auto now = conversation_with(context, conversation.id());
  if (!now) return now.error();
  if (now->direct().held_messages() > 0) {
    context.out.note("the identity of " + title +
                     " has changed once more, and what waits is still kept: compare it with kith verify, or agree to "
                     "it with kith accept again");
    return ExitCode::kFailed;
  }
  if (is_refused(state)) {
    say_refused(context);
    return ExitCode::kDeviceEnded;
  }
  if (state.unsent_messages() == 0) {
    context.out.note("what waited for " + title + " is sent");
  } else {
    context.out.note(std::string(is_offline(state) ? "agreed, but offline: " : "agreed, but not sent yet: ") +
                     "what waits for " + title + " is sent by the next command that reaches the server");
  }
  return ExitCode::kOk;
}

}  // namespace

ExitCode run_verify(Context context, const VerifyOptions& options) {
  const auto conversation = conversation_with_person(context, options.with, "verify");
  if (!conversation) return conversation.error();
  if (options.mark || options.unmark) {
    Request request;
    request.mutable_set_verified()->set_conversation(conversation->id());
    request.mutable_set_verified()->set_verified(options.mark);
    const auto response = ask(context, std::move(request));
    if (!response) return response.error();
    context.out.note(title_of(*conversation) +
                     (options.mark ? " is marked as verified" : " is no longer marked as verified"));
    return ExitCode::kOk;
  }
  Request request;
  request.mutable_get_safety_number()->set_conversation(conversation->id());
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  const client_api::SafetyNumber& number = response->get_safety_number();
  if (options.json) {
    JsonLine line;
    line.text("handle", handle_of(*conversation))
        .text("digits", number.digits())
        .text("qr_payload", to_hex(number.qr_payload()))
        .boolean("verified", number.verified());
    context.out.line(line.str());
    return ExitCode::kOk;
  }
  const size_t columns = columns_of(context.out.descriptor());
  if (const auto code = qr_text(number.qr_payload(), context.out.is_terminal(), columns)) context.out.add(*code + "\n");
  context.out.line(grouped(number.digits()));
  context.out.note("safety number with " + title_of(*conversation) +
                   (number.verified() ? ", verified" : ", not verified yet") +
                   ". Compare it with theirs, face to face or on a call; if it is the same: kith verify " +
                   shell_word(options.with) + " --mark");
  return ExitCode::kOk;
}

ExitCode run_accept(Context context, const std::string& whom) {
  const auto conversation = conversation_with_person(context, whom, "accept");
  if (!conversation) return conversation.error();
  Request request;
  request.mutable_accept_identity()->set_conversation(conversation->id());
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  const std::string id = response->accept_identity().id();
  if (id != conversation->id()) {
    context.out.note("the number leads to the conversation " + id + " now");
    return ExitCode::kOk;
  }
  if (conversation->direct().held_messages() > 0) return send_what_was_held(context, *conversation);
  context.out.note(conversation->direct().identity_pending()
                       ? "agreed: " + title_of(*conversation) + " can be written to again"
                       : "nothing waits for " + title_of(*conversation) + ", and there is nothing to agree to");
  return ExitCode::kOk;
}

}  // namespace kith::cli
