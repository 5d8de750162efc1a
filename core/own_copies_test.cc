// SPDX-License-Identifier: AGPL-3.0-or-later

// All devices of an account show the same (COPY-1, COPY-2).

#include <algorithm>

#include "core/contents.h"
#include "core/testing/linked_devices.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using client_api::Message;
using ::testing::ElementsAre;

class OwnCopiesTest : public TwoPeople {
 protected:
  OwnCopiesTest() : web_(world_.add("web")) {
    say(ana_, chat_, "before");
    link(world_, ana_, web_, "Web");
    webs_ = open_chat(web_, kBen);
  }

  // Whether something in the frame is for the account itself.
  static bool is_send_to(const std::string& frame, const AccountId& account) {
    wire::ClientFrame parsed;
    if (!parsed.ParseFromString(frame)) return false;
    const auto is_to = [&account](const wire::Send& send) { return send.account().account_id() == account.view(); };
    return is_to(parsed.send()) || std::ranges::any_of(parsed.sends().sends(), is_to);
  }
  // What the host's client would never write.
  static void put_in_outbox(Host& host, const AccountId& to, const MessageId& id, const Bytes& content) {
    execute(host, ("INSERT INTO outbox (message_id, target_kind, target, kind, content, revision, only_device, "
                   "receipt_number) VALUES (x'" +
                   id.hex() + "', 1, x'" + to.hex() + "', 1, x'" + to_hex(content) + "', 0, 0, 0)")
                      .c_str());
  }

  Host& web_;
  std::string webs_;  // the chat with Ben, on Ana's second device
};

TEST_F(OwnCopiesTest, WhatIsSentOnOneIsOnTheOthersInTheSamePlace_COPY_1) {
  const std::string id = say(ana_, chat_, "from the first");
  const std::string back = say(ben_, bens_chat(), "answer");
  const std::string other = say(web_, webs_, "from the web");
  world_.advance(2000);
  EXPECT_THAT(texts(web_, webs_), ElementsAre("from the first", "answer", "from the web"));
  EXPECT_THAT(texts(ana_, chat_), ElementsAre("before", "from the first", "answer", "from the web"));
  const Message copy = message(web_, id);
  EXPECT_TRUE(copy.outgoing());
  EXPECT_EQ(copy.order_us(), message(ana_, id).order_us());
  EXPECT_EQ(message(ana_, other).order_us(), message(web_, other).order_us());
  EXPECT_EQ(message(ana_, back).order_us(), message(web_, back).order_us());
}

TEST_F(OwnCopiesTest, TicksAreTheSameEverywhereAlsoOfARunThatBeginsBefore_COPY_3) {
  const std::string id = say(ana_, chat_, "look");
  world_.advance(2000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kDelivered);
  EXPECT_EQ(message(web_, id).tick(), Message::kDelivered);
  mark_read(ben_, bens_chat());
  world_.advance(2000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kRead);
  EXPECT_EQ(message(web_, id).tick(), Message::kRead);
}

// Ben registers anew: what was encrypted for his device from before gets another number when it leaves.
TEST_F(OwnCopiesTest, WhatWentOutUnderAnotherNumberIsReadOnTheOthersToo_RECEIPT_1) {
  ana_.set_silent(true);
  const std::string id = say(ana_, chat_, "for whoever it is");
  Host& again = world_.add("ben's new device");
  sign_up(again, kBen, "Ben");
  ana_.set_silent(false);
  world_.advance(120'000);
  client_api::Request accept;
  accept.mutable_accept_identity()->set_conversation(chat_);
  ASSERT_FALSE(ana_.request(std::move(accept)).has_failure());
  world_.advance(2000);
  ASSERT_EQ(query(ana_, "SELECT count(*) FROM sent WHERE shown = (SELECT max(sequence) FROM messages WHERE outgoing)"),
            2)
      << "else nothing is tested";
  mark_read(again, open_chat(again, kAna));
  world_.advance(2000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kRead);
  EXPECT_EQ(message(web_, id).tick(), Message::kRead);
}

TEST_F(OwnCopiesTest, AReceiptThatComesBeforeTheCopyCounts_TICK_1) {
  // The copies leave late: the receipts for them are at the other device before.
  const AccountId ana = *AccountId::from_hex(state(ana_).account_id());
  ana_.before_step = [this, ana](const client_api::Action& action) {
    if (action.has_send_frame() && is_send_to(action.send_frame().frame(), ana)) ana_.set_silent(true);
  };
  const std::string one = say(ana_, chat_, "one");
  world_.advance(2000);
  ASSERT_EQ(query(web_, "SELECT count(*) FROM messages WHERE outgoing = 1"), 0);
  ASSERT_GT(query(web_, "SELECT count(*) FROM early_receipts"), 0) << "else nothing is tested";
  ana_.before_step = nullptr;
  ana_.set_silent(false);
  world_.advance(120'000);
  EXPECT_EQ(message(web_, one).tick(), Message::kDelivered);
  EXPECT_EQ(query(web_, "SELECT count(*) FROM early_receipts"), 0);
}

TEST_F(OwnCopiesTest, WhatWasReadOnOneIsReadOnAll_COPY_2) {
  say(ben_, bens_chat(), "one");
  say(ben_, bens_chat(), "two");
  world_.advance(2000);
  EXPECT_EQ(conversation(ana_, chat_).unread(), 2u);
  EXPECT_EQ(conversation(web_, webs_).unread(), 2u);
  mark_read(web_, webs_);
  world_.advance(2000);
  EXPECT_EQ(conversation(ana_, chat_).unread(), 0u);
  say(ben_, bens_chat(), "three");
  world_.advance(2000);
  EXPECT_EQ(conversation(ana_, chat_).unread(), 1u);
  EXPECT_EQ(conversation(web_, webs_).unread(), 1u);
}

TEST_F(OwnCopiesTest, ANoteToOneselfIsOnAllDevices) {
  const std::string note = open_chat(ana_, kAna);
  const std::string id = say(ana_, note, "milk");
  world_.advance(2000);
  EXPECT_EQ(message(ana_, id).tick(), Message::kRead);
  EXPECT_THAT(texts(web_, open_chat(web_, kAna)), ElementsAre("milk"));
  EXPECT_TRUE(message(web_, id).outgoing());
  EXPECT_EQ(message(web_, id).tick(), Message::kRead);
}

TEST_F(OwnCopiesTest, ADeviceThatWasAwayCatchesUp) {
  disconnect(web_);
  for (int i = 0; i < 5; ++i) say(ana_, chat_, std::to_string(i));
  say(ben_, bens_chat(), "answer");
  mark_read(ana_, chat_);
  world_.advance(5000);
  connect(web_);
  world_.advance(2000);
  EXPECT_THAT(texts(web_, webs_), ElementsAre("0", "1", "2", "3", "4", "answer"));
  EXPECT_EQ(conversation(web_, webs_).unread(), 0u);
}

TEST_F(OwnCopiesTest, WhatCanNotBeDecryptedComesAgain) {
  say(ana_, chat_, "sessions are there");
  world_.advance(2000);
  execute(web_, "DELETE FROM sessions");
  const std::string id = say(ana_, chat_, "lost at first");
  world_.advance(300'000);
  EXPECT_EQ(message(web_, id).text().text(), "lost at first");
  EXPECT_EQ(message(web_, id).tick(), Message::kDelivered);
  EXPECT_EQ(conversation(web_, open_chat(web_, kAna)).unread(), 0u) << "no row in the notes stands for it";
}

TEST_F(OwnCopiesTest, ADeviceThatAsksForMuchAtOnceIsToldOnce_COPY_3) {
  say(ben_, bens_chat(), "sessions are there");
  world_.advance(2000);
  disconnect(web_);
  execute(web_, "DELETE FROM sessions");
  constexpr int kMarks = 20;
  for (int i = 0; i < kMarks; ++i) {
    say(ben_, bens_chat(), std::to_string(i));
    mark_read(ana_, chat_);
    world_.advance(1000);
  }
  execute(ana_, "CREATE TABLE told (id BLOB)");
  execute(ana_, "CREATE TRIGGER tell AFTER INSERT ON outbox WHEN new.kind = 8 BEGIN INSERT INTO told VALUES (1); END");
  connect(web_);
  world_.advance(300'000);
  EXPECT_GE(query(ana_, "SELECT count(*) FROM told"), 1);
  // The first of what can't be read is asked for at once, and the others after it.
  EXPECT_LE(query(ana_, "SELECT count(*) FROM told"), 3) << "for " << kMarks << " marks";
  mark_read(ana_, chat_);
  say(ben_, bens_chat(), "one more");
  mark_read(ana_, chat_);
  world_.advance(5000);
  EXPECT_EQ(texts(web_, webs_).size(), 2u + kMarks);
  EXPECT_EQ(conversation(web_, webs_).unread(), 0u);
}

TEST_F(OwnCopiesTest, NobodyElseSaysWhatIsACopyOrRead) {
  // Ben's client claims both; what he sends is still his own, and unread.
  const AccountId ben = *AccountId::from_hex(state(ben_).account_id());
  const AccountId ana = *AccountId::from_hex(state(ana_).account_id());
  const std::string id = say(ben_, bens_chat(), "hello");
  world_.advance(2000);
  MessageRow forged;
  forged.id = *MessageId::from_hex(std::string(32, '7'));
  forged.text = "as if Ana had written it";
  forged.sent_at = world_.clock.now();
  put_in_outbox(ben_, ana, forged.id, contents::copy(forged, {ben, world_.clock.now(), 1}));
  put_in_outbox(ben_, ana, *MessageId::from_hex(std::string(32, '8')),
                contents::own_read(world_.clock.now(), {{ben, {INT64_MAX}, *MessageId::from_hex(id)}}));
  ben_.close();
  ben_.reopen();
  connect(ben_);
  world_.advance(2000);
  EXPECT_EQ(conversation(ana_, chat_).unread(), 2u);
  EXPECT_FALSE(message(ana_, forged.id.hex()).outgoing());
}

}  // namespace
}  // namespace kith::core::testing
