// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/line_editor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kith::cli {
namespace {

using ::testing::ElementsAre;

class Editor : public ::testing::Test {
 protected:
  std::vector<std::string> entered;
  int changes = 0;
  int ends = 0;
  LineEditor editor{
      {[this](std::string line) { entered.push_back(std::move(line)); }, [this] { ++changes; }, [this] { ++ends; }}};
};

TEST_F(Editor, EntersWhatWasTyped) {
  editor.take("hällo 😀\rnext\r");
  EXPECT_THAT(entered, ElementsAre("hällo 😀", "next"));
  EXPECT_EQ(editor.text(), "");
}

TEST_F(Editor, TakesCharactersAndKeysInPieces) {
  for (const char c : std::string("ü\x1b[Dx")) editor.take(std::string(1, c));
  EXPECT_EQ(editor.text(), "xü");
}

TEST_F(Editor, MovesAndErases) {
  editor.take("one two three");
  editor.take("\x17");  // Ctrl-W
  EXPECT_EQ(editor.text(), "one two ");
  editor.take("\x1b[H\x1b[3~");
  EXPECT_EQ(editor.text(), "ne two ");
  editor.take("\x1b[F\x7f\x7f");
  EXPECT_EQ(editor.text(), "ne tw");
  editor.take("\x1b[D\x0b");  // left, Ctrl-K
  EXPECT_EQ(editor.text(), "ne t");
  editor.take("\x15");  // Ctrl-U
  EXPECT_EQ(editor.text(), "");
  editor.take("\x7f\x1b[3~\x1b[D\x1b[C");  // nothing there to move over or erase
  EXPECT_EQ(editor.text(), "");
}

TEST_F(Editor, MovesAndErasesByWhatTheEyeSees) {
  editor.take("a👨‍👩‍👧b");
  editor.take("\x1b[D\x7f");
  EXPECT_EQ(editor.text(), "ab");
  editor.take("\x1b[F\u0301");  // an accent joins the letter before
  editor.take("\x7f");
  EXPECT_EQ(editor.text(), "a");
}

TEST_F(Editor, APasteChangesTheTextOnceALine) {
  editor.take("\x1b[200~" + std::string(60'000, 'x') + "\x1b[201~");
  EXPECT_EQ(editor.text().size(), 60'000u);
  EXPECT_EQ(changes, 1);
}

TEST_F(Editor, KeepsLineBreaksOfAPasteInOneMessage) {
  editor.take("\x1b[200~a\rb\n\x1b[201~\r");
  EXPECT_THAT(entered, ElementsAre("a\nb\n"));
}

TEST_F(Editor, RecallsEarlierLinesAndTheOneBeingWritten) {
  editor.take("first\rsecond\rthi");
  editor.take("\x1b[A");
  EXPECT_EQ(editor.text(), "second");
  editor.take("\x1b[A\x1b[A");
  EXPECT_EQ(editor.text(), "first");
  editor.take("\x1b[B\x1b[B");
  EXPECT_EQ(editor.text(), "thi");
}

TEST_F(Editor, CtrlDEndsOnlyAnEmptyLine) {
  editor.take("x\x04");
  EXPECT_EQ(ends, 0);
  editor.take("\x7f\x04");
  EXPECT_EQ(ends, 1);
}

TEST_F(Editor, IgnoresKeysAndBytesItDoesNotKnow) {
  editor.take(
      "a\x1b[15~\x1bx\x01\x02\xff\xfe"
      "b");
  EXPECT_EQ(editor.text().find('\x1b'), std::string::npos);
  EXPECT_EQ(editor.text(), "ba");
}

TEST_F(Editor, DrawsThePartOfALongLineAroundTheCursor) {
  editor.take("0123456789");
  EXPECT_EQ(editor.draw("> ", 2, 80), "\r\x1b[K> 0123456789\r\x1b[12C");
  EXPECT_EQ(editor.draw("> ", 2, 8), "\r\x1b[K> 56789\r\x1b[7C");
  editor.take("\x1b[H");
  EXPECT_EQ(editor.draw("> ", 2, 8), "\r\x1b[K> 01234\r\x1b[2C");
}

}  // namespace
}  // namespace kith::cli
