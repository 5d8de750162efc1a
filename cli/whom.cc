// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/whom.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "base/handle.h"
#include "cli/characters.h"
#include "cli/suggestion.h"

namespace kith::cli {
namespace {

struct Person {
  std::vector<std::string> names;  // the one to say first
  Whom whom;
};

// One's own names lead to oneself, who may be a contact, too.
void add_oneself(const client_api::State& state, std::map<std::string, Person>& people) {
  const std::string handle = first_handle(state);
  if (handle.empty()) return;  // then a note is found by the title of its conversation
  Person& self = people.emplace(handle, Person{{}, {"", handle}}).first->second;
  for (const std::string& name : {std::string(kNoteToSelf), state.name()}) {
    if (!name.empty()) self.names.push_back(name);
  }
}

// Everybody who has a name here, once.
Result<std::vector<Person>, ExitCode> everybody(Context context) {
  std::map<std::string, Person> people;  // by handle, or by id where none is known
  client_api::Request contacts;
  contacts.mutable_list_contacts();
  const auto known = ask(context, std::move(contacts));
  if (!known) return Fail(known.error());
  for (const auto& contact : known->list_contacts().contacts())
    people.emplace(contact.handle().text(), Person{{contact.name()}, {"", contact.handle().text()}});
  client_api::Request conversations;
  conversations.mutable_list_conversations();
  const auto open = ask(context, std::move(conversations));
  if (!open) return Fail(open.error());
  for (const auto& conversation : open->list_conversations().conversations()) {
    const std::string handle = conversation.has_self() ? first_handle(context.host.state()) : handle_of(conversation);
    people.emplace(handle.empty() ? conversation.id() : handle,
                   Person{{title_of(conversation)}, {conversation.id(), ""}});
  }
  add_oneself(context.host.state(), people);
  std::vector<Person> all;
  for (auto& [key, person] : people) all.push_back(std::move(person));
  return all;
}

std::string described(const Person& person) {
  return person.names.front() + " (" + (person.whom.handle.empty() ? person.whom.id : person.whom.handle) + ")";
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
  std::vector<Person> found;
  std::vector<std::string> names;
  std::vector<std::string> names_folded;
  for (const Person& person : *people) {
    bool is_called_so = false;
    for (const std::string& name : person.names) {
      names.push_back(name);
      is_called_so |= names_folded.emplace_back(folded(name)) == wanted;
    }
    if (is_called_so) found.push_back(person);
  }
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
