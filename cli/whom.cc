// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/whom.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/handle.h"
#include "cli/characters.h"
#include "cli/suggestion.h"

namespace kith::cli {
namespace {

// Whose word a name is. Anybody can call themselves what they like: that must not keep a name from one who was given it
// here. In the order in which they count.
enum class GivenBy { kKith, kUser, kOthers };

struct Name {
  std::string text;
  GivenBy by;
};

struct Person {
  std::vector<Name> names;  // the one to say first
  Whom whom;
};

constexpr const char* kOneself = "";  // of nobody else, and the first

// Everybody by what tells them apart: the account, else the handle, else the conversation.
class People {
 public:
  explicit People(const client_api::State& state) : state_(state) {}

  void add(const client_api::Contact& contact) {
    const std::string& handle = contact.handle().text();
    add(key(contact.account_id(), handle), {contact.name(), GivenBy::kUser}, {"", handle});
  }
  void add(const client_api::Conversation& conversation) {
    if (conversation.has_self()) return add_oneself({conversation.id(), ""});
    const std::string handle = handle_of(conversation);
    add(key(conversation.direct().partner().account_id(), handle.empty() ? conversation.id() : handle),
        {title_of(conversation), GivenBy::kOthers}, {conversation.id(), ""});
  }
  void add_oneself(const Whom& whom) {
    add(kOneself, {kNoteToSelf, GivenBy::kKith}, whom);
    if (!state_.name().empty()) add(kOneself, {state_.name(), GivenBy::kUser}, whom);
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
  void add(const std::string& key, Name name, Whom whom) {
    by_key_.emplace(key, Person{{}, std::move(whom)}).first->second.names.push_back(std::move(name));
  }

  const client_api::State& state_;
  std::map<std::string, Person> by_key_;
};

// Everybody who has a name here, once.
Result<std::vector<Person>, ExitCode> everybody(Context context) {
  People people(context.host.state());
  client_api::Request contacts;
  contacts.mutable_list_contacts();
  const auto known = ask(context, std::move(contacts));
  if (!known) return Fail(known.error());
  client_api::Request conversations;
  conversations.mutable_list_conversations();
  const auto open = ask(context, std::move(conversations));
  if (!open) return Fail(open.error());
  const std::string own_handle = first_handle(context.host.state());
  const bool has_notes = std::ranges::any_of(open->list_conversations().conversations(),
                                             [](const client_api::Conversation& one) { return one.has_self(); });
  // Before there is a conversation of notes; one without a handle finds them by that alone.
  if (!has_notes && !own_handle.empty()) people.add_oneself({"", own_handle});
  for (const auto& conversation : open->list_conversations().conversations()) {
    if (conversation.has_self()) people.add(conversation);
  }
  for (const auto& contact : known->list_contacts().contacts()) people.add(contact);
  for (const auto& conversation : open->list_conversations().conversations()) {
    if (!conversation.has_self()) people.add(conversation);
  }
  return people.take();
}

std::string described(const Person& person) {
  return person.names.front().text + " (" + (person.whom.handle.empty() ? person.whom.id : person.whom.handle) + ")";
}

// Whether it can be no name: what is wrong with it is for the core to say.
bool is_handle(const std::string& text) {
  constexpr std::string_view kBeginnings = "+(@0123456789";
  return text.empty() || kBeginnings.find(text[0]) != std::string_view::npos || Handle::email(text).has_value();
}

}  // namespace

Result<Whom, ExitCode> find_whom(Context context, const std::string& text) {
  if (is_conversation_id(text)) return Whom{text, ""};
  if (is_handle(text)) return Whom{"", text};
  const auto people = everybody(context);
  if (!people) return Fail(people.error());
  const std::string wanted = folded(text);
  std::map<GivenBy, std::vector<Person>> called;
  std::vector<std::string> names;
  std::vector<std::string> names_folded;
  for (const Person& person : *people) {
    std::optional<GivenBy> by;
    for (const Name& name : person.names) {
      names.push_back(name.text);
      if (names_folded.emplace_back(folded(name.text)) == wanted) by = std::min(by.value_or(name.by), name.by);
    }
    if (by) called[*by].push_back(person);
  }
  const std::vector<Person> found = called.empty() ? std::vector<Person>{} : called.begin()->second;
  if (found.size() == 1) return found.front().whom;
  std::string words;
  if (found.empty()) {
    words = "nobody here is called " + text;
    if (const std::string meant = nearest_word(wanted, names_folded); !meant.empty()) {
      const auto place = std::ranges::find(names_folded, meant) - names_folded.begin();
      words += "; did you mean " + names[static_cast<size_t>(place)] + "?";
    }
  } else {
    words = text + " can be ";
    for (size_t i = 0; i < found.size(); ++i) words += (i == 0 ? "" : ", ") + described(found[i]);
    words += ": say it by number, address or id";
  }
  context.out.note(words);
  return Fail(ExitCode::kUsage);
}

}  // namespace kith::cli
