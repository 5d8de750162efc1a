// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages as lines: JSON for programs, words for people.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "client_api/client_api.pb.h"

namespace kith::cli {

class Output;

// Where messages were written.
struct Place {
  std::string title = "";  // what the conversation is called
  std::string group = "";  // the group's id; "": it is none

  [[nodiscard]] bool is_group() const { return !group.empty(); }
};

// What the words for a message take from elsewhere.
struct Told {
  std::string author;            // "you", "Ana"
  std::string group = "";        // its title, where messages of several conversations stand together; "": is not said
  std::string own_account = "";  // who is "you" in what happened to a group
};

// What `receive` and `history` print with --json (docs/cli.md lists the members).
std::string message_json(const client_api::Message& message, const Place& place);

// The same as variables of a program's environment: KITH_ID, KITH_FROM, KITH_TEXT, …
std::vector<std::pair<std::string, std::string>> message_environment(const client_api::Message& message,
                                                                     const Place& place);

// "12:00 Ana: text", or "12:00 Book club: Ana: text", further lines indented, a quote above, ticks behind one's own.
// What happened to a group is "12:00 Ana added Ben". Safe for a terminal.
std::string message_line(const Output& output, const client_api::Message& message, const Told& told, uint64_t now_us);

// The same of an excerpt, without the quote: where messages are listed.
std::string message_summary(const Output& output, client_api::Message message, const Told& told, uint64_t now_us);

// The same of a message that was searched for: one line, the matches marked where there are colours.
std::string search_line(const Output& output, const client_api::Message& message,
                        const client_api::SearchExcerpt& excerpt, const std::string& author, uint64_t now_us);

// The lower-case word for programs: "pending", "sent", "delivered", "read", "failed"; "" for none.
std::string tick_word(client_api::Message::Tick tick);
// For people: "✓✓", in blue or with the word "read" where there are no colours.
std::string tick_mark(const Output& output, client_api::Message::Tick tick);

// The lower-case word for programs: "account_gone", …; "" for none.
std::string failure_word(client_api::FailureReason reason);
// For people, behind "not sent: ".
std::string failure_text(client_api::FailureReason reason);

// How to go on with a message that failed, behind the words that say so.
std::string what_to_do_about_failed(const std::string& id);
// For people: which message was not sent, why, and how to go on.
std::string failure_note(const client_api::Message& message);

// At most `width` characters on one line, with "…" when something was left out.
std::string excerpt(const std::string& text, size_t width);

}  // namespace kith::cli
