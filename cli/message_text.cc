// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/message_text.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "cli/characters.h"
#include "cli/context.h"
#include "cli/group_text.h"
#include "cli/json_line.h"
#include "cli/media_text.h"
#include "cli/output.h"
#include "cli/time_text.h"

namespace kith::cli {

using client_api::Message;

namespace {

constexpr size_t kExcerptBytesMax = 4096;  // of a text, to find the first characters in
constexpr size_t kExcerptWidth = 60;       // characters

// What somebody wrote: a text, or what stands under a file.
const client_api::Text& words_of(const Message& message) {
  return message.has_media() ? message.media().caption() : message.text();
}

const char* type_word(const Message& message) {
  switch (message.body_case()) {
    case Message::kIdentityChanged: return "identity_changed";
    case Message::kHandleMoved: return "handle_moved";
    case Message::kUndecryptable: return "undecryptable";
    case Message::kUnsupported: return "unsupported";
    case Message::kGroupEvent: return "group_event";
    case Message::kDeleted: return "deleted";
    case Message::kText:
    case Message::kMedia:
    case Message::BODY_NOT_SET: break;
  }
  return "message";
}

std::string deleted_text(const Message& message) {
  const client_api::Person& by = message.deleted().by();
  if (by.account_id() == message.sender().account_id()) return "[deleted]";
  return "[deleted by " + one_line(excerpt(by.name(), kExcerptWidth)) + "]";
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
    case Message::kMedia: {
      const std::string& caption = message.media().caption().text();
      return media_text(message.media()) + (caption.empty() ? "" : " " + safe_for_terminal(caption));
    }
    case Message::kDeleted: return deleted_text(message);
    case Message::kGroupEvent:  // has no author in front: message_line()
    case Message::BODY_NOT_SET: break;
  }
  return "This message needs a newer version of Kith.";
}

std::string mentions_json(const client_api::Text& text) {
  std::vector<std::string> mentions;
  for (const client_api::Mention& mention : text.mentions()) {
    mentions.push_back(
        person_json(mention.who()).number("start", mention.start()).number("length", mention.length()).str());
  }
  return json_array(mentions);
}

std::string preview_json(const client_api::LinkPreview& preview) {
  JsonLine line;
  line.text("url", preview.url()).text("title", preview.title());
  if (!preview.description().empty()) line.text("description", preview.description());
  return line.boolean("picture", !preview.thumbnail().empty()).str();
}

// What a message of a group has beside what all have.
void add_group(JsonLine& line, const Message& message, const Place& place) {
  line.text("group", place.group).text("group_title", place.title).text("from_name", message.sender().name());
  if (words_of(message).mentions_size() > 0) line.raw("mentions", mentions_json(words_of(message)));
  if (!message.has_group_event()) return;
  line.text("event", group_event_word(message.group_event().kind()))
      .raw("whom", people_json(message.group_event().whom()));
  if (!message.group_event().title().empty()) line.text("title", message.group_event().title());
}

// "a text", or of a private reply "Book club: a text".
std::string quote_text(const client_api::Quote& quote) {
  std::string text = one_line(excerpt(quote.excerpt(), kExcerptWidth));
  if (quote.deleted()) text = "[deleted]";
  if (quote.media() != client_api::Media::kUnspecified) text = "[" + media_word(quote.media()) + "] " + text;
  if (!quote.has_group()) return text;
  const std::string& title = quote.group().title();
  return (title.empty() ? "a group" : one_line(excerpt(title, kExcerptWidth))) + ": " + text;
}

// "👍 3 🎉"
std::string reactions_text(const client_api::Reactions& reactions) {
  std::string text;
  for (const auto& each : reactions.emojis()) {
    text += (text.empty() ? "" : " ") + safe_for_terminal(each.emoji());
    if (each.count() > 1) text += " " + std::to_string(each.count());
  }
  return text;
}

std::string reactions_json(const client_api::Reactions& reactions) {
  std::vector<std::string> emojis;
  for (const auto& each : reactions.emojis()) {
    JsonLine line;
    line.text("emoji", each.emoji()).number("count", each.count());
    if (each.emoji() == reactions.own()) line.boolean("own", true);
    emojis.push_back(line.str());
  }
  return json_array(emojis);
}

// What stands before the words: when, and in which group.
std::string beginning(const Output& output, const Message& message, const std::string& group, uint64_t now_us) {
  std::string line = output.coloured("2", local_time(message.order_us(), now_us)) + " ";
  if (!group.empty()) line += output.coloured("36", one_line(group) + ":") + " ";
  return line;
}

bool is_pinned(const Message& message) { return message.has_pin() && message.pin().until_us() > unix_now_us(); }

}  // namespace

std::string failure_word(client_api::FailureReason reason) {
  switch (reason) {
    case client_api::kNoFailure: return "";
    case client_api::kAccountGone: return "account_gone";
    case client_api::kNoAccount: return "no_account";
    case client_api::kMessageTooLarge: return "too_large";
    case client_api::kRefused: return "refused";
    case client_api::kDatabaseDamaged: return "database_damaged";
    case client_api::kNotInGroup: return "not_in_group";
    case client_api::kOnlyAdminsSend: return "only_admins_send";
    case client_api::kFileTooLarge: return "file_too_large";
    case client_api::kQuotaExceeded: return "quota_exceeded";
    case client_api::kFileMissing: return "file_missing";
    case client_api::kCancelled: return "cancelled";
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
    case client_api::kNotInGroup: return "this account is no member of the group";
    case client_api::kOnlyAdminsSend: return "only admins write in the group";
    case client_api::kFileTooLarge: return "the file is too large for this server";
    case client_api::kQuotaExceeded: return "this account has as much on the server as it may have";
    case client_api::kFileMissing: return "the file is not on this device any more";
    case client_api::kCancelled: return "sending it was called off";
    default: return "it failed";
  }
}

std::string what_to_do_about_failed(const std::string& id) {
  return ". kith retry " + id + " sends it again, kith delete " + id + " deletes it";
}

std::string failure_note(const Message& message) {
  return "not sent: \"" +
         excerpt(message.has_media() ? media_text(message.media()) : message.text().text(), kExcerptWidth) +
         "\": " + failure_text(message.failure()) + what_to_do_about_failed(message.id());
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

std::string message_json(const Message& message, const Place& place) {
  JsonLine line;
  line.text("type", type_word(message))
      .text("id", message.id())
      .text("conversation", message.conversation())
      .text("from", first_handle(message.sender()))
      .text("from_account", message.sender().account_id())
      .text("text", words_of(message).text())
      .text("sent_at", rfc3339(message.sent_at_us()));
  if (message.has_media()) line.raw("attachment", media_json(message.media()));
  if (message.text().has_preview()) line.raw("preview", preview_json(message.text().preview()));
  if (message.has_quote()) {
    JsonLine quote;
    quote.text("message_id", message.quote().message_id())
        .text("author", message.quote().author().account_id())
        .text("excerpt", message.quote().excerpt());
    if (message.quote().has_group()) {
      quote.text("group_title", message.quote().group().title())
          .text("group_conversation", message.quote().group().conversation());
    }
    line.raw("quote", quote.str());
  }
  if (message.forwards() != 0) line.number("forwards", message.forwards());
  if (message.edited_us() != 0) line.text("edited_at", rfc3339(message.edited_us()));
  if (message.starred()) line.boolean("starred", true);
  if (is_pinned(message)) line.text("pinned_until", rfc3339(message.pin().until_us()));
  if (message.has_deleted()) line.text("deleted_by", message.deleted().by().account_id());
  if (message.has_reactions()) line.raw("reactions", reactions_json(message.reactions()));
  if (place.is_group()) add_group(line, message, place);
  line.boolean("outgoing", message.outgoing());
  if (message.outgoing() && !message.has_group_event()) line.text("tick", tick_word(message.tick()));
  if (message.failure() != client_api::kNoFailure) line.text("failure", failure_word(message.failure()));
  return line.str();
}

std::vector<std::pair<std::string, std::string>> message_environment(const Message& message, const Place& place) {
  std::vector<std::pair<std::string, std::string>> variables = {{"KITH_TYPE", type_word(message)},
                                                                {"KITH_ID", message.id()},
                                                                {"KITH_CONVERSATION", message.conversation()},
                                                                {"KITH_FROM", first_handle(message.sender())},
                                                                {"KITH_FROM_ACCOUNT", message.sender().account_id()},
                                                                {"KITH_SENT_AT", rfc3339(message.sent_at_us())},
                                                                {"KITH_TEXT", words_of(message).text()}};
  // Also without a group, so that none of a program around this one is taken for the message's.
  variables.emplace_back("KITH_GROUP", place.group);
  variables.emplace_back("KITH_GROUP_TITLE", place.is_group() ? place.title : "");
  variables.emplace_back("KITH_FROM_NAME", place.is_group() ? message.sender().name() : "");
  return variables;
}

std::string message_line(const Output& output, const Message& message, const Told& told, uint64_t now_us) {
  std::string line = beginning(output, message, told.group, now_us);
  if (message.has_group_event())
    return line + output.coloured("2", one_line(group_event_text(message, told.own_account)));
  if (message.has_identity_changed() || message.has_handle_moved())
    return line + output.coloured("33", one_line(told.author) + ": " + body(message));
  line += output.coloured(message.outgoing() ? "32" : "1", one_line(told.author) + ":") + " ";
  if (message.forwards() != 0)
    line += output.coloured("2", message.forwards() < kForwardsFar ? "(forwarded) " : "(forwarded many times) ");
  if (message.has_quote()) {
    line += output.coloured("2", "> " + quote_text(message.quote())) + "\n    ";
  }
  for (const char c : body(message)) {
    line += c;
    if (c == '\n') line += "    ";
  }
  if (message.edited_us() != 0) line += output.coloured("2", " (edited)");
  if (is_pinned(message)) line += output.coloured("2", " (pinned)");
  if (message.starred()) line += " ★";
  if (message.outgoing() && !message.has_deleted()) line += " " + tick_mark(output, message.tick());
  if (message.failure() != client_api::kNoFailure) line += " (" + failure_text(message.failure()) + ")";
  if (message.has_reactions()) line += " " + output.coloured("2", "[" + reactions_text(message.reactions()) + "]");
  return line;
}

std::string message_summary(const Output& output, Message message, const Told& told, uint64_t now_us) {
  message.clear_quote();
  if (message.has_text()) message.mutable_text()->set_text(excerpt(message.text().text(), kExcerptWidth));
  if (message.has_media()) {
    client_api::Text& caption = *message.mutable_media()->mutable_caption();
    caption.set_text(excerpt(caption.text(), kExcerptWidth));
  }
  return message_line(output, message, told, now_us);
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
