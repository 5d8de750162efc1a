// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups, their members and what happens to them, as words and as JSON.
#pragma once

#include <string>

#include "cli/json_line.h"
#include "client_api/client_api.pb.h"

namespace kith::cli {

using Persons = google::protobuf::RepeatedPtrField<client_api::Person>;

// For people: "Ana added Ben". Whoever has the account `own` is "you".
std::string group_event_text(const client_api::Message& message, const std::string& own);
// For programs: "added".
std::string group_event_word(client_api::GroupEvent::Kind kind);

// "none", "member", "admin".
std::string role_word(client_api::Group::Role role);
// Who may do what only some may: "all" or "admins".
std::string permission_word(bool members_may);

// For people, behind the title: "group:ID, 12 members, you are an admin".
std::string group_line(const client_api::Group& group);
// For programs: group, description, members, role, who may do what, applicants, of a link that there is one,
// and whether all that has come.
void add_group(JsonLine& line, const client_api::Group& group);

// How far the keys are: "handing out keys: 120 of 1023".
std::string keys_text(const client_api::GroupProgress& progress);

// "Ana, Ben and Cleo"; of more than five the first four, and how many others there are. Whoever has the account `own`
// is "you".
std::string names_of(const Persons& people, const std::string& own);

// Its first members: account, name, handle.
JsonLine person_json(const client_api::Person& person);
std::string people_json(const Persons& people);

}  // namespace kith::cli
