// SPDX-License-Identifier: AGPL-3.0-or-later

// Commands of Ana, who is in a group with Ben, whom she calls so, and with two others who are both called Cleo; Dan
// asks to be let in. Changes to it are answered with the group as it is.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "cli/testing/commands_fixture.h"

namespace kith::cli::testing {

inline client_api::Person person(char account, const std::string& name, const std::string& handle) {
  client_api::Person person;
  person.set_account_id(std::string(32, account));
  person.set_name(name);
  if (!handle.empty()) person.add_handles()->set_text(handle);
  return person;
}

class GroupCommands : public Commands {
 protected:
  inline static const std::string kAna = std::string(32, 'a');
  inline static const std::string kBen = std::string(32, 'b');
  inline static const std::string kCleo = std::string(32, 'c');
  inline static const std::string kOtherCleo = std::string(32, 'd');
  inline static const std::string kDan = std::string(32, 'e');
  inline static const std::string kGroup = std::string(32, '1');         // its id
  inline static const std::string kConversation = std::string(32, '2');  // with it
  inline static const std::string kWithBen = std::string(32, '3');       // the conversation

  GroupCommands() {
    client_api::Event registered = connection_event(client_api::State::kOnline);
    registered.mutable_state_changed()->set_account_id(kAna);
    registered.mutable_state_changed()->set_name("Ana");
    client_api::Handle& own = *registered.mutable_state_changed()->add_handles();
    own.set_text("+491700000001");
    own.set_kind(client_api::Handle::kPhone);
    host.publish(registered);
    host.events = {registered};

    auto& group = conversations.emplace_back();
    group.set_id(kConversation);
    group.set_title("Book club");
    group.mutable_group()->set_group_id(kGroup);
    group.mutable_group()->set_members(4);
    group.mutable_group()->set_role(client_api::Group::kAdmin);
    group.mutable_group()->mutable_permissions()->set_send(true);
    group.mutable_group()->mutable_permissions()->set_edit_info(true);
    auto& direct = conversations.emplace_back();
    direct.set_id(kWithBen);
    direct.set_title("Ben");
    *direct.mutable_direct()->mutable_partner() = person('b', "Ben", "+491700000002");
    auto& ben = contacts.emplace_back();
    ben.set_name("Ben");
    ben.set_account_id(kBen);
    ben.mutable_handle()->set_text("+491700000002");

    add_member(person('a', "Ana", "+491700000001"), client_api::Group::kAdmin).set_this_account(true);
    add_member(person('b', "Ben", "+491700000002"), client_api::Group::kMember);
    add_member(person('c', "Cleo", "@cleo"), client_api::Group::kMember);
    add_member(person('d', "Cleo", ""), client_api::Group::kMember);
    *members.add_applicants() = person('e', "Dan", "dan@example.org");
  }

  client_api::ListMembersResponse::Member& add_member(const client_api::Person& who, client_api::Group::Role role) {
    auto& member = *members.add_members();
    *member.mutable_person() = who;
    member.set_role(role);
    return member;
  }

  client_api::Response respond(const client_api::Request& request) override {
    if (failure != client_api::Failure::kUnspecified && request.method_case() != fails) {
      const auto kept = std::exchange(failure, client_api::Failure::kUnspecified);
      client_api::Response response = answer(request);
      failure = kept;
      return response;
    }
    return failure != client_api::Failure::kUnspecified ? Commands::respond(request) : answer(request);
  }

  client_api::Conversation& group() { return conversations.front(); }
  // The last request that is none of the lookups.
  const client_api::Request& asked() { return host.requests.back(); }

  size_t count(client_api::Request::MethodCase method) const {
    return static_cast<size_t>(std::ranges::count(host.requests, method, &client_api::Request::method_case));
  }
  // In the group.
  client_api::Message written_by(const client_api::Person& sender, const std::string& text) {
    client_api::Message message = text_message(std::string(32, '9'), client_api::Message::kNone);
    message.set_conversation(kConversation);
    *message.mutable_sender() = sender;
    message.mutable_text()->set_text(text);
    return message;
  }
  client_api::Message event_of(const client_api::Person& sender, client_api::GroupEvent::Kind kind) {
    client_api::Message message = written_by(sender, "");
    message.mutable_group_event()->set_kind(kind);
    return message;
  }

  client_api::ListMembersResponse members;
  client_api::GroupPreview preview;
  bool lets_in = true;                                                          // whoever joins
  client_api::Request::MethodCase fails = client_api::Request::METHOD_NOT_SET;  // this one alone fails with `failure`

 private:
  client_api::Response answer(const client_api::Request& request) {
    client_api::Response response;
    switch (request.method_case()) {
      case client_api::Request::kOpenConversation:
        for (const auto& one : conversations) {
          if (one.id() == request.open_conversation().conversation()) *response.mutable_open_conversation() = one;
        }
        if (!response.has_open_conversation())
          response.mutable_failure()->set_code(client_api::Failure::kNoSuchConversation);
        return response;
      case client_api::Request::kListMembers: *response.mutable_list_members() = members; return response;
      case client_api::Request::kCreateGroup: *response.mutable_create_group() = group(); return response;
      case client_api::Request::kAddMembers: *response.mutable_add_members() = group(); return response;
      case client_api::Request::kRemoveMembers: *response.mutable_remove_members() = group(); return response;
      case client_api::Request::kLeaveGroup: *response.mutable_leave_group() = group(); return response;
      case client_api::Request::kSetMember: *response.mutable_set_member() = group(); return response;
      case client_api::Request::kSetGroup: *response.mutable_set_group() = group(); return response;
      case client_api::Request::kSetGroupLink: {
        auto& link = *group().mutable_group()->mutable_link();
        link.set_link("https://kith.example/group#made");
        link.set_approval(request.set_group_link().approval());
        link.set_expires_us(request.set_group_link().expires_us());
        *response.mutable_set_group_link() = group();
        return response;
      }
      case client_api::Request::kOpenGroupLink: *response.mutable_open_group_link() = preview; return response;
      case client_api::Request::kJoinGroup:
        response.mutable_join_group();
        if (lets_in) *response.mutable_join_group()->mutable_conversation() = group();
        return response;
      case client_api::Request::kAnswerApplicants: *response.mutable_answer_applicants() = group(); return response;
      case client_api::Request::kListMessages:
        *response.mutable_list_messages()->mutable_messages() = {messages.begin(), messages.end()};
        return response;
      case client_api::Request::kSearch:
        for (const auto& message : messages) {
          *response.mutable_search()->add_messages() = message;
          response.mutable_search()->add_excerpts()->add_pieces()->set_text(message.text().text());
        }
        return response;
      default: return Commands::respond(request);
    }
  }

 protected:
  std::vector<client_api::Message> messages;  // of every conversation
};

}  // namespace kith::cli::testing
