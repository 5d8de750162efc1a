// SPDX-License-Identifier: AGPL-3.0-or-later

// Who is in a group, and who wants to be.

#include "cli/commands/commands.h"
#include "cli/group_text.h"
#include "cli/groups.h"
#include "cli/json_line.h"
#include "cli/members.h"
#include "cli/whom.h"

namespace kith::cli {

using client_api::Conversation;
using client_api::Group;
using client_api::ListMembersResponse;
using client_api::Person;
using client_api::Request;

namespace {

Result<ListMembersResponse, ExitCode> list_of(Context context, const Conversation& conversation) {
  Request request;
  request.mutable_list_members()->set_conversation(conversation.id());
  auto response = ask(context, std::move(request));
  if (!response) return Fail(response.error());
  return std::move(*response->mutable_list_members());
}

std::vector<Person> members_in(const ListMembersResponse& list) {
  std::vector<Person> people;
  for (const auto& member : list.members()) people.push_back(member.person());
  return people;
}
std::vector<Person> applicants_in(const ListMembersResponse& list) {
  return {list.applicants().begin(), list.applicants().end()};
}

std::string person_line(const Output& out, const Person& person) {
  std::string line = out.coloured("1", one_line(person.name()));
  const std::string handle = first_handle(person);
  if (!handle.empty() && handle != person.name()) line += "  " + out.coloured("2", one_line(handle));
  return line;
}

void show_members(Context context, const ListMembersResponse& list, bool json) {
  for (const auto& member : list.members()) {
    if (json) {
      JsonLine line = person_json(member.person());
      context.out.line(line.text("role", role_word(member.role())).boolean("you", member.this_account()).str());
      continue;
    }
    std::string line = person_line(context.out, member.person());
    if (member.role() == Group::kAdmin) line += "  [admin]";
    if (member.this_account()) line += "  (you)";
    context.out.line(line);
  }
}

void show_applicants(Context context, const ListMembersResponse& list, bool json) {
  for (const Person& person : list.applicants()) {
    if (json) {
      context.out.line(person_json(person).text("role", "applicant").boolean("you", false).str());
    } else {
      context.out.line(person_line(context.out, person) + "  [asks to be let in]");
    }
  }
}

ExitCode show(Context context, const std::string& group, bool json, bool with_members) {
  const auto conversation = find_group(context, group);
  if (!conversation) return conversation.error();
  const auto list = list_of(context, *conversation);
  if (!list) return list.error();
  if (with_members) show_members(context, *list, json);
  show_applicants(context, *list, json);
  return ExitCode::kOk;
}

// A change that is about members, or with `applicants` about those who ask to be such.
ExitCode change_members(
    Context context, const std::string& group, const std::vector<std::string>& whom, bool applicants,
    const std::function<void(const Conversation&, const std::vector<std::string>&, Request&)>& fill) {
  return change_group(context, group, [&](const Conversation& conversation, Request& request) {
    const auto list = list_of(context, conversation);
    if (!list) return list.error();
    const std::string nobody =
        (applicants ? "nobody who asks to be let in to " : "nobody in ") + title_of(conversation);
    const auto accounts = find_members(context, applicants ? applicants_in(*list) : members_in(*list), whom, nobody);
    if (!accounts) return accounts.error();
    fill(conversation, *accounts, request);
    return ExitCode::kOk;
  });
}

}  // namespace

ExitCode run_group_members(Context context, const std::string& group, bool json) {
  return show(context, group, json, true);
}

ExitCode run_group_requests(Context context, const std::string& group, bool json) {
  return show(context, group, json, false);
}

ExitCode run_group_add(Context context, const std::string& group, const std::vector<std::string>& people) {
  return change_group(context, group, [&](const Conversation& conversation, Request& request) {
    const auto whom = find_people(context, people);
    if (!whom) return whom.error();
    request.mutable_add_members()->set_conversation(conversation.id());
    request.mutable_add_members()->mutable_members()->Assign(whom->begin(), whom->end());
    return ExitCode::kOk;
  });
}

ExitCode run_group_remove(Context context, const std::string& group, const std::vector<std::string>& members) {
  return change_members(
      context, group, members, false, [](const Conversation& conversation, const auto& accounts, Request& request) {
        request.mutable_remove_members()->set_conversation(conversation.id());
        request.mutable_remove_members()->mutable_account_ids()->Assign(accounts.begin(), accounts.end());
      });
}

ExitCode run_group_set_admin(Context context, const std::string& group, const std::string& member, bool admin) {
  return change_members(context, group, {member}, false,
                        [admin](const Conversation& conversation, const auto& accounts, Request& request) {
                          request.mutable_set_member()->set_conversation(conversation.id());
                          request.mutable_set_member()->set_account_id(accounts.front());
                          request.mutable_set_member()->set_admin(admin);
                        });
}

ExitCode run_group_answer(Context context, const std::string& group, const std::vector<std::string>& applicants,
                          bool let_in) {
  return change_members(context, group, applicants, true,
                        [let_in](const Conversation& conversation, const auto& accounts, Request& request) {
                          auto& answer = *request.mutable_answer_applicants();
                          answer.set_conversation(conversation.id());
                          auto& ids = let_in ? *answer.mutable_let_in() : *answer.mutable_turned_away();
                          ids.Assign(accounts.begin(), accounts.end());
                        });
}

}  // namespace kith::cli
