// SPDX-License-Identifier: AGPL-3.0-or-later

// What people and programs read: JSON lines, times, messages, terminal safety, QR codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <set>

#include "cli/group_text.h"
#include "cli/json_line.h"
#include "cli/message_text.h"
#include "cli/qr_text.h"
#include "cli/testing/captured_output.h"
#include "cli/testing/seen_on.h"
#include "cli/time_text.h"

namespace kith::cli {
namespace {

using client_api::Message;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::seen_on;

TEST(JsonLine, WritesMembersInTheOrderGiven) {
  EXPECT_EQ(JsonLine().text("a", "x").number("b", UINT64_MAX).boolean("c", false).raw("d", "[]").str(),
            R"({"a":"x","b":18446744073709551615,"c":false,"d":[]})");
  EXPECT_EQ(JsonLine().str(), "{}");
}

TEST(JsonLine, EscapesWhatAStringCanNotHold) {
  EXPECT_EQ(json_string("\"\\\n\r\t\x01\x7f/ü😀"), "\"\\\"\\\\\\n\\r\\t\\u0001\\u007f/ü😀\"");
  EXPECT_EQ(json_string(std::string("a\0b", 3)), "\"a\\u0000b\"");
}

TEST(JsonLine, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(json_string("a\u009b2J\u009d\u0085\u202e\u2066é"), R"("a\u009b2J\u009d\u0085\u202e\u2066é")");
}

TEST(JsonLine, ReplacesBytesThatAreNoUtf8AndKeepsTheRest) {
  EXPECT_EQ(json_string("a\xff"
                        "b\xc3"),
            "\"a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD\"");
  EXPECT_EQ(json_string("ü\xff"), "\"ü\xEF\xBF\xBD\"");
}

TEST(TimeText, IsRfc3339InUtcWithAllMicroseconds) {
  EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(rfc3339(1'772'366'400'000'042), "2026-03-01T12:00:00.000042Z");
}

TEST(TerminalSafety, MakesControlCharactersAndTurnedTextVisible) {
  EXPECT_EQ(safe_for_terminal("plain ü 😀\n\ttext"), "plain ü 😀\n\ttext");
  EXPECT_EQ(safe_for_terminal("\x1b[2J"), "\xEF\xBF\xBD[2J");
  EXPECT_EQ(safe_for_terminal("\xc2\x9b"
                              "2J"),
            "\xEF\xBF\xBD"
            "2J");  // C1: an escape sequence of its own
  EXPECT_EQ(safe_for_terminal("a\xe2\x80\xae"
                              "b"),
            "a\xEF\xBF\xBD"
            "b");  // right-to-left override
  EXPECT_EQ(safe_for_terminal("\r\x07\x7f\xff"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(SafeText, WordsInALineOfOursCanNotEndIt) {
  EXPECT_EQ(one_line("On the road\nphone  +491700000009"), "On the road phone  +491700000009");
  EXPECT_EQ(one_line("a\tb\u2028c\u2029d\r"), "a b c d\xEF\xBF\xBD");
}

Message example() {
  Message message;
  message.set_id("11112222333344445555666677778888");
  message.set_conversation("c");
  message.mutable_sender()->set_account_id("a");
  message.mutable_sender()->add_handles()->set_text("+491700000001");
  message.mutable_text()->set_text("Hello\n\"you\"");
  message.set_sent_at_us(1'772'366'400'123'456);
  return message;
}

TEST(MessageText, JsonHoldsWhatIsPromised) {
  EXPECT_EQ(
      message_json(example(), {}),
      R"({"type":"message","id":"11112222333344445555666677778888","conversation":"c","from":"+491700000001","from_account":"a",)"
      R"("text":"Hello\n\"you\"","sent_at":"2026-03-01T12:00:00.123456Z","outgoing":false})");
}

TEST(MessageText, SaysWhatWasEditedStarredAndDeleted) {
  testing::CapturedOutput output;
  Message message = example();
  EXPECT_THAT(message_json(message, {}), Not(HasSubstr("edited_at")));
  message.set_edited_us(1'700'000'000'000'000);
  message.set_starred(true);
  EXPECT_THAT(message_line(output.out, message, {.author = "Eva"}, 0), HasSubstr("(edited) ★"));
  EXPECT_THAT(message_json(message, {}), HasSubstr(R"("edited_at":"2023-11-14T22:13:20.000000Z","starred":true)"));
  message.mutable_deleted()->mutable_by()->set_account_id(message.sender().account_id());
  EXPECT_THAT(message_line(output.out, message, {.author = "Eva"}, 0), HasSubstr("[deleted]"));
  message.mutable_deleted()->mutable_by()->set_account_id("another");
  message.mutable_deleted()->mutable_by()->set_name("Tom\nTom");
  EXPECT_THAT(message_line(output.out, message, {.author = "Eva"}, 0), HasSubstr("[deleted by Tom Tom]"));
  EXPECT_THAT(message_json(message, {}), HasSubstr(R"("type":"deleted")"));
}

TEST(MessageText, ReactionsAreBehindTheWords) {
  testing::CapturedOutput output;
  Message message = example();
  EXPECT_THAT(message_json(message, {}), Not(HasSubstr("reactions")));
  for (const auto& [emoji, count] : {std::pair("👍", 3), std::pair("🎉", 1)}) {
    client_api::Reactions::OfEmoji& each = *message.mutable_reactions()->add_emojis();
    each.set_emoji(emoji);
    each.set_count(count);
  }
  message.mutable_reactions()->set_own("🎉");
  EXPECT_THAT(message_line(output.out, message, {.author = "Eva"}, 0), HasSubstr("[👍 3 🎉]"));
  EXPECT_THAT(message_json(message, {}),
              HasSubstr(R"("reactions":[{"emoji":"👍","count":3},{"emoji":"🎉","count":1,"own":true}])"));
}

TEST(MessageText, JsonOfOnesOwnHasTheTickAndOfAReplyTheQuote) {
  Message message = example();
  message.set_outgoing(true);
  message.set_tick(Message::kDelivered);
  message.mutable_quote()->set_message_id("m");
  message.mutable_quote()->set_excerpt("before");
  EXPECT_THAT(
      message_json(message, {}),
      HasSubstr(R"("quote":{"message_id":"m","author":"","excerpt":"before"},"outgoing":true,"tick":"delivered"})"));
}

TEST(MessageText, OfAReplyInPrivateTheGroupIsSaid) {
  testing::CapturedOutput output;
  Message message = example();
  message.mutable_quote()->set_excerpt("who has a tent?");
  EXPECT_THAT(message_line(output.out, message, {.author = "Eva"}, 0), HasSubstr("> who has a tent?\n"));
  EXPECT_THAT(message_json(message, {}), Not(HasSubstr("group_title")));
  message.mutable_quote()->mutable_group()->set_title("Book\x1b club");
  message.mutable_quote()->mutable_group()->set_conversation("g");
  EXPECT_THAT(message_line(output.out, message, {.author = "Eva"}, 0), HasSubstr("club: who has a tent?\n"));
  EXPECT_THAT(message_line(output.out, message, {.author = "Eva"}, 0), Not(HasSubstr("\x1b")));
  EXPECT_THAT(message_json(message, {}), HasSubstr(R"(,"group_conversation":"g"})"));
  message.mutable_quote()->mutable_group()->clear_title();
  EXPECT_THAT(message_line(output.out, message, {.author = "Eva"}, 0), HasSubstr("> a group: who has a tent?\n"));
}

TEST(MessageText, JsonNamesWhatIsNoText) {
  Message message = example();
  message.mutable_identity_changed();
  EXPECT_THAT(message_json(message, {}), HasSubstr(R"("type":"identity_changed")"));
}

TEST(MessageText, IsSafeForATerminalAndIndentsFurtherLines) {
  testing::CapturedOutput output;
  Message message = example();
  message.mutable_text()->set_text("one\ntwo\x1b[2J");
  const std::string line = message_line(output.out, message, {.author = "E\x1bve"}, 0);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_THAT(line, HasSubstr("one\n    two"));
}

TEST(MessageText, TheGroupStandsInFrontWhereMessagesOfOthersDo) {
  testing::CapturedOutput output;
  Message message = example();
  EXPECT_THAT(message_line(output.out, message, {.author = "Eva", .group = "Book\nclub"}, 0),
              HasSubstr(" Book club: Eva: Hello\n"));
  EXPECT_THAT(message_line(output.out, message, {.author = "Eva"}, 0), HasSubstr(" Eva: Hello\n"));
}

TEST(MessageText, AProgramIsToldTheGroupInItsEnvironmentOrThatThereIsNone) {
  Message message = example();
  message.mutable_sender()->set_name("Ana");
  const auto variable = [&](const Place& place, const std::string& name) {
    for (const auto& [its, value] : message_environment(message, place)) {
      if (its == name) return value;
    }
    return std::string("is not set");
  };
  const Place club{"Book club", std::string(32, '1')};
  EXPECT_EQ(variable(club, "KITH_GROUP"), club.group);
  EXPECT_EQ(variable(club, "KITH_GROUP_TITLE"), "Book club");
  EXPECT_EQ(variable(club, "KITH_FROM_NAME"), "Ana");
  for (const char* name : {"KITH_GROUP", "KITH_GROUP_TITLE", "KITH_FROM_NAME"})
    EXPECT_EQ(variable({"Ana", ""}, name), "") << "nor that of a program around this one";
}

std::string told_of(client_api::GroupEvent::Kind kind, const std::vector<std::string>& whom) {
  Message message;
  message.mutable_sender()->set_account_id("Ana");
  message.mutable_sender()->set_name("Ana");
  message.mutable_group_event()->set_kind(kind);
  message.mutable_group_event()->set_title("Readers");
  for (const std::string& name : whom) {
    client_api::Person& person = *message.mutable_group_event()->add_whom();
    person.set_account_id(name);
    person.set_name(name);
  }
  return group_event_text(message, "Own");
}

TEST(GroupText, TellsWhatHappened) {
  using client_api::GroupEvent;
  EXPECT_EQ(told_of(GroupEvent::kCreated, {}), "Ana made the group Readers");
  EXPECT_EQ(told_of(GroupEvent::kCreated, {"Ben", "Own"}), "Ana made the group Readers with Ben and you");
  EXPECT_EQ(told_of(GroupEvent::kAdded, {"Ben", "Cleo", "Dan"}), "Ana added Ben, Cleo and Dan");
  EXPECT_EQ(told_of(GroupEvent::kAdded, {"A", "B", "C", "D", "E"}), "Ana added A, B, C, D and E");
  EXPECT_EQ(told_of(GroupEvent::kAdded, {"A", "B", "C", "D", "E", "F"}), "Ana added A, B, C, D and 2 others");
  EXPECT_EQ(told_of(GroupEvent::kRemoved, {"Own"}), "Ana removed you");
  EXPECT_EQ(told_of(GroupEvent::kLeft, {}), "Ana left the group");
  EXPECT_EQ(told_of(GroupEvent::kPromoted, {"Ben"}), "Ana made Ben an admin");
  EXPECT_EQ(told_of(GroupEvent::kDemoted, {"Ben"}), "Ana took the rights of an admin from Ben");
  EXPECT_EQ(told_of(GroupEvent::kDemoted, {"Ana"}), "Ana ceased to be an admin");
  EXPECT_EQ(told_of(GroupEvent::kTitle, {}), "Ana called the group Readers");
  EXPECT_EQ(told_of(GroupEvent::kDescription, {}), "Ana changed the description");
  EXPECT_EQ(told_of(GroupEvent::kPermissions, {}), "Ana changed what members may do");
  EXPECT_EQ(told_of(GroupEvent::kLink, {}), "Ana made a link to the group");
  EXPECT_EQ(told_of(GroupEvent::kLinkEnded, {}), "Ana ended the link to the group");
  EXPECT_EQ(told_of(GroupEvent::kJoined, {}), "Ana came in by the link");
  EXPECT_EQ(told_of(GroupEvent::kAsked, {}), "Ana asked to be let in");
  EXPECT_EQ(told_of(GroupEvent::kLetIn, {"Ben"}), "Ana let in Ben");
  EXPECT_EQ(told_of(GroupEvent::kTurnedAway, {"Ben"}), "Ana turned away Ben");
}

TEST(GroupText, HasWordsForEveryEvent) {
  const auto* const kinds = client_api::GroupEvent::Kind_descriptor();
  std::set<std::string> words;
  for (int i = 0; i < kinds->value_count(); ++i) {
    const auto kind = static_cast<client_api::GroupEvent::Kind>(kinds->value(i)->number());
    if (kind == client_api::GroupEvent::kUnspecified) continue;
    EXPECT_THAT(told_of(kind, {"Ben"}), ::testing::Not(HasSubstr("newer version"))) << kinds->value(i)->name();
    EXPECT_TRUE(words.insert(group_event_word(kind)).second) << group_event_word(kind);
  }
}

TEST(MessageText, EveryReasonForAFailureHasWords) {
  const auto* const reasons = client_api::FailureReason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<client_api::FailureReason>(reasons->value(i)->number());
    if (reason == client_api::kNoFailure) continue;
    EXPECT_NE(failure_word(reason), "other") << reasons->value(i)->name();
    EXPECT_NE(failure_text(reason), "it failed") << reasons->value(i)->name();
  }
}

TEST(MessageText, ExcerptsAreShortAndOnOneLine) {
  EXPECT_EQ(excerpt("a\nb", 10), "a b");
  EXPECT_EQ(excerpt("äöü", 3), "äöü");
  EXPECT_EQ(excerpt("äöü", 2), "äö…");
  EXPECT_EQ(excerpt("👨‍👩‍👧👍🏽b", 2), "👨‍👩‍👧👍🏽…") << "by what the eye sees";
  EXPECT_EQ(excerpt(std::string(1'000'000, 'x'), 3), "xxx…");
}

TEST(Output, WordsKeepTheirPlaceAfterTheDataBeforeThem) {
  testing::CapturedOutput output;
  output.out.line("data");
  output.out.note("words\x1b");
  EXPECT_EQ(output.data(), "data\n");
  EXPECT_EQ(output.words(), "kith: words\xEF\xBF\xBD\n");
}

TEST(Output, NoticesThatTheReaderIsGone) {
  ::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Output out(ends[1], ends[1]);
  EXPECT_TRUE(out.has_reader());
  ::close(ends[0]);
  EXPECT_FALSE(out.has_reader());
  out.line("lost");
  EXPECT_FALSE(out.flush());
  ::close(ends[1]);
}

TEST(QrText, DrawsTheFinderPatternInsideAQuietZone) {
  const auto text = qr_text("kith", false);
  ASSERT_TRUE(text);
  std::vector<std::string> rows;
  for (size_t at = 0, end; (end = text->find('\n', at)) != std::string::npos; at = end + 1)
    rows.push_back(text->substr(at, end - at));
  // 21 modules and 4 of quiet zone on each side, two a row.
  ASSERT_EQ(rows.size(), 15u);
  std::string quiet;
  for (int i = 0; i < 29; ++i) quiet += "█";
  EXPECT_EQ(rows[0], quiet);
  // The top of the first finder pattern: seven dark modules, over a light frame inside.
  EXPECT_EQ(rows[2].substr(0, 4 * 3 + 1 + 5 * 3 + 1), "████ ▄▄▄▄▄ ");
  EXPECT_FALSE(qr_text(std::string(3000, 'x'), false));
}

TEST(QrText, IsLeftOutWhereATerminalWouldBreakItsLines) {
  EXPECT_TRUE(qr_text("kith", false, 29));
  EXPECT_FALSE(qr_text("kith", false, 28));
}

std::string shown_on(unsigned short columns) {
  return seen_on(columns, [columns](int terminal) {
    EXPECT_EQ(columns_of(terminal), columns);
    show_qr(terminal, "kith");
  });
}

TEST(Output, WhatGoesOnIsShownInOnePlaceOfATerminalUntilWordsCome) {
  const std::string seen = seen_on(80, [](int terminal) {
    Output out(terminal, terminal);
    out.passing("");
    out.passing("1 of\n3");
    out.passing("2 of 3");
    out.note("done");
    out.passing("");
  });
  EXPECT_EQ(seen, "\r\x1b[Kkith: 1 of 3\r\x1b[Kkith: 2 of 3\r\x1b[Kkith: done\r\n");
}

TEST(Output, WhatGoesOnIsNothingToAFile) {
  testing::CapturedOutput output;
  output.out.passing("1 of 3");
  EXPECT_EQ(output.words(), "");
}

TEST(QrText, IsShownToPeopleAtATerminalAndNowhereElse) {
  EXPECT_THAT(shown_on(80), ::testing::HasSubstr("\x1b[97;40m████"));
  EXPECT_EQ(shown_on(20), "");
  const int file = ::memfd_create("words", 0);
  show_qr(file, "kith");
  EXPECT_EQ(columns_of(file), 0u);
  EXPECT_EQ(::lseek(file, 0, SEEK_END), 0);
  ::close(file);
}

}  // namespace
}  // namespace kith::cli
