// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/message_text.h"

#include "base/bytes.h"
#include "cli/characters.h"
#include "cli/context.h"
#include "cli/json_line.h"
#include "cli/output.h"
#include "cli/time_text.h"

namespace kith::cli {

using client_api::Message;

namespace {

constexpr size_t kExcerptBytesMax = 4096;  // of a text, to find the first characters in
constexpr size_t kExcerptWidth = 60;       // characters

const char* type_word(const Message& message) {
  switch (message.body_case()) {
    case Message::kIdentityChanged: return "identity_changed";
    case Message::kHandleMoved: return "handle_moved";
    case Message::kUndecryptable: return "undecryptable";
    case Message::kUnsupported: return "unsupported";
    case Message::kText:
    case Message::BODY_NOT_SET: break;
  }
  return "message";
}

// What people read in place of a text.
std::string body(const Message& message) {
  switch (message.body_case()) {
    case Message::kIdentityChanged:
      return "The safety number has changed. Compare it again with: kith verify; to send what waits: kith accept";
    case Message::kHandleMoved:
      return "The server says that the number, e-mail address or username is another account's now. Ask them by other "
             "ways; to agree: kith accept";
    case Message::kUndecryptable: return "Waiting for this message; it could not be read yet.";
    case Message::kUnsupported: return "This message needs a newer version of Kith.";
    case Message::kText: return safe_for_terminal(message.text().text());
    case Message::BODY_NOT_SET: break;
  }
  return "This message needs a newer version of Kith.";
}

}  // namespace

std::string failure_word(client_api::FailureReason reason) {
  switch (reason) {
    case client_api::kNoFailure: return "";
    case client_api::kAccountGone: return "account_gone";
    case client_api::kNoAccount: return "no_account";
    case client_api::kMessageTooLarge: return "too_large";
    case client_api::kRefused: return "refused";
    case client_api::kDatabaseDamaged: return "database_damaged";
    case client_api::kPredecessorFailed: return "predecessor_failed";
    default: return "other";
  }
}

std::string failure_text(client_api::FailureReason reason) {
  switch (reason) {
    case client_api::kAccountGone: return "the account is no more";
    case client_api::kNoAccount: return "nobody on this server has the number, e-mail address or username";
    case client_api::kMessageTooLarge: return "the message is too large for this server";
    case client_api::kRefused: return "the server refused it";
    case client_api::kDatabaseDamaged: return "the device's database was damaged";
    case client_api::kPredecessorFailed: return "what had to be sent first could not be";
    default: return "it failed";
  }
}

std::string what_to_do_about_failed(const std::string& id) {
  return ". kith retry " + id + " sends it again, kith delete " + id + " deletes it";
}

std::string failure_note(const Message& message) {
  return "not sent: \"" + excerpt(message.text().text(), kExcerptWidth) + "\": " + failure_text(message.failure()) +
         what_to_do_about_failed(message.id());
}

std::string tick_word(Message::Tick tick) {
  switch (tick) {
    case Message::kPending: return "pending";
    case Message::kSent: return "sent";
    case Message::kDelivered: return "delivered";
    case Message::kRead: return "read";
    case Message::kFailed: return "failed";
    default: return "";
  }
}

std::string tick_mark(const Output& output, Message::Tick tick) {
  switch (tick) {
    case Message::kPending: return output.coloured("2", "…");
    case Message::kSent: return output.coloured("2", "✓");
    case Message::kDelivered: return output.coloured("2", "✓✓");
    case Message::kRead: return output.is_terminal() ? output.coloured("34", "✓✓") : "✓✓ read";
    case Message::kFailed: return output.coloured("31", "✗ not sent");
    default: return "";
  }
}

std::string message_json(const Message& message) {
  JsonLine line;
  line.text("type", type_word(message))
      .text("id", message.id())
      .text("conversation", message.conversation())
      .text("from", first_handle(message.sender()))
      .text("from_account", message.sender().account_id())
      .text("text", message.text().text())
      .text("sent_at", rfc3339(message.sent_at_us()));
  if (message.has_quote()) {
    JsonLine quote;
    quote.text("message_id", message.quote().message_id())
        .text("author", message.quote().author().account_id())
        .text("excerpt", message.quote().excerpt());
    line.raw("quote", quote.str());
  }
  line.boolean("outgoing", message.outgoing());
  if (message.outgoing()) line.text("tick", tick_word(message.tick()));
  if (message.failure() != client_api::kNoFailure) line.text("failure", failure_word(message.failure()));
  return line.str();
}

std::vector<std::pair<std::string, std::string>> message_environment(const Message& message) {
  return {{"KITH_TYPE", type_word(message)},
          {"KITH_ID", message.id()},
          {"KITH_CONVERSATION", message.conversation()},
          {"KITH_FROM", first_handle(message.sender())},
          {"KITH_FROM_ACCOUNT", message.sender().account_id()},
          {"KITH_SENT_AT", rfc3339(message.sent_at_us())},
          {"KITH_TEXT", message.text().text()}};
}

std::string message_line(const Output& output, const Message& message, const std::string& author, uint64_t now_us) {
  std::string line = output.coloured("2", local_time(message.order_us(), now_us)) + " ";
  const bool notice = message.has_identity_changed() || message.has_handle_moved();
  if (notice) {
    line += output.coloured("33", one_line(author) + ": " + body(message));
    return line;
  }
  line += output.coloured(message.outgoing() ? "32" : "1", one_line(author) + ":") + " ";
  if (message.has_quote()) {
    line += output.coloured("2", "> " + one_line(excerpt(message.quote().excerpt(), kExcerptWidth))) + "\n    ";
  }
  for (const char c : body(message)) {
    line += c;
    if (c == '\n') line += "    ";
  }
  if (message.outgoing()) line += " " + tick_mark(output, message.tick());
  if (message.failure() != client_api::kNoFailure) line += " (" + failure_text(message.failure()) + ")";
  return line;
}

std::string message_summary(const Output& output, Message message, const std::string& author, uint64_t now_us) {
  message.clear_quote();
  if (message.has_text()) message.mutable_text()->set_text(excerpt(message.text().text(), kExcerptWidth));
  return message_line(output, message, author, now_us);
}

std::string search_line(const Output& output, const Message& message, const client_api::SearchExcerpt& excerpt,
                        const std::string& author, uint64_t now_us) {
  std::string line = output.coloured("2", local_time(message.order_us(), now_us)) + " ";
  line += output.coloured(message.outgoing() ? "32" : "1", safe_for_terminal(author) + ":") + " ";
  for (const auto& piece : excerpt.pieces()) {
    const std::string text = safe_for_terminal(piece.text());
    line += piece.matched() ? output.coloured("1;33", text) : text;
  }
  if (message.outgoing()) line += " " + tick_mark(output, message.tick());
  return line;
}

std::string excerpt(const std::string& text, size_t width) {
  std::string out;
  size_t characters = 0;
  for (const std::string& character : characters_of(std::string_view(text).substr(0, kExcerptBytesMax))) {
    if (++characters > width) return out + "…";
    out += character == "\n" ? " " : character;
  }
  return out;
}

}  // namespace kith::cli
