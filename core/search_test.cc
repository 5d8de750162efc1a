// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/search.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::account_id;
using testing::incoming;
using testing::message_id;

class MessageSearchTest : public testing::StoreTest {
 protected:
  std::vector<std::string> find(std::string_view text, const std::optional<ConversationId>& conversation = std::nullopt,
                                int64_t limit = 50) {
    const SearchQuery query = make_search_query(text);
    std::vector<std::string> texts;
    for (const MessageRow& message : store_.messages.search(query.expression, query.contained, conversation, limit)) {
      texts.push_back(message.text);
    }
    EXPECT_FALSE(database_->failed()) << "malformed: " << query.expression;
    return texts;
  }
  void add(std::string text, uint64_t order = 1) {
    ASSERT_TRUE(store_.messages.add(incoming(++last_, order, std::move(text))));
  }

  using Texts = std::vector<std::string>;
  uint32_t last_ = 0;
};

TEST_F(MessageSearchTest, FindsWordsWithoutCaseAndDiacritics) {
  add("Schöne Grüße aus Köln");
  EXPECT_EQ(find("grusse").size(), 0u) << "ß is a letter of its own";
  EXPECT_EQ(find("GRÜSSE").size(), 0u);
  EXPECT_EQ(find("grüße").size(), 1u);
  EXPECT_EQ(find("koln").size(), 1u);
  EXPECT_EQ(find("KÖLN schone").size(), 1u);
  EXPECT_EQ(find("ko\xCC\x88ln").size(), 1u) << "a combining diaeresis";
}

TEST_F(MessageSearchTest, TheLastWordIsABeginning) {
  add("breakfast tomorrow");
  EXPECT_EQ(find("break").size(), 1u);
  EXPECT_EQ(find("breakfast tom").size(), 1u);
  EXPECT_EQ(find("break tomorrow").size(), 0u) << "words before it are whole";
  EXPECT_EQ(find("fast").size(), 0u);
}

TEST_F(MessageSearchTest, FindsEmojiAloneAndWithWords) {
  add("good morning 🌞");
  add("good morning");
  add("great👍🏽");
  EXPECT_EQ(find("🌞"), Texts{"good morning 🌞"});
  EXPECT_EQ(find("good 🌞"), Texts{"good morning 🌞"});
  EXPECT_EQ(find("👍"), Texts{"great👍🏽"});
  EXPECT_EQ(find("great").size(), 1u);
  EXPECT_EQ(find("🦄").size(), 0u);
}

TEST_F(MessageSearchTest, FindsOtherScripts) {
  add("Привет, мир");
  add("γειά σου Κόσμε");
  add("東京 タワー");
  EXPECT_EQ(find("привет").size(), 1u);
  EXPECT_EQ(find("ΚΌΣΜΕ").size(), 1u);
  EXPECT_EQ(find("東").size(), 1u);
}

TEST_F(MessageSearchTest, TheBestMatchComesFirstThenTheNewest) {
  add("one pizza and a long row of other words that nobody asked about at all", 1);
  add("pizza pizza", 2);
  add("pizza pizza", 3);
  const auto found = find("pizza");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[2].substr(0, 9), "one pizza");
  const auto rows = store_.messages.search("\"pizza\"", {}, std::nullopt, 2);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].id, message_id(3));
  EXPECT_EQ(rows[1].id, message_id(2));
}

TEST_F(MessageSearchTest, KeepsToOneConversation) {
  add("lunch here");
  store_.messages.add(incoming(100, 5, "lunch there", account_id(9)));
  EXPECT_EQ(find("lunch").size(), 2u);
  EXPECT_EQ(find("lunch", conversation_with(account_id(9))), Texts{"lunch there"});
  EXPECT_EQ(find("☂", conversation_with(account_id(9))).size(), 0u);
}

TEST_F(MessageSearchTest, FollowsChangesAndDeletions) {
  MessageRow placeholder = incoming(1, 1, "");
  placeholder.kind = MessageKind::kUndecryptable;
  store_.messages.add(placeholder);
  store_.messages.repair(incoming(1, 1, "the word appears"));
  EXPECT_EQ(find("appears").size(), 1u);
  ASSERT_TRUE(database_->execute("UPDATE messages SET text = 'edited' WHERE text = 'the word appears'"));
  EXPECT_EQ(find("appears").size(), 0u);
  EXPECT_EQ(find("edited").size(), 1u);
  ASSERT_TRUE(database_->execute("DELETE FROM messages"));
  EXPECT_EQ(find("edited").size(), 0u);
  EXPECT_TRUE(database_->execute("INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)"));
}

TEST_F(MessageSearchTest, NothingTypedIsASyntaxError) {
  add("AND OR NOT NEAR text: \"quoted\" (a) * ^ -");
  for (const char* typed :
       {"\"",           "\"\"",     "*",   "AND", "a AND", "NOT",  "NEAR(", "text:", "(", ")",    "a*b",     "^a",
        "-a",           "a\"b",     "{a}", "+",   "a +",   "\\",   "'",     ";--",   ":", "\x01", "a\x01 b", "text : a",
        "\"a\" OR \"b", "\xC2\xA0", "ª",   "²",   "☂*",    "🙂\"", "%",     "_"}) {
    find(typed);
  }
  // All strings of up to three of what could mean something.
  const char* parts[] = {"\"", "*", " ", "a", "(", ")", "^", ":", "-", "+", "NOT", "AND", "🙂", "ü", "{", "."};
  for (const char* one : parts) {
    for (const char* two : parts) {
      for (const char* three : parts) find(std::string(one) + two + three);
    }
  }
  EXPECT_EQ(find("\"quoted\"").size(), 1u);
  EXPECT_EQ(find("(a)").size(), 1u);
}

TEST(SearchQuery, IsEmptyWithoutWordsAndBounded) {
  EXPECT_TRUE(make_search_query("").empty());
  EXPECT_TRUE(make_search_query(" \t\n").empty());
  EXPECT_EQ(make_search_query("one two").expression, "\"one\" \"two\"*");
  EXPECT_EQ(make_search_query("a\"b").expression, "\"a\"\"b\"*");
  EXPECT_EQ(make_search_query("🙂 a !").contained, (std::vector<std::string>{"🙂", "!"}));
  std::string many;
  for (int i = 0; i < 100; ++i) many += "w ";
  const std::string expression = make_search_query(many).expression;
  EXPECT_EQ(std::count(expression.begin(), expression.end(), 'w'), 32);
}

}  // namespace
}  // namespace kith::core
