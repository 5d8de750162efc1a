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

}  // namespace

ExitCode run_verify(Context context, const VerifyOptions& options) {
  const auto conversation = conversation_with(context, options.with);
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
  if (const auto code = qr_text(number.qr_payload(), context.out.is_terminal())) context.out.add(*code + "\n");
  context.out.line(grouped(number.digits()));
  context.out.note("safety number with " + title_of(*conversation) +
                   (number.verified() ? ", verified" : ", not verified yet") +
                   ". Compare it with theirs, face to face or on a call; if it is the same: kith verify " +
                   shell_word(options.with) + " --mark");
  return ExitCode::kOk;
}

ExitCode run_accept(Context context, const std::string& whom) {
  const auto conversation = conversation_with(context, whom);
  if (!conversation) return conversation.error();
  Request request;
  request.mutable_accept_identity()->set_conversation(conversation->id());
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  const client_api::Conversation& now = response->accept_identity();
  context.out.note(now.id() == conversation->id() ? "what waits for " + conversation->title() + " is sent now"
                                                  : "the number leads to the conversation " + now.id() + " now");
  if (now.id() == conversation->id() && conversation->direct().held_messages() > 0) {
    if (const auto connected = connect_if_possible(context); !connected) return connected.error();
    send_leftovers(context);
  }
  return ExitCode::kOk;
}

}  // namespace kith::cli
