// SPDX-License-Identifier: AGPL-3.0-or-later

// What people do about messages that are there, and what they see of it: in short ways.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/contents.h"
#include "core/store/store.h"
#include "core/testing/group_people.h"
#include "core/testing/loopback_files.h"

namespace kith::core::testing {

inline constexpr uint64_t kMinuteMs = 60'000;
inline constexpr uint64_t kDayMs = 24 * 60 * kMinuteMs;

class CorrectedMessages : public GroupPeople {
 protected:
  using Strings = std::vector<std::string>;
  using Message = client_api::Message;

  client_api::Response edit(Host& host, const std::string& id, const std::string& text) {
    client_api::Request request;
    request.mutable_edit_message()->set_id(id);
    request.mutable_edit_message()->set_text(text);
    client_api::Response response = host.request(std::move(request));
    world_.advance(3000);
    return response;
  }
  void must_edit(Host& host, const std::string& id, const std::string& text) {
    const client_api::Response response = edit(host, id, text);
    ASSERT_FALSE(response.has_failure()) << response.failure().detail();
  }
  client_api::Response erase(Host& host, const Strings& ids, bool for_everyone) {
    client_api::Request request;
    for (const std::string& id : ids) request.mutable_delete_messages()->add_ids(id);
    request.mutable_delete_messages()->set_for_everyone(for_everyone);
    client_api::Response response = host.request(std::move(request));
    world_.advance(3000);
    return response;
  }
  void must_erase(Host& host, const std::string& id, bool for_everyone = true) {
    const client_api::Response response = erase(host, {id}, for_everyone);
    ASSERT_FALSE(response.has_failure()) << response.failure().detail();
  }
  client_api::Response star(Host& host, const std::string& id, bool starred = true) {
    client_api::Request request;
    request.mutable_star_messages()->add_ids(id);
    request.mutable_star_messages()->set_starred(starred);
    client_api::Response response = host.request(std::move(request));
    world_.advance(3000);
    return response;
  }
  static Strings starred(Host& host, const std::string& chat = "") {
    client_api::Request request;
    request.mutable_list_starred()->set_conversation(chat);
    const client_api::Response response = host.request(std::move(request));
    Strings found;
    for (const Message& each : response.list_starred().messages()) found.push_back(shown(each));
    return found;
  }
  // "hello", "hello*" of one that was edited, "-Ana" of one that Ana has deleted, "?" of what can't be read.
  static std::string shown(const Message& message) {
    if (message.has_deleted()) return "-" + message.deleted().by().name();
    if (message.has_undecryptable() || message.has_unsupported()) return "?";
    const std::string& text = message.has_media() ? message.media().caption().text() : message.text().text();
    return text + (message.edited_us() != 0 ? "*" : "");
  }
  static Strings texts(Host& host, const std::string& chat) {
    Strings found;
    for (const Message& each : history(host, chat)) {
      if (!each.has_group_event() && !each.has_identity_changed()) found.push_back(shown(each));
    }
    return found;
  }
  static Strings texts_with(Host& host, const char* handle) { return texts(host, open_chat(host, handle)); }
  static Strings texts_of_group(Host& host) { return texts(host, group_at(host).id()); }
  // The newest first.
  static Strings versions(Host& host, const std::string& id) {
    client_api::Request request;
    request.mutable_list_versions()->set_id(id);
    const client_api::Response response = host.request(std::move(request));
    EXPECT_FALSE(response.has_failure()) << response.failure().detail();
    Strings found;
    for (const auto& each : response.list_versions().versions()) found.push_back(each.text().text());
    return found;
  }
  static client_api::Conversation conversation_of(Host& host, const std::string& id) {
    client_api::Request request;
    request.mutable_open_conversation()->set_conversation(id);
    return host.request(std::move(request)).open_conversation();
  }
  static int found(Host& host, const std::string& words) {
    client_api::Request request;
    request.mutable_search()->set_query(words);
    return host.request(std::move(request)).search().messages_size();
  }
  std::string send_file(Host& host, const std::string& chat, const std::string& caption, client_api::Media::Kind kind,
                        bool view_once = false) {
    client_api::Request request;
    client_api::SendMessageRequest& send = *request.mutable_send_message();
    send.set_conversation(chat);
    send.set_text(caption);
    *send.mutable_attachment()->mutable_file() = seal_file(host.files, Bytes(5000, 'x'), ++files_);
    send.mutable_attachment()->mutable_about()->set_kind(kind);
    send.mutable_attachment()->mutable_about()->set_mime_type("image/jpeg");
    send.mutable_attachment()->mutable_about()->set_view_once(view_once);
    const client_api::Response sent = host.request(std::move(request));
    EXPECT_FALSE(sent.has_failure()) << sent.failure().detail();
    world_.advance(5000);
    return sent.send_message().message().id();
  }
  void forge(Host& host, const Target& to, const CorrectionRow& row) {
    make_say(host, to, OutboxKind::kCorrection, contents::correction(world_.clock.now(), {row}));
  }
  static CorrectionRow edit_of(const std::string& id, const std::string& text, uint64_t at = 1) {
    return {*MessageId::from_hex(id), {}, {at}, {}, text};
  }
  static CorrectionRow deletion_of(const std::string& id) {
    return {*MessageId::from_hex(id), {}, {}, {}, std::nullopt};
  }
  // What the database has anywhere of these words.
  static int64_t kept(Host& host, const std::string& words) {
    int64_t count = 0;
    for (const char* table : {"messages", "corrections"}) {
      auto row = host.database().prepare(std::string_view(table) == "messages"
                                             ? "SELECT count(*) FROM messages WHERE text = ?"
                                             : "SELECT count(*) FROM corrections WHERE text = ?");
      row.bind_text(words);
      if (row.step()) count += row.integer(0);
    }
    return count;
  }

 private:
  uint8_t files_ = 0;
};

}  // namespace kith::core::testing
