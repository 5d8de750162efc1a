// SPDX-License-Identifier: AGPL-3.0-or-later

// MessagesTable: search.
#include "core/store/message_row.h"
#include "core/store/search_words.h"

namespace kith::core {
namespace {

// What is read of the newest messages before the index is asked for one or two characters: where these do not have
// enough of them, few messages have them at all. In a conversation that says nothing of the others, which the index has
// as well: there all are read that can be in the time.
constexpr int64_t kNewest = 2000;
constexpr int64_t kNewestOfConversation = 40'000;
// Of texts that are compared, in one search.
constexpr size_t kComparedBytesMax = size_t{32} << 20;

}  // namespace

std::vector<MessageRow> MessagesTable::search(const SearchWords& words,
                                              const std::optional<ConversationId>& conversation, int64_t limit) {
  std::vector<MessageRow> found;
  if (words.words.empty()) return found;
  size_t compared = 0;
  int64_t read = 0;
  const auto take = [&](Statement& candidates) {
    for (read = 0; static_cast<int64_t>(found.size()) < limit && compared < kComparedBytesMax && candidates.step();
         ++read) {
      const std::string text = candidates.text(1);
      compared += text.size();
      if (!words.are_in(fold(text))) continue;
      auto row = database_.prepare("SELECT " KITH_MESSAGE_COLUMNS " FROM messages WHERE sequence = ?");
      row.bind(candidates.integer(0));
      if (!row.step()) return;
      found.push_back(read_message(row));
    }
  };
  if (words.are_short()) {
    auto newest = conversation
                      ? database_.prepare(
                            "SELECT sequence, text FROM messages WHERE conversation = ? "
                            "ORDER BY order_us DESC, id DESC LIMIT ?")
                      : database_.prepare("SELECT sequence, text FROM messages ORDER BY sequence DESC LIMIT ?");
    const int64_t most = conversation ? kNewestOfConversation : kNewest;
    if (conversation) newest.bind_id(*conversation);
    newest.bind(most);
    take(newest);
    if (read < most) return found;  // enough, or all there are
    found.clear();
  }
  const std::string expression = words.expression();
  auto indexed = database_.prepare(
      "SELECT messages.sequence, messages.text FROM messages_fts CROSS JOIN messages ON messages.sequence = "
      "messages_fts.rowid WHERE messages_fts MATCH ?1 AND (?2 IS NULL OR messages.conversation = ?2) "
      "ORDER BY messages_fts.rowid DESC");
  indexed.bind_text(expression);
  if (conversation) {
    indexed.bind_id(*conversation);
  } else {
    indexed.bind_null();
  }
  take(indexed);
  return found;
}

}  // namespace kith::core
