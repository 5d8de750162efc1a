// Damaged databases of real clients: rebuilt, or refused; and then two people talk as before.
#include "core/store/rebuild.h"

#include <algorithm>

#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;
using client_api::Message;
using client_api::State;

constexpr size_t kPage = kPageBytes;

class RebuildTest : public TwoPeople {
 protected:
  std::string& file(const std::string& name = "kith.db") { return *ana_.disk().contents(name); }
  bool has_file(const std::string& name) { return ana_.disk().contents(name) != nullptr; }

  // A few hundred messages both ways, some of many pages; contacts, a draft, a setting.
  void fill(int messages = 300) {
    warm_up();
    const std::string bens = bens_chat();
    for (int i = 0; i < messages; ++i) {
      const std::string text = "number" + std::to_string(i) + " " + std::string(i % 50 == 0 ? 9000 : static_cast<size_t>(i % 7) * 60, 'x');
      i % 3 == 0 ? say(ben_, bens, text) : say(ana_, chat_, text);
    }
    client_api::Request contacts;
    for (int i = 100; i < 160; ++i) {
      contacts.mutable_import_contacts()->mutable_vcard()->append("BEGIN:VCARD\nVERSION:3.0\nFN:Person " + std::to_string(i) + "\nTEL:+491700000" +
                                                                  std::to_string(i) + "\nEND:VCARD\n");
    }
    EXPECT_FALSE(ana_.request(contacts).has_failure());
    world_.advance(5000);
  }
  void damage(size_t at, size_t size, uint64_t seed = 1) {
    crypto::SeededRandom random(seed);
    const Bytes noise = random.bytes(size);
    std::copy(noise.begin(), noise.end(), file().begin() + static_cast<std::ptrdiff_t>(at));
    ana_.disk().sync("kith.db");
  }
  // The page on which the table or index begins.
  size_t root_of(const std::string& name) {
    auto row = ana_.database().prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?");
    row.bind_text(name);
    return row.step() ? static_cast<size_t>(row.integer(0) - 1) * kPage : 0;
  }
  void damage_table(const std::string& name) {
    const size_t at = root_of(name);
    ASSERT_GT(at, 0u);
    ana_.close();
    damage(at, kPage);
  }
  void open_rebuilt() {
    ASSERT_EQ(ana_.try_reopen(), std::nullopt);
    ASSERT_TRUE(state(ana_).has_rebuilt());
  }
  int64_t count(const char* sql) {
    auto row = ana_.database().prepare(sql);
    return row.step() ? row.integer(0) : -1;
  }
  std::string check(const char* sql) {
    auto row = ana_.database().prepare(sql);
    return row.step() ? row.text(0) : "failed";
  }
  // Both ways, in order, each once, and nothing stays unreadable.
  void expect_that_they_talk(const std::string& about) {
    client_api::Request request;
    request.mutable_connect();
    ana_.post(request);
    world_.advance(1000);
    const std::string bens = bens_chat();
    say(ben_, bens, "to ana " + about);
    say(ana_, chat_, "to ben " + about);
    world_.advance(90'000);
    say(ben_, bens, "to ana again " + about);
    say(ana_, chat_, "to ben again " + about);
    world_.advance(5000);
    for (Host* host : {&ana_, &ben_}) {
      const std::string& chat = host == &ana_ ? chat_ : bens;
      std::vector<std::string> now = texts(*host, chat);
      ASSERT_GE(now.size(), 4u) << host->name() << " " << about;
      now.erase(now.begin(), now.end() - 4);
      std::sort(now.begin(), now.end());
      EXPECT_THAT(now, ::testing::ElementsAre("to ana " + about, "to ana again " + about, "to ben " + about, "to ben again " + about)) << host->name();
      for (const Message& each : history(*host, chat)) EXPECT_NE(each.kind(), Message::kUndecryptable) << host->name() << " " << about;
    }
    EXPECT_EQ(state(ana_).unsent_messages(), 0u);
  }
  void expect_sound() {
    EXPECT_EQ(check("PRAGMA integrity_check"), "ok");
    EXPECT_TRUE(ana_.database().execute("INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)").has_value());
  }
  std::vector<std::string> found(const std::string& query) {
    client_api::Request request;
    request.mutable_search()->set_query(query);
    std::vector<std::string> texts;
    const client_api::Response response = ana_.request(request);
    for (const Message& message : response.search().messages()) texts.push_back(message.text());
    return texts;
  }
};

TEST_F(RebuildTest, ADeviceGoesOnWithWhatCanBeRead) {
  fill();
  const State before = state(ana_);
  const std::vector<std::string> all = texts(ana_, chat_);
  damage_table("messages_order");
  ASSERT_EQ(ana_.try_reopen(), std::nullopt);
  (void)texts(ana_, chat_);
  ASSERT_TRUE(ana_.client().damaged()) << "met while running";
  ana_.close();
  open_rebuilt();
  const State after = state(ana_);
  EXPECT_EQ(after.account_id(), before.account_id());
  EXPECT_EQ(after.device_id(), before.device_id());
  EXPECT_EQ(after.rebuilt().messages_kept(), all.size()) << "an index is no loss";
  EXPECT_EQ(after.rebuilt().messages_missing(), 0u);
  EXPECT_EQ(after.rebuilt().keys_lost(), 0u);
  EXPECT_EQ(texts(ana_, chat_), all);
  EXPECT_EQ(found("number170").size(), 1u);
  EXPECT_TRUE(has_file("kith.db.damaged"));
  EXPECT_FALSE(has_file("kith.db.rebuilt"));
  expect_sound();
  expect_that_they_talk("after");
  ana_.close();
  ana_.reopen();
  EXPECT_FALSE(state(ana_).has_rebuilt()) << "told once";
}

TEST_F(RebuildTest, MessagesAroundADamagedPageAreKept) {
  fill();
  const std::vector<std::string> all = texts(ana_, chat_);
  // A leaf in the middle of the table: the page of a message that has no pages of its own.
  const size_t page = [&] {
    auto row = ana_.database().prepare("SELECT pageno FROM dbstat WHERE name = 'messages' AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 6");
    EXPECT_TRUE(row.step());
    return static_cast<size_t>(row.integer(0) - 1) * kPage;
  }();
  ana_.close();
  damage(page, kPage);
  ASSERT_EQ(ana_.try_reopen(), std::nullopt);
  (void)texts(ana_, chat_);
  ana_.close();
  open_rebuilt();
  const std::vector<std::string> kept = texts(ana_, chat_);
  EXPECT_LT(kept.size(), all.size());
  EXPECT_GT(kept.size(), all.size() - 60) << "a page has no more than that";
  EXPECT_EQ(state(ana_).rebuilt().messages_kept(), kept.size());
  EXPECT_EQ(state(ana_).rebuilt().messages_missing(), all.size() - kept.size());
  EXPECT_EQ(kept.front(), all.front());
  EXPECT_EQ(kept.back(), all.back());
  expect_sound();
  expect_that_they_talk("after");
}

TEST_F(RebuildTest, TheFirstPageIsMended) {
  fill(60);
  const std::vector<std::string> all = texts(ana_, chat_);
  for (const size_t size : {size_t{16}, size_t{100}, kPage}) {
    ana_.close();
    damage(0, size);
    open_rebuilt();
    EXPECT_EQ(texts(ana_, chat_), all) << size;
    EXPECT_EQ(state(ana_).rebuilt().messages_missing(), 0u);
    expect_sound();
  }
  expect_that_they_talk("after");
}

TEST_F(RebuildTest, WithoutItsRegistrationItIsRefusedAndStaysAsItWas) {
  fill(30);
  const size_t at = root_of("registration");
  ana_.close();
  damage(at, kPage);
  damage(0, 100);
  const std::string before = file();
  EXPECT_EQ(ana_.try_reopen(), OpenError::kCorrupt);
  EXPECT_EQ(file(), before);
  EXPECT_FALSE(has_file("kith.db.rebuilt"));
  EXPECT_EQ(ana_.try_reopen(), OpenError::kCorrupt) << "and again";
}

TEST_F(RebuildTest, SessionsAreDroppedAndWhatWasEncryptedWithThem) {
  fill(30);
  ana_.set_silent(true);
  const std::string sealed = say(ana_, chat_, "was encrypted");
  EXPECT_EQ(count("SELECT count(*) FROM outbox_envelopes"), 1);
  ana_.set_silent(false);
  damage_table("messages_order");
  ana_.try_reopen();
  (void)texts(ana_, chat_);
  ana_.close();
  open_rebuilt();
  EXPECT_EQ(count("SELECT count(*) FROM sessions"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM outbox_envelopes"), 0);
  EXPECT_GT(count("SELECT count(*) FROM prekeys"), 0);
  expect_that_they_talk("after");
  EXPECT_EQ(message(ana_, sealed).tick(), Message::kDelivered);
  const std::vector<std::string> bens = texts(ben_, bens_chat());
  EXPECT_EQ(std::count(bens.begin(), bens.end(), "was encrypted"), 1);
}

}  // namespace
}  // namespace kith::core::testing
