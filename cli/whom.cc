// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/whom.h"

#include <map>
#include <vector>

#include "cli/characters.h"
#include "cli/suggestion.h"

namespace kith::cli {
namespace {

struct Person {
  std::string name;
  Whom whom;
};

// Everybody who has a name here, once.
Result<std::vector<Person>, ExitCode> everybody(Context context) {
  std::map<std::string, Person> people;  // by number, or by id where that is not known
  client_api::Request contacts;
  contacts.mutable_list_contacts();
  const auto known = ask(context, std::move(contacts));
  if (!known) return Fail(known.error());
  for (const auto& contact : known->list_contacts().contacts())
    people.emplace(contact.phone(), Person{contact.name(), {"", contact.phone()}});
  client_api::Request conversations;
  conversations.mutable_list_conversations();
  const auto open = ask(context, std::move(conversations));
  if (!open) return Fail(open.error());
  for (const auto& conversation : open->list_conversations().conversations()) {
    const std::string phone = phone_of(conversation);
    people.emplace(phone.empty() ? conversation.id() : phone, Person{title_of(conversation), {conversation.id(), ""}});
  }
  std::vector<Person> all;
  for (auto& [key, person] : people) all.push_back(std::move(person));
  return all;
}

std::string described(const Person& person) {
  return person.name + " (" + (person.whom.phone.empty() ? person.whom.id : person.whom.phone) + ")";
}

}  // namespace

Result<Whom, ExitCode> find_whom(Context context, const std::string& text) {
  if (is_conversation_id(text)) return Whom{text, ""};
  const bool is_number = text.empty() || text[0] == '+' || text[0] == '(' || (text[0] >= '0' && text[0] <= '9');
  if (is_number) return Whom{"", text};
  const auto people = everybody(context);
  if (!people) return Fail(people.error());
  const std::string wanted = folded(text);
  std::vector<Person> found;
  std::vector<std::string> names;
  for (const Person& person : *people) {
    if (folded(person.name) == wanted) found.push_back(person);
    names.push_back(person.name);
  }
  if (found.size() == 1) return found.front().whom;
  std::string words;
  if (found.empty()) {
    words = "nobody here is called " + text;
    if (const std::string meant = nearest_word(text, names); !meant.empty()) words += "; did you mean " + meant + "?";
  } else {
    words = text + " can be ";
    for (size_t i = 0; i < found.size(); ++i) words += (i == 0 ? "" : ", ") + described(found[i]);
    words += ": say it by number or id";
  }
  context.out.note(words);
  return Fail(ExitCode::kUsage);
}

}  // namespace kith::cli
