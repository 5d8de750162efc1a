// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/whom.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/handle.h"
#include "cli/names.h"

namespace kith::cli {
namespace {

struct Person {
  Named named;
  Whom whom;
};

constexpr std::string_view kGroupPrefix = "group:";
constexpr const char* kOneself = "";  // of nobody else, and the first

// Everybody by what tells them apart: the account, else the handle, else the conversation.
class People {
 public:
  explicit People(const client_api::State& state) : state_(state) {}

  void add(const client_api::Contact& contact) {
    const std::string& handle = contact.handle().text();
    add(key(contact.account_id(), handle), {contact.name(), GivenBy::kUser}, {"", handle}, handle);
  }
  void add(const client_api::Conversation& conversation) {
    if (conversation.has_self()) return add_oneself({conversation.id(), ""});
    const std::string known_by = conversation.has_group() ? group_name(conversation.group()) : conversation.id();
    const std::string handle = handle_of(conversation);
    add(key(conversation.direct().partner().account_id(), handle.empty() ? conversation.id() : handle),
        {title_of(conversation), GivenBy::kOthers}, {conversation.id(), ""}, known_by);
  }
  void add_oneself(const Whom& whom) {
    const std::string& known_by = whom.handle.empty() ? whom.id : whom.handle;
    add(kOneself, {kNoteToSelf, GivenBy::kKith}, whom, known_by);
    if (!state_.name().empty()) add(kOneself, {state_.name(), GivenBy::kUser}, whom, known_by);
  }
  std::vector<Person> take() {
    std::vector<Person> all;
    for (auto& [key, person] : by_key_) all.push_back(std::move(person));
    return all;
  }

 private:
  [[nodiscard]] std::string key(const std::string& account, const std::string& handle) const {
    const auto is_it = [&](const client_api::Handle& own) { return own.text() == handle; };
    if ((!account.empty() && account == state_.account_id()) || std::ranges::any_of(state_.handles(), is_it))
      return kOneself;
    return account.empty() ? handle : account;
  }
  void add(const std::string& key, Name name, Whom whom, const std::string& known_by) {
    Person& person = by_key_.emplace(key, Person{{{}, known_by}, std::move(whom)}).first->second;
    person.named.names.push_back(std::move(name));
  }

  const client_api::State& state_;
  std::map<std::string, Person> by_key_;
};

Result<client_api::ListConversationsResponse, ExitCode> all_conversations(Context context) {
  client_api::Request request;
  request.mutable_list_conversations();
  auto response = ask(context, std::move(request));
  if (!response) return Fail(response.error());
  return std::move(*response->mutable_list_conversations());
}

// Everybody who has a name here, once.
Result<std::vector<Person>, ExitCode> everybody(Context context) {
  People people(context.host.state());
  client_api::Request contacts;
  contacts.mutable_list_contacts();
  const auto known = ask(context, std::move(contacts));
  if (!known) return Fail(known.error());
  const auto open = all_conversations(context);
  if (!open) return Fail(open.error());
  const std::string own_handle = first_handle(context.host.state());
  const bool has_notes =
      std::ranges::any_of(open->conversations(), [](const client_api::Conversation& one) { return one.has_self(); });
  // Before there is a conversation of notes; one without a handle finds them by that alone.
  if (!has_notes && !own_handle.empty()) people.add_oneself({"", own_handle});
  for (const auto& conversation : open->conversations()) {
    if (conversation.has_self()) people.add(conversation);
  }
  for (const auto& contact : known->list_contacts().contacts()) people.add(contact);
  for (const auto& conversation : open->conversations()) {
    if (!conversation.has_self()) people.add(conversation);
  }
  return people.take();
}

// "" when the text does not name a group by its id.
std::string named_group(const std::string& text) {
  const std::string id = text.starts_with(kGroupPrefix) ? text.substr(kGroupPrefix.size()) : "";
  return is_conversation_id(id) ? id : "";
}

// By the group's id, or the conversation's.
Result<client_api::Conversation, ExitCode> group_with_id(Context context, const std::string& id, bool or_conversation) {
  const auto open = all_conversations(context);
  if (!open) return Fail(open.error());
  for (const auto& conversation : open->conversations()) {
    const bool is_its_conversation = or_conversation && conversation.id() == id;
    if (conversation.has_group() && (conversation.group().group_id() == id || is_its_conversation)) return conversation;
    if (!is_its_conversation) continue;
    context.out.note(id + " is the conversation with " + title_of(conversation) + ", and no group");
    return Fail(ExitCode::kUsage);
  }
  context.out.note("there is no group " + id + " here: kith group list has them");
  return Fail(ExitCode::kFailed);
}

}  // namespace

std::string group_name(const client_api::Group& group) { return std::string(kGroupPrefix) + group.group_id(); }

bool is_like_handle(const std::string& text) {
  constexpr std::string_view kBeginnings = "+(@0123456789";
  return text.empty() || kBeginnings.find(text[0]) != std::string_view::npos || Handle::email(text).has_value();
}

Result<Whom, ExitCode> find_whom(Context context, const std::string& text) {
  if (is_conversation_id(text)) return Whom{text, ""};
  if (const std::string group = named_group(text); !group.empty()) {
    const auto found = group_with_id(context, group, false);
    if (!found) return Fail(found.error());
    return Whom{found->id(), ""};
  }
  // What is wrong with it is for the core to say.
  if (is_like_handle(text)) return Whom{"", text};
  const auto people = everybody(context);
  if (!people) return Fail(people.error());
  std::vector<Named> named;
  for (const Person& person : *people) named.push_back(person.named);
  const auto found = find_named(context, named, text, "nobody here");
  if (!found) return Fail(found.error());
  return (*people)[*found].whom;
}

Result<client_api::Conversation, ExitCode> find_group(Context context, const std::string& text) {
  if (const std::string group = named_group(text); !group.empty()) return group_with_id(context, group, false);
  if (is_conversation_id(text)) return group_with_id(context, text, true);
  const auto open = all_conversations(context);
  if (!open) return Fail(open.error());
  std::vector<client_api::Conversation> groups;
  std::vector<Named> named;
  for (const auto& conversation : open->conversations()) {
    if (!conversation.has_group()) continue;
    groups.push_back(conversation);
    named.push_back({{{title_of(conversation), GivenBy::kOthers}}, group_name(conversation.group())});
  }
  const auto found = find_named(context, named, text, "no group here");
  if (!found) return Fail(found.error());
  return groups[*found];
}

}  // namespace kith::cli
