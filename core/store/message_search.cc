// SPDX-License-Identifier: AGPL-3.0-or-later

// MessagesTable: full-text search.
#include <algorithm>

#include "core/store/message_row.h"

namespace kith::core {

std::vector<MessageRow> MessagesTable::search(std::string_view expression, const std::vector<std::string>& contained,
                                              const std::optional<ConversationId>& conversation, int64_t limit) {
  const auto has_all = [&](const std::string& text) {
    return std::ranges::all_of(contained,
                               [&](const std::string& part) { return text.find(part) != std::string::npos; });
  };
  if (expression.empty() && contained.empty()) return {};
  // Sorted are numbers only; messages are read one by one until there are enough.
  auto sequences =
      expression.empty()
          ? database_.prepare(
                "SELECT sequence FROM messages WHERE sequence > (SELECT max(sequence) FROM messages) - 100000 "
                "AND instr(text, ?1) > 0 AND (?2 IS NULL OR conversation = ?2) ORDER BY sequence DESC")
          : database_.prepare(
                "SELECT sequence FROM (SELECT messages_fts.rowid AS sequence, messages_fts.rank AS quality "
                "FROM messages_fts CROSS JOIN messages ON messages.sequence = messages_fts.rowid "
                "WHERE messages_fts MATCH ?1 AND (?2 IS NULL OR messages.conversation = ?2) "
                "ORDER BY messages_fts.rowid DESC LIMIT 10000) ORDER BY quality, sequence DESC");
  sequences.bind_text(expression.empty() ? std::string_view(contained[0]) : expression);
  if (conversation) {
    sequences.bind_id(*conversation);
  } else {
    sequences.bind_null();
  }
  std::vector<MessageRow> found;
  while (static_cast<int64_t>(found.size()) < limit && sequences.step()) {
    auto row = database_.prepare("SELECT " KITH_MESSAGE_COLUMNS " FROM messages WHERE sequence = ?");
    row.bind(sequences.integer(0));
    if (!row.step()) break;
    MessageRow message = read_message(row);
    if (has_all(message.text)) found.push_back(std::move(message));
  }
  return found;
}

}  // namespace kith::core
