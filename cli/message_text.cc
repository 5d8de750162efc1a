// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/message_text.h"

#include "base/bytes.h"
#include "cli/json_line.h"
#include "cli/output.h"
#include "cli/time_text.h"

namespace kith::cli {

using client_api::Message;

namespace {

const char* type_word(Message::Kind kind) {
  switch (kind) {
    case Message::kIdentityChanged: return "identity_changed";
    case Message::kUndecryptable: return "undecryptable";
    case Message::kUnsupported: return "unsupported";
    default: return "message";
  }
}

// What people read in place of a text.
std::string body(const Message& message) {
  switch (message.kind()) {
    case Message::kIdentityChanged: return "The safety number has changed. Compare it again with: kith verify";
    case Message::kUndecryptable: return "Waiting for this message; it could not be read yet.";
    case Message::kUnsupported: return "This message needs a newer version of Kith.";
    default: return safe_for_terminal(message.text());
  }
}

}  // namespace

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
  line.text("type", type_word(message.kind()))
      .text("id", message.id())
      .text("conversation", message.conversation())
      .text("from", message.from_phone())
      .text("from_account", message.from())
      .text("text", message.text())
      .text("sent_at", rfc3339(message.sent_at_us()));
  if (message.has_quote()) {
    JsonLine quote;
    quote.text("message_id", message.quote().message_id())
        .text("author", message.quote().author())
        .text("excerpt", message.quote().excerpt());
    line.raw("quote", quote.str());
  }
  line.boolean("outgoing", message.outgoing());
  if (message.outgoing()) line.text("tick", tick_word(message.tick()));
  if (!message.failure().empty()) line.text("failure", message.failure());
  return line.str();
}

std::string message_line(const Output& output, const Message& message, const std::string& author, uint64_t now_us) {
  std::string line = output.coloured("2", local_time(message.order_us(), now_us)) + " ";
  const bool notice = message.kind() == Message::kIdentityChanged;
  if (notice) {
    line += output.coloured("33", safe_for_terminal(author) + ": " + body(message));
    return line;
  }
  line += output.coloured(message.outgoing() ? "32" : "1", safe_for_terminal(author) + ":") + " ";
  if (message.has_quote()) {
    line += output.coloured("2", "> " + safe_for_terminal(excerpt(message.quote().excerpt(), 60))) + "\n    ";
  }
  for (const char c : body(message)) {
    line += c;
    if (c == '\n') line += "    ";
  }
  if (message.outgoing()) line += " " + tick_mark(output, message.tick());
  if (!message.failure().empty()) line += " (" + safe_for_terminal(message.failure()) + ")";
  return line;
}

std::string excerpt(const std::string& text, size_t width) {
  std::string out;
  size_t characters = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool starts_character = (c & 0xC0) != 0x80;
    if (starts_character && ++characters > width) return out + "…";
    out += c == '\n' ? ' ' : text[i];
  }
  return out;
}

}  // namespace kith::cli
