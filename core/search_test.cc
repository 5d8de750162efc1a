// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/search.h"

#include "core/store/testing/store_fixture.h"

namespace kith::core {
namespace {

using testing::account_id;
using testing::conversation_with;
using testing::incoming;
using testing::message_id;

class MessageSearchTest : public testing::StoreTest {
 protected:
  std::vector<std::string> find(std::string_view text, const std::optional<ConversationId>& conversation = std::nullopt,
                                int64_t limit = 50) {
    std::vector<std::string> texts;
    for (const MessageRow& message : store_.messages.search(read_search_words(text), conversation, limit)) {
      texts.push_back(message.text);
    }
    EXPECT_FALSE(database_->failed()) << "malformed: " << text;
    return texts;
  }
  void add(std::string text, uint64_t order = 1) {
    ASSERT_TRUE(store_.messages.add(incoming(++last_, order, std::move(text))));
  }
  // So many that the index is needed.
  void add_others(int count) {
    for (int i = 0; i < count; ++i) add("nothing of interest");
  }
  void index_all() {
    while (store_.messages.index(500)) {}
  }

  using Texts = std::vector<std::string>;
  uint32_t last_ = 0;
};

TEST_F(MessageSearchTest, FindsWordsWithoutCaseAndDiacritics) {
  add("Schöne Grüße aus Köln");
  for (const char* typed : {"grusse", "GRÜSSE", "grüße", "koln", "KÖLN schone", "ko\u0308ln"}) {
    EXPECT_EQ(find(typed).size(), 1u) << typed;
  }
}

TEST_F(MessageSearchTest, FindsPartsOfWordsInAnyOrder) {
  add("breakfast tomorrow");
  for (const char* typed : {"break", "fast", "akfa", "fast tom", "tomorrow break", "w", "ow", "breakfast", "b t"}) {
    EXPECT_EQ(find(typed).size(), 1u) << typed;
  }
  for (const char* typed : {"breakfasts", "fasttom", "tea", "x", "breakfast x"})
    EXPECT_EQ(find(typed).size(), 0u) << typed;
}

TEST_F(MessageSearchTest, FindsEmojiAloneAndWithWords) {
  add("good morning 🌞");
  add("good morning");
  add("great👍🏽");
  add("I ❤\uFE0F it");
  EXPECT_EQ(find("🌞"), Texts{"good morning 🌞"});
  EXPECT_EQ(find("good 🌞"), Texts{"good morning 🌞"});
  EXPECT_EQ(find("👍"), Texts{"great👍🏽"});
  EXPECT_EQ(find("great").size(), 1u);
  EXPECT_EQ(find("❤").size(), 1u) << "with its variation selector or without";
  EXPECT_EQ(find("🦄").size(), 0u);
}

// Each is found by what stands beside it: among the newest messages, and by the index.
TEST_F(MessageSearchTest, FindsAllScripts) {
  struct Case {
    const char* text;
    std::vector<const char*> typed;
  };
  const std::vector<Case> cases = {
      {"我们明天在火车站见面吧", {"火车站", "车站", "站", "见面吧"}},
      {"昨日映画を見ました", {"映画", "画", "見まし"}},
      {"请把report发给我", {"report", "把rep", "给我"}},
      {"مُحَمَّد هنا", {"محمد", "محم", "مُحَمَّد"}},
      {"إلى أحمد", {"الى", "احمد", "أحمد"}},
      {"שָׁלוֹם עולם", {"שלום", "לו", "שָׁלוֹם"}},
      {"Ёлка, Привет", {"елка", "ёлка", "ПРИВЕТ", "ивет"}},
      {"γειά σου Κόσμε", {"ΚΌΣΜΕ", "κοσμε", "γεια"}},
      {"soft\u00ADhyphen", {"softhyphen", "thyp"}},
      {"안녕하세요 여러분", {"안녕", "하세요", "녕"}},
      {"สวัสดีครับ", {"สวัสดี", "ครับ"}},
      {"नमस्ते दुनिया", {"नमस्ते", "दुनि"}},
      {"Ｆｕｌｌ　ｗｉｄｔｈ", {"full", "width"}},
      {"東京 タワー", {"東", "東京", "ﾀﾜｰ"}},
  };
  for (const Case& each : cases) add(each.text);
  for (const bool by_index : {false, true}) {
    for (const Case& each : cases) {
      for (const char* typed : each.typed) EXPECT_EQ(find(typed), Texts{each.text}) << typed;
    }
    if (by_index) continue;
    add_others(2100);
    index_all();
  }
}

TEST_F(MessageSearchTest, FindsWhatIsNotInTheIndexYetBesideWhatIs) {
  for (uint32_t i = 1; i <= 30; ++i) {
    add("pizza " + std::to_string(i), i);
    EXPECT_EQ(find("pizza", std::nullopt, 50).size(), i);
    EXPECT_EQ(find("pi", std::nullopt, 50).size(), i);
    if (i % 10 == 0) store_.messages.index(8);
  }
  index_all();
  EXPECT_EQ(find("pizza", std::nullopt, 50).size(), 30u) << "each once";
  EXPECT_EQ(find("pizza 17"), Texts{"pizza 17"});
}

TEST_F(MessageSearchTest, ATableWithVeryManyThatAreNotIndexedIndexesThem) {
  add("the first", 1);
  const auto indexed = [&] {
    auto row = database_->prepare("SELECT indexed_sequence FROM progress");
    return row.step() ? row.integer(0) : -1;
  };
  EXPECT_EQ(indexed(), 0);
  add_others(17'000);
  EXPECT_GT(indexed(), 0);
  EXPECT_EQ(find("first"), Texts{"the first"});
}

// More than a search compares.
TEST_F(MessageSearchTest, LongTextsHideNothingInTheIndex) {
  add("a needle ☂");
  index_all();
  for (int i = 0; i < 600; ++i) add(std::string(60'000, ' '));
  EXPECT_EQ(find("needle"), Texts{"a needle ☂"}) << "not those that are not in the index";
  EXPECT_EQ(find("☂"), Texts{"a needle ☂"});
  index_all();
  EXPECT_EQ(find("☂"), Texts{"a needle ☂"}) << "nor the newest";
}

TEST_F(MessageSearchTest, TheNewestComeFirst) {
  add("pizza one", 1);
  add("pizza two", 2);
  add("pizza three", 3);
  EXPECT_EQ(find("pizza", std::nullopt, 2), (Texts{"pizza three", "pizza two"}));
  add_others(2100);
  index_all();
  EXPECT_EQ(find("pi", std::nullopt, 2), (Texts{"pizza three", "pizza two"})) << "each once";
  EXPECT_EQ(find("p", std::nullopt, 50).size(), 3u);
}

TEST_F(MessageSearchTest, KeepsToOneConversation) {
  add("lunch here");
  store_.messages.add(incoming(100, 5, "lunch there", account_id(9)));
  EXPECT_EQ(find("lunch").size(), 2u);
  EXPECT_EQ(find("lunch", conversation_with(account_id(9))), Texts{"lunch there"});
  EXPECT_EQ(find("☂", conversation_with(account_id(9))).size(), 0u);
}

TEST_F(MessageSearchTest, FollowsChangesAndDeletionsIndexedOrNot) {
  for (const bool indexed : {false, true}) {
    MessageRow placeholder = incoming(1, 1, "");
    placeholder.kind = MessageKind::kUndecryptable;
    store_.messages.add(placeholder);
    if (indexed) index_all();
    store_.messages.repair(incoming(1, 1, "the word appears"));
    EXPECT_EQ(find("appears").size(), 1u);
    if (indexed) index_all();
    ASSERT_TRUE(database_->execute("UPDATE messages SET text = 'edited' WHERE text = 'the word appears'"));
    EXPECT_EQ(find("appears").size(), 0u);
    EXPECT_EQ(find("edited").size(), 1u);
    ASSERT_TRUE(database_->execute("DELETE FROM messages"));
    EXPECT_EQ(find("edited").size(), 0u);
    index_all();
    EXPECT_TRUE(database_->execute("INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)"));
  }
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

TEST(SearchWords, AreFoldedAndBounded) {
  EXPECT_TRUE(read_search_words("").words.empty());
  EXPECT_TRUE(read_search_words(" \t\n\u200B").words.empty());
  EXPECT_EQ(read_search_words("Öne  two").words, (std::vector<std::u32string>{U"one", U"two"}));
  std::string many;
  for (int i = 0; i < 100; ++i) many += "word" + std::to_string(i) + " ";
  EXPECT_EQ(read_search_words(many).words.size(), 32u);
}

TEST(SearchWords, BecomeTermsOfTheIndex) {
  EXPECT_EQ(read_search_words("one").expression(), "\"one\"");
  EXPECT_EQ(read_search_words("report a").expression(), "\"rep\" \"ort\"") << "one character more says little";
  EXPECT_EQ(read_search_words("house").expression(), "\"hou\" \"use\"");
  EXPECT_EQ(read_search_words("ab c").expression(), "\"ab\"* \"c\"*");
  EXPECT_EQ(read_search_words("a\"b").expression(), "\"a\"\"b\"");
}

std::string marked(std::string_view text, std::string_view typed) {
  std::string out;
  const client_api::SearchExcerpt excerpt = make_excerpt(text, read_search_words(typed));
  for (const auto& piece : excerpt.pieces()) {
    out += piece.matched() ? "[" + piece.text() + "]" : piece.text();
  }
  return out;
}

TEST(SearchExcerpt, ShowsTheMatchesInTheirSurroundings) {
  EXPECT_EQ(marked("Schöne Grüße aus Köln", "grusse koln"), "Schöne [Grüße] aus [Köln]");
  EXPECT_EQ(marked("one\n\n two", "two"), "one [two]") << "on one line";
  std::string text;
  for (int i = 0; i < 40; ++i) text += "before ";
  text += "here it is ";
  for (int i = 0; i < 40; ++i) text += "behind ";
  const std::string excerpt = marked(text, "here");
  EXPECT_TRUE(excerpt.starts_with("…")) << excerpt;
  EXPECT_NE(excerpt.find("before [here] it is behind"), std::string::npos) << excerpt;
  EXPECT_TRUE(excerpt.ends_with("…")) << excerpt;
}

TEST(SearchExcerpt, CutsAndMarksWholeCharacters) {
  EXPECT_EQ(marked("e\u0301x", "e"), "[e\u0301]x");
  EXPECT_EQ(marked("a👩\u200D👧b", "👩"), "a[👩\u200D👧]b");
  EXPECT_EQ(marked("مُحَمَّد", "محمد"), "[مُحَمَّد]");
  EXPECT_EQ(marked("한국", "하"), "[한]국") << "as it is typed";
  std::string families;
  for (int i = 0; i < 300; ++i) families += "👩\u200D👧";
  const auto excerpt = make_excerpt(families + "x" + families, read_search_words("x"));
  ASSERT_EQ(excerpt.pieces_size(), 3);
  const std::string_view family = "👩\u200D👧";
  EXPECT_EQ(excerpt.pieces(0).text().size(), std::string("…").size() + 30 * family.size());
  EXPECT_EQ(excerpt.pieces(1).text(), "x");
}

TEST(SearchExcerpt, TakesLongTextsWithoutBreaks) {
  const std::string text(60'000, 'a');
  EXPECT_EQ(make_excerpt(text + "b", read_search_words("b")).pieces_size(), 2);
  EXPECT_EQ(marked("", "x"), "");
}

}  // namespace
}  // namespace kith::core
