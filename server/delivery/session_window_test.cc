// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/session_window.h"

#include <gtest/gtest.h>

#include "server/delivery/testing/recording_session.h"
#include "wire/entry_body.h"

namespace kith::testing {
namespace {

class SessionWindowTest : public ::testing::Test {
 protected:
  RecordingSession session;
  SessionWindow window;
  DeliverySettings settings;

  static Position at(uint64_t sequence, uint32_t epoch = 1) { return Position::of(epoch, sequence); }
  void connect(Position confirmed = {}, Position backlog_end = {}) {
    window.attach(session, confirmed);
    window.start(backlog_end);
  }
  // Sends these positions in one run; how many entries went out.
  size_t send(std::vector<Position> positions) {
    std::vector<InboxEntry> entries;
    for (const Position position : positions) entries.push_back({position, {}, {}, make_body({})});
    SessionWindow::Run run(window);
    for (const InboxEntry& entry : entries) run.add(entry, {}, {});
    run.flush();
    return run.sent();
  }
  std::vector<Position> delivered() const {
    std::vector<Position> positions;
    for (const wire::Entry& entry : session.entries) positions.push_back({entry.position()});
    return positions;
  }
  std::vector<Position> expired() const {
    std::vector<Position> positions;
    for (const wire::Entry& entry : session.entries) {
      if (entry.has_expired()) positions.push_back({entry.position()});
    }
    return positions;
  }
  // What a confirmation takes.
  std::vector<Position> confirm(Position position) {
    std::vector<Position> taken;
    is_new = window.confirm(position, [&](const SessionWindow::Sent& sent) { taken.push_back(sent.position); });
    return taken;
  }
  bool is_new = false;
};

TEST_F(SessionWindowTest, NothingIsTakenOrSentAgainBeforeTheSessionHasStarted) {
  window.attach(session, at(3));
  EXPECT_EQ(window.session(), &session);
  EXPECT_EQ(window.started_session(), nullptr);
  EXPECT_EQ(window.sent(), at(3));
  EXPECT_TRUE(confirm(at(4)).empty());
  EXPECT_FALSE(window.redeliver(at(3)));
  window.end_backlog(false);
  EXPECT_FALSE(session.backlog_end);
  window.start({});
  EXPECT_EQ(window.started_session(), &session);
}

TEST_F(SessionWindowTest, AConfirmationTakesWhatWasSentAndNoMore) {  // [INBOX-1]
  connect();
  send({at(1), at(2), at(3)});
  EXPECT_EQ(confirm(at(2)), (std::vector{at(1), at(2)}));
  EXPECT_EQ(window.confirmed(), at(2));
  EXPECT_TRUE(confirm(at(1)).empty());
  EXPECT_FALSE(is_new);
  EXPECT_EQ(confirm(at(99)), std::vector{at(3)});
  EXPECT_EQ(window.confirmed(), at(3));
}

TEST_F(SessionWindowTest, ANewSessionClosesTheOldOneAndGetsEverythingUnconfirmedAgain) {  // [DEVICE-4]
  connect();
  send({at(1), at(2)});
  confirm(at(1));
  const uint32_t number = window.session_number();
  RecordingSession second;
  window.attach(second, {});
  EXPECT_EQ(session.closed, EndReason::kReplaced);
  EXPECT_NE(window.session_number(), number);
  EXPECT_EQ(window.sent(), at(1));
  EXPECT_EQ(window.spent(), at(2)) << "its position names no other entry";
  EXPECT_TRUE(window.is_open(settings));
  EXPECT_FALSE(window.detach(session));
  EXPECT_TRUE(window.detach(second));
  EXPECT_EQ(window.session(), nullptr);
}

TEST_F(SessionWindowTest, TheWindowIsBoundedInEntriesAndInBytes) {  // [INBOX-4] [LIMIT-1]
  connect();
  settings.window_entries = 4;
  settings.window_bytes = 1000;
  send({at(1), at(2), at(3)});
  EXPECT_TRUE(window.is_open(settings));
  EXPECT_FALSE(window.is_half_open(settings));
  EXPECT_EQ(window.space(settings).entries, 1u);
  send({at(4)});
  EXPECT_FALSE(window.is_open(settings));
  confirm(at(2));
  EXPECT_TRUE(window.is_half_open(settings));

  const InboxEntry large{at(5), {}, {}, make_body(encode_message_body({{}, {}, {}, Bytes(1000, 'x')}))};
  SessionWindow::Run(window).add(large, {}, {});
  EXPECT_FALSE(window.is_open(settings));
  EXPECT_EQ(window.space(settings).bytes, 0u);
  confirm(at(5));
  EXPECT_EQ(window.space(settings).bytes, 1000u);
}

TEST_F(SessionWindowTest, WhatIsMissingIsSaidToHaveExpired) {  // [INBOX-3]
  connect();
  EXPECT_EQ(send({at(3)}), 1u) << "Welcome has told where the inbox begins";
  EXPECT_EQ(send({at(4), at(7), at(8)}), 4u);
  EXPECT_EQ(expired(), std::vector{at(6)});
  EXPECT_EQ(delivered(), (std::vector{at(3), at(4), at(6), at(7), at(8)}));
  send({at(1, 2)});
  EXPECT_EQ(expired().size(), 1u) << "before the first of an epoch there may be anything";
  send({at(3, 3)});
  EXPECT_EQ(expired().back(), at(2, 3));
}

TEST_F(SessionWindowTest, OneEntryStandsForAllThatHasExpiredBeforeTheNext) {  // [INBOX-3]
  connect();
  send({at(1)});
  const InboxEntry next{at(6), {}, {}, make_body({})};
  {
    SessionWindow::Run run(window);
    run.add_expired(at(2));
    run.add_expired(at(3));  // 4 and 5 went with a sweep
    run.add(next, {}, {});
    run.add_expired(at(7));
    EXPECT_FALSE(run.empty());
  }
  EXPECT_EQ(expired(), (std::vector{at(5), at(7)}));
  EXPECT_EQ(delivered(), (std::vector{at(1), at(5), at(6), at(7)}));
  EXPECT_EQ(window.sent(), at(7));
  EXPECT_EQ(confirm(at(7)).size(), 4u);
}

TEST_F(SessionWindowTest, EntriesOfOneRunGoOutInFewCalls) {
  connect();
  std::vector<Position> positions;
  for (uint64_t i = 1; i <= 100; ++i) positions.push_back(at(i));
  send(positions);
  EXPECT_EQ(session.frames.size(), 2u);
  EXPECT_EQ(delivered(), positions);
}

TEST_F(SessionWindowTest, TheEndOfTheBacklogIsSaidOnce) {  // [INBOX-3]
  connect({}, at(3));
  window.end_backlog(true);
  EXPECT_FALSE(session.backlog_end);
  send({at(1), at(2), at(3)});
  window.end_backlog(true);  // what has come since is no backlog
  EXPECT_EQ(session.backlog_end, at(3));
  send({at(4)});
  window.end_backlog(false);
  EXPECT_EQ(session.backlog_end, at(3));
}

TEST_F(SessionWindowTest, AnEmptyBacklogEndsAtZero) {
  connect(at(9), at(9));
  window.end_backlog(false);
  EXPECT_EQ(session.backlog_end, Position{});
}

TEST_F(SessionWindowTest, AGapIsSentAgainFromWhereTheDeviceIs) {  // [INBOX-3]
  connect();
  send({at(1), at(2), at(3)});
  confirm(at(1));
  EXPECT_TRUE(window.redeliver(at(2)));
  EXPECT_EQ(window.sent(), at(2));
  EXPECT_FALSE(window.redeliver(at(2))) << "nothing was sent after it";
  send({at(3)});
  EXPECT_EQ(confirm(at(3)), (std::vector{at(2), at(3)}));
  EXPECT_FALSE(window.redeliver(at(2)));
  EXPECT_EQ(session.closed, EndReason::kAsksForTheGone) << "what is confirmed is gone";
  EXPECT_EQ(window.started_session(), nullptr);
  EXPECT_EQ(window.session(), &session) << "until it is detached";
  EXPECT_TRUE(window.detach(session));
}

}  // namespace
}  // namespace kith::testing
