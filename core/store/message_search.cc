// SPDX-License-Identifier: AGPL-3.0-or-later

// MessagesTable: the index, and search.
#include "core/store/message_row.h"
#include "core/store/search_words.h"

namespace kith::core {
namespace {

// What is read of the newest messages before the index is asked for one or two characters: where these do not have
// enough of them, few messages have them at all. In a conversation that says nothing of the others, which the index has
// as well: there all are read that can be in the time.
constexpr int64_t kNewest = 2000;
constexpr int64_t kNewestOfConversation = 40'000;
// Of texts that are compared: those that are not in the index, the newest, and what the index names have so much each,
// or long texts of one kind would hide all of another.
constexpr size_t kComparedBytesMax = size_t{16} << 20;

}  // namespace

std::vector<MessageRow> MessagesTable::search(const SearchWords& words,
                                              const std::optional<ConversationId>& conversation, int64_t limit) {
  std::vector<MessageRow> found;
  if (words.words.empty()) return found;
  const auto enough = [&] { return static_cast<int64_t>(found.size()) >= limit; };
  // Takes what matches of at most so many candidates. Whether these were all there are.
  const auto take = [&](Statement& candidates, int64_t most) {
    size_t compared = 0;
    for (; most > 0 && !enough() && compared < kComparedBytesMax; --most) {
      if (!candidates.step()) return true;
      const std::string text = candidates.text(1);
      compared += text.size();
      if (!words.are_in(fold_points(text))) continue;
      auto row = database_.prepare("SELECT " KITH_MESSAGE_COLUMNS " FROM messages WHERE sequence = ?");
      row.bind(candidates.integer(0));
      if (row.step()) found.push_back(read_message(row));
    }
    return false;
  };
  const auto bind_conversation = [&](Statement& statement) {
    if (conversation) {
      statement.bind_id(*conversation);
    } else {
      statement.bind_null();
    }
  };
  const int64_t indexed_until = indexed_sequence();
  {
    auto unindexed = database_.prepare(
        "SELECT sequence, text FROM messages WHERE sequence > ?1 AND (?2 IS NULL OR conversation = ?2) "
        "ORDER BY sequence DESC");
    unindexed.bind(indexed_until);
    bind_conversation(unindexed);
    take(unindexed, INT64_MAX);
  }
  if (enough()) return found;
  if (words.are_short()) {
    auto newest =
        conversation
            ? database_.prepare(
                  "SELECT sequence, text FROM messages WHERE conversation = ? AND sequence <= ? "
                  "ORDER BY order_us DESC, id DESC")
            : database_.prepare("SELECT sequence, text FROM messages WHERE sequence <= ? ORDER BY sequence DESC");
    if (conversation) newest.bind_id(*conversation);
    newest.bind(indexed_until);
    const size_t before = found.size();
    const bool all = take(newest, conversation ? kNewestOfConversation : kNewest);
    if (all || enough()) return found;
    found.resize(before);
  }
  const std::string expression = words.expression();
  auto indexed = database_.prepare(
      "SELECT messages.sequence, messages.text FROM messages_fts CROSS JOIN messages ON messages.sequence = "
      "messages_fts.rowid WHERE messages_fts MATCH ?1 AND (?2 IS NULL OR messages.conversation = ?2) "
      "ORDER BY messages_fts.rowid DESC");
  indexed.bind_text(expression);
  bind_conversation(indexed);
  take(indexed, INT64_MAX);
  return found;
}

int64_t MessagesTable::indexed_sequence() {
  auto row = database_.prepare("SELECT indexed_sequence FROM progress");
  return row.step() ? row.integer(0) : 0;
}

bool MessagesTable::index(int64_t count) {
  const int64_t from = indexed_sequence();
  int64_t until = 0;
  int64_t found = 0;
  {
    auto row = database_.prepare(
        "SELECT count(*), max(sequence) FROM (SELECT sequence FROM messages WHERE sequence > ? ORDER BY sequence "
        "LIMIT ?)");
    row.bind(from).bind(count);
    if (!row.step()) return false;
    found = row.integer(0);
    until = row.integer(1);
  }
  if (found == 0) return false;
  database_
      .prepare(
          "INSERT INTO messages_fts (rowid, text) SELECT sequence, text FROM messages WHERE sequence > ? AND sequence "
          "<= ? AND text <> ''")
      .bind(from)
      .bind(until)
      .run();
  database_.prepare("UPDATE progress SET indexed_sequence = ?").bind(until).run();
  return found == count;
}

}  // namespace kith::core
