// SPDX-License-Identifier: AGPL-3.0-or-later

// Ana and Ben again, and ways to damage Ana's database, to open it after that, and to ask whether all is well.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/store/vfs_file.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {

inline constexpr size_t kPage = kPageBytes;
inline constexpr const char* kMark = "PRAGMA user_version = -2";  // as a program that has met damage marks its file

class DamagedDevice : public TwoPeople {
 protected:
  std::string& file(const std::string& name = "kith.db") { return *ana_.disk().contents(name); }
  bool has_file(const std::string& name) { return ana_.disk().contents(name) != nullptr; }

  // A few hundred messages both ways, some of many pages; contacts, a draft, a setting.
  void fill(int messages = 300) {
    warm_up();
    const std::string bens = bens_chat();
    for (int i = 0; i < messages; ++i) {
      const std::string text =
          "number" + std::to_string(i) + " " + std::string(i % 50 == 0 ? 9000 : static_cast<size_t>(i % 7) * 60, 'x');
      i % 3 == 0 ? say(ben_, bens, text) : say(ana_, chat_, text);
    }
    client_api::Request contacts;
    for (int i = 100; i < 160; ++i) {
      contacts.mutable_import_contacts()->mutable_vcard()->append("BEGIN:VCARD\nVERSION:3.0\nFN:Person " +
                                                                  std::to_string(i) + "\nTEL:+491700000" +
                                                                  std::to_string(i) + "\nEND:VCARD\n");
    }
    EXPECT_FALSE(ana_.request(contacts).has_failure());
    world_.advance(5000);
  }
  void put(const std::string& name, const std::string& bytes) {
    { VfsFile made(ana_.disk().name(), name); }
    file(name) = bytes;
    ana_.disk().sync(name);
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
  // Where a page of this kind is: "internal", "leaf" or "overflow". 0: there is none.
  size_t page_of(const std::string& table, const std::string& kind) {
    auto row = ana_.database().prepare("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ? AND path <> '/'");
    row.bind_text(table);
    row.bind_text(kind);
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
  // As if the damage had been met, wherever it is.
  void open_damaged() {
    ASSERT_EQ(ana_.try_reopen(), std::nullopt);
    execute(ana_, kMark);
    ana_.close();
    open_rebuilt();
  }
  // A running program does, and ends.
  void meet_damage() {
    client_api::Request request;
    request.mutable_list_messages()->set_conversation(chat_);
    request.mutable_list_messages()->set_limit(500);
    const uint32_t id = ana_.post(request);
    world_.run();
    EXPECT_EQ(ana_.response(id)->failure().code(), client_api::Failure::kStorage);
    ASSERT_TRUE(ana_.client().damaged());
    ana_.close();
  }
  int64_t count(const char* sql) { return query(ana_, sql); }
  std::string check(const char* sql) {
    auto row = ana_.database().prepare(sql);
    return row.step() ? row.text(0) : "failed";
  }
  // Why nobody sends again what this device could not read; "": it should be there. A log that loses its end takes the
  // repair of a message with it that its sender knows to have arrived (IDENTITY-5), or with a message that Ana's device
  // has sent the knowledge of it.
  std::string excuse(const Host& host, const std::string& id) {
    if (&host == &ana_) return message(ben_, id).tick() >= client_api::Message::kDelivered ? "confirmed" : "";
    const std::string sealed = "SELECT count(*) FROM sealed_for WHERE message_id = x'" + id + "'";
    return query(ana_, sealed.c_str()) == 0 ? "not known to be sent" : "";
  }
  // Messages without one.
  std::vector<std::string> unexcused(Host& host, const std::string& chat) {
    std::vector<std::string> ids;
    for (const client_api::Message& each : history(host, chat)) {
      if (each.body_case() == client_api::Message::kUndecryptable && excuse(host, each.id()).empty())
        ids.push_back(each.id());
    }
    return ids;
  }
  // Both ways, each once, and what can be sent again stays unreadable for a day at most: an answer may have gone with
  // the log. What was asked for before the damage may come after all this.
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
      std::erase_if(now, [&about](const std::string& text) { return !text.ends_with(" " + about); });
      EXPECT_THAT(now, ::testing::UnorderedElementsAre("to ana " + about, "to ana again " + about, "to ben " + about,
                                                       "to ben again " + about))
          << host->name();
      if (!unexcused(*host, chat).empty()) world_.advance(uint64_t{25} * 3600 * 1000);
      EXPECT_THAT(unexcused(*host, chat), ::testing::IsEmpty()) << host->name() << " " << about;
    }
    EXPECT_EQ(state(ana_).unsent_messages(), 0u);
  }
  void expect_sound() {
    EXPECT_EQ(check("PRAGMA integrity_check"), "ok");
    EXPECT_TRUE(ana_.database()
                    .execute("INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)")
                    .has_value());
  }
  std::vector<std::string> found(const std::string& query) {
    client_api::Request request;
    request.mutable_search()->set_query(query);
    std::vector<std::string> texts;
    const client_api::Response response = ana_.request(request);
    for (const client_api::Message& message : response.search().messages()) texts.push_back(message.text().text());
    return texts;
  }
};

}  // namespace kith::core::testing
