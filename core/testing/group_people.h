// SPDX-License-Identifier: AGPL-3.0-or-later

// Three people who may be in groups, on a server that may lie, and short ways to say what they do.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/store/store.h"
#include "core/testing/linked_devices.h"
#include "core/testing/lying_server.h"
#include "core/testing/world.h"

namespace kith::core::testing {

class GroupPeople : public ::testing::Test {
 protected:
  static constexpr const char* kAna = "+491700000001";
  static constexpr const char* kBen = "+491700000002";
  static constexpr const char* kCleo = "+491700000003";
  using Failure = client_api::Failure;
  using Kind = client_api::GroupEvent;
  using GroupRole = client_api::Group;

  GroupPeople()
      : world_(1, [](Clock& clock, RandomSource& random) { return std::make_unique<LyingServer>(clock, random); }),
        ana_(world_.add("ana")),
        ben_(world_.add("ben")),
        cleo_(world_.add("cleo")) {
    sign_up(ana_, kAna, "Ana");
    sign_up(ben_, kBen, "Ben");
    sign_up(cleo_, kCleo, "Cleo");
    world_.advance(2000);
  }

  LyingServer& server() { return static_cast<LyingServer&>(*world_.server); }
  LoopbackServer::Group& group() { return server().groups.begin()->second; }
  GroupId group_id() { return server().groups.begin()->first; }
  AccountId account_of(const char* handle) { return server().account_of(handle)->id; }

  client_api::Response create(Host& host, const std::string& title, const std::vector<const char*>& members,
                              const std::string& change = "") {
    client_api::Request request;
    request.set_change(change);
    request.mutable_create_group()->set_title(title);
    for (const char* handle : members) request.mutable_create_group()->add_members()->set_handle(handle);
    return host.request(std::move(request));
  }
  // Made by Ana, and with the others as far as they are online. Ana's conversation.
  std::string create(const std::vector<const char*>& members) {
    const client_api::Response response = create(ana_, "Boats", members);
    EXPECT_FALSE(response.has_failure()) << response.failure().code() << " " << response.failure().detail();
    world_.advance(3000);
    return response.create_group().id();
  }
  std::string say(Host& host, const std::string& chat, const std::string& text) {
    std::string id = testing::say(host, chat, text);
    world_.advance(2000);
    return id;
  }
  // A device is made to say so, whatever its core thinks of it.
  void make_say(Host& host, const Target& to, OutboxKind kind, const Bytes& content) {
    {
      Store store(host.database());
      Transaction transaction(host.database());
      OutboxRow item;
      item.message_id = world_.random.id<MessageId>();
      item.target = to;
      item.kind = kind;
      item.content = content;
      EXPECT_NE(store.outbox.add(item), 0);
      ASSERT_TRUE(transaction.commit().has_value());
    }
    host.close();
    host.reopen();
    connect(host);
    world_.advance(5000);
    EXPECT_EQ(Store(host.database()).outbox.count(), 0) << "it has come";
  }
  static void execute(Host& host, const char* sql) { ASSERT_TRUE(host.database().execute(sql).has_value()); }
  static client_api::Response add(Host& host, const std::string& chat, const std::vector<const char*>& members) {
    client_api::Request request;
    request.mutable_add_members()->set_conversation(chat);
    for (const char* handle : members) request.mutable_add_members()->add_members()->set_handle(handle);
    return host.request(std::move(request));
  }
  client_api::Response remove(Host& host, const std::string& chat, const char* member) {
    client_api::Request request;
    request.mutable_remove_members()->set_conversation(chat);
    request.mutable_remove_members()->add_account_ids(account_of(member).hex());
    return host.request(std::move(request));
  }
  static client_api::Response leave(Host& host, const std::string& chat) {
    client_api::Request request;
    request.mutable_leave_group()->set_conversation(chat);
    return host.request(std::move(request));
  }
  client_api::Response set_admin(Host& host, const std::string& chat, const char* member, bool admin) {
    client_api::Request request;
    request.mutable_set_member()->set_conversation(chat);
    request.mutable_set_member()->set_account_id(account_of(member).hex());
    request.mutable_set_member()->set_admin(admin);
    return host.request(std::move(request));
  }
  static client_api::Response set_title(Host& host, const std::string& chat, const std::string& title) {
    client_api::Request request;
    request.mutable_set_group()->set_conversation(chat);
    request.mutable_set_group()->set_title(title);
    return host.request(std::move(request));
  }
  static client_api::Response set_link(Host& host, const std::string& chat, bool approval) {
    client_api::Request request;
    request.mutable_set_group_link()->set_conversation(chat);
    request.mutable_set_group_link()->set_approval(approval);
    return host.request(std::move(request));
  }
  static client_api::Response join(Host& host, const std::string& link) {
    client_api::Request request;
    request.mutable_join_group()->set_link(link);
    return host.request(std::move(request));
  }
  static client_api::Response look(Host& host, const std::string& link) {
    client_api::Request request;
    request.mutable_open_group_link()->set_link(link);
    return host.request(std::move(request));
  }
  client_api::Response answer(Host& host, const std::string& chat, const char* who, bool lets_in) {
    client_api::Request request;
    client_api::AnswerApplicantsRequest& what = *request.mutable_answer_applicants();
    what.set_conversation(chat);
    (lets_in ? what.add_let_in() : what.add_turned_away())->append(account_of(who).hex());
    return host.request(std::move(request));
  }
  static std::vector<client_api::Conversation> groups(Host& host) {
    client_api::Request request;
    request.mutable_list_conversations();
    const client_api::Response response = host.request(std::move(request));
    std::vector<client_api::Conversation> found;
    for (const auto& each : response.list_conversations().conversations()) {
      if (each.has_group()) found.push_back(each);
    }
    return found;
  }
  // The only one that there is.
  static client_api::Conversation group_at(Host& host) {
    const auto found = groups(host);
    EXPECT_EQ(found.size(), 1u);
    return found.size() == 1 ? found.front() : client_api::Conversation();
  }
  // What has happened in it, in order: "kCreated Ana: Ben, Cleo".
  static std::vector<std::string> events(Host& host) {
    std::vector<std::string> found;
    for (const client_api::Message& each : history(host, group_at(host).id())) {
      if (!each.has_group_event()) continue;
      std::string text = Kind::Kind_Name(each.group_event().kind()) + " " + each.sender().name();
      for (int i = 0; i < each.group_event().whom_size(); ++i)
        text += (i == 0 ? ": " : ", ") + each.group_event().whom(i).name();
      if (!each.group_event().title().empty()) text += " \"" + each.group_event().title() + "\"";
      found.push_back(std::move(text));
    }
    return found;
  }
  static std::vector<std::string> members(Host& host) {
    client_api::Request request;
    request.mutable_list_members()->set_conversation(group_at(host).id());
    const client_api::Response response = host.request(std::move(request));
    std::vector<std::string> found;
    for (const auto& each : response.list_members().members())
      found.push_back(each.person().name() + (each.role() == GroupRole::kAdmin ? " (admin)" : ""));
    return found;
  }
  // With ids, so that order and identity are those of each device.
  static std::vector<std::string> event_ids(Host& host) {
    std::vector<std::string> found;
    for (const client_api::Message& each : history(host, group_at(host).id())) {
      if (each.has_group_event()) found.push_back(each.id());
    }
    return found;
  }

  World world_;
  Host& ana_;
  Host& ben_;
  Host& cleo_;
};

}  // namespace kith::core::testing
