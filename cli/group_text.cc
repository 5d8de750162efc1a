// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/group_text.h"

#include <vector>

#include "cli/context.h"
#include "cli/whom.h"

namespace kith::cli {

using client_api::Group;
using client_api::GroupEvent;
using client_api::Message;
using client_api::Person;

namespace {

constexpr int kNamesMax = 5;

std::string name_of(const Person& person, const std::string& own) {
  return !own.empty() && person.account_id() == own ? "you" : person.name();
}

bool is_about_sender(const Message& message) {
  const Persons& whom = message.group_event().whom();
  return whom.size() == 1 && whom[0].account_id() == message.sender().account_id();
}

}  // namespace

std::string group_event_text(const Message& message, const std::string& own) {
  const GroupEvent& event = message.group_event();
  const std::string who = message.outgoing() ? "you" : name_of(message.sender(), own);
  const std::string whom = names_of(event.whom(), own);
  switch (event.kind()) {
    case GroupEvent::kCreated:
      return who + " made the group " + event.title() + (event.whom().empty() ? "" : " with " + whom);
    case GroupEvent::kAdded: return who + " added " + whom;
    case GroupEvent::kRemoved: return who + " removed " + whom;
    case GroupEvent::kLeft: return who + " left the group";
    case GroupEvent::kPromoted: return who + " made " + whom + (event.whom_size() > 1 ? " admins" : " an admin");
    case GroupEvent::kDemoted:
      return is_about_sender(message) ? who + " ceased to be an admin"
                                      : who + " took the rights of an admin from " + whom;
    case GroupEvent::kTitle: return who + " called the group " + event.title();
    case GroupEvent::kDescription: return who + " changed the description";
    case GroupEvent::kPermissions: return who + " changed what members may do";
    case GroupEvent::kLink: return who + " made a link to the group";
    case GroupEvent::kLinkEnded: return who + " ended the link to the group";
    case GroupEvent::kJoined: return who + " came in by the link";
    case GroupEvent::kAsked: return who + " asked to be let in";
    case GroupEvent::kLetIn: return who + " let in " + whom;
    case GroupEvent::kTurnedAway: return who + " turned away " + whom;
    case GroupEvent::kPhoto: return who + " changed the photo of the group";
    default: return who + " changed the group in a way that needs a newer version of Kith to be told";
  }
}

std::string group_event_word(GroupEvent::Kind kind) {
  switch (kind) {
    case GroupEvent::kCreated: return "created";
    case GroupEvent::kAdded: return "added";
    case GroupEvent::kRemoved: return "removed";
    case GroupEvent::kLeft: return "left";
    case GroupEvent::kPromoted: return "promoted";
    case GroupEvent::kDemoted: return "demoted";
    case GroupEvent::kTitle: return "title";
    case GroupEvent::kDescription: return "description";
    case GroupEvent::kPermissions: return "permissions";
    case GroupEvent::kLink: return "link";
    case GroupEvent::kLinkEnded: return "link_ended";
    case GroupEvent::kJoined: return "joined";
    case GroupEvent::kAsked: return "asked";
    case GroupEvent::kLetIn: return "let_in";
    case GroupEvent::kTurnedAway: return "turned_away";
    case GroupEvent::kPhoto: return "photo";
    default: return "other";
  }
}

std::string role_word(Group::Role role) {
  switch (role) {
    case Group::kMember: return "member";
    case Group::kAdmin: return "admin";
    default: return "none";
  }
}

std::string permission_word(bool members_may) { return members_may ? "all" : "admins"; }

std::string group_line(const Group& group) {
  if (group.incomplete()) return group_name(group) + ", its members have not come yet";
  std::string line =
      group_name(group) + ", " + std::to_string(group.members()) + (group.members() == 1 ? " member" : " members");
  if (group.role() == Group::kAdmin) line += ", you are an admin";
  if (group.role() == Group::kNone) line += ", you are no member any more";
  if (group.applicants() > 0) line += ", " + std::to_string(group.applicants()) + " to be let in";
  return line;
}

void add_group(JsonLine& line, const Group& group) {
  line.text("group", group.group_id())
      .text("description", group.description())
      .number("members", group.members())
      .text("role", role_word(group.role()))
      .text("send", permission_word(group.permissions().send()))
      .text("edit", permission_word(group.permissions().edit_info()))
      .text("add", permission_word(group.permissions().add_members()))
      .number("applicants", group.applicants())
      .boolean("has_link", group.has_link())
      .boolean("photo", !group.photo().empty())
      .boolean("incomplete", group.incomplete());
}

std::string keys_text(const client_api::GroupProgress& progress) {
  return "handing out keys: " + std::to_string(progress.done()) + " of " + std::to_string(progress.total());
}

std::string names_of(const Persons& people, const std::string& own) {
  const int said = people.size() > kNamesMax ? kNamesMax - 1 : people.size();
  std::string names;
  for (int i = 0; i < said; ++i) {
    const bool is_last = i > 0 && i + 1 == people.size();
    names += (i == 0 ? "" : is_last ? " and " : ", ") + name_of(people[i], own);
  }
  if (said < people.size()) names += " and " + std::to_string(people.size() - said) + " others";
  return names;
}

JsonLine person_json(const Person& person) {
  return JsonLine()
      .text("account", person.account_id())
      .text("name", person.name())
      .text("handle", first_handle(person));
}

std::string people_json(const Persons& people) {
  std::vector<std::string> all;
  for (const Person& person : people) all.push_back(person_json(person).str());
  return json_array(all);
}

}  // namespace kith::cli
