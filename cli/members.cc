// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/members.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/handle.h"
#include "cli/names.h"
#include "cli/whom.h"

namespace kith::cli {
namespace {

using client_api::Person;
using client_api::Request;

Result<client_api::ListContactsResponse, ExitCode> all_contacts(Context context) {
  Request request;
  request.mutable_list_contacts();
  auto response = ask(context, std::move(request));
  if (!response) return Fail(response.error());
  return std::move(*response->mutable_list_contacts());
}

// What tells somebody from others of the name.
std::string known_by(const Person& person) {
  const std::string handle = first_handle(person);
  return handle.empty() ? person.account_id() : handle;
}

class Finder {
 public:
  Finder(Context context, const std::vector<Person>& among, client_api::ListContactsResponse contacts,
         const std::string& nobody)
      : context_(context), among_(among), contacts_(std::move(contacts)), nobody_(nobody) {}

  // The account.
  Result<std::string, ExitCode> find(const std::string& whom) const {
    if (is_conversation_id(whom)) return by_id(whom);
    if (is_like_handle(whom)) return by_handle(whom);
    std::unordered_set<std::string> given;  // to whom the user gave their name
    for (const auto& contact : contacts_.contacts()) given.insert(contact.account_id());
    std::vector<Named> named;
    for (const Person& person : among_) {
      const GivenBy by = given.contains(person.account_id()) ? GivenBy::kUser : GivenBy::kOthers;
      named.push_back({{{person.name(), by}}, known_by(person)});
    }
    const auto found = find_named(context_, named, whom, nobody_);
    if (!found) return Fail(found.error());
    return among_[*found].account_id();
  }

 private:
  [[nodiscard]] bool has(const std::string& account) const {
    return std::ranges::any_of(among_, [&](const Person& person) { return person.account_id() == account; });
  }
  [[nodiscard]] Result<std::string, ExitCode> none(const std::string& whom) const {
    context_.out.note(nobody_ + " is " + whom);
    return Fail(ExitCode::kFailed);
  }

  [[nodiscard]] Result<std::string, ExitCode> by_id(const std::string& id) const {
    if (has(id)) return id;
    const auto conversation = conversation_with(context_, id);
    if (!conversation) return Fail(conversation.error());
    const std::string& account = conversation->direct().partner().account_id();
    return has(account) ? account : none(id);
  }

  [[nodiscard]] Result<std::string, ExitCode> by_handle(const std::string& written) const {
    const auto handle = Handle::parse(written, own_phone(context_.host.state()));
    if (!handle) {
      client_api::Failure failure;
      failure.set_code(client_api::Failure::kInvalidHandle);
      return Fail(say_failure(context_, failure));
    }
    const auto is_it = [&](const client_api::Handle& its) { return its.text() == handle->text(); };
    for (const Person& person : among_) {
      if (std::ranges::any_of(person.handles(), is_it)) return person.account_id();
    }
    for (const auto& contact : contacts_.contacts()) {
      if (is_it(contact.handle()) && has(contact.account_id())) return contact.account_id();
    }
    return none(written);
  }

  Context context_;
  const std::vector<Person>& among_;
  client_api::ListContactsResponse contacts_;
  std::string nobody_;
};

Result<client_api::Whom, ExitCode> find_person(Context context, const std::string& text) {
  const auto found = find_whom(context, text);
  if (!found) return Fail(found.error());
  client_api::Whom whom;
  whom.set_handle(found->handle);
  if (found->id.empty()) return whom;
  const auto conversation = conversation_with(context, found->id);
  if (!conversation) return Fail(conversation.error());
  whom.set_account_id(conversation->direct().partner().account_id());
  if (!whom.account_id().empty()) return whom;
  context.out.note(text + " is nobody who can be added: " +
                   (conversation->has_group() ? "it is a group" : "you are a member of your groups yourself"));
  return Fail(ExitCode::kUsage);
}

}  // namespace

Result<std::vector<std::string>, ExitCode> find_members(Context context, const std::vector<Person>& among,
                                                        const std::vector<std::string>& whom,
                                                        const std::string& nobody) {
  auto contacts = all_contacts(context);
  if (!contacts) return Fail(contacts.error());
  const Finder finder(context, among, std::move(*contacts), nobody);
  std::vector<std::string> accounts;
  for (const std::string& one : whom) {
    const auto account = finder.find(one);
    if (!account) return Fail(account.error());
    if (std::ranges::find(accounts, *account) == accounts.end()) accounts.push_back(*account);
  }
  return accounts;
}

Result<std::vector<client_api::Whom>, ExitCode> find_people(Context context, const std::vector<std::string>& whom) {
  std::vector<client_api::Whom> people;
  for (const std::string& one : whom) {
    auto person = find_person(context, one);
    if (!person) return Fail(person.error());
    people.push_back(std::move(*person));
  }
  return people;
}

std::vector<std::string> names_of_accounts(Context context, const std::vector<std::string>& accounts) {
  std::unordered_map<std::string, std::string> known;
  if (const auto contacts = all_contacts(context)) {
    for (const auto& contact : contacts->contacts()) known[contact.account_id()] = contact.name();
  }
  std::vector<std::string> names;
  for (const std::string& account : accounts) {
    if (const auto contact = known.find(account); contact != known.end()) {
      names.push_back(contact->second);
      continue;
    }
    Request request;
    request.mutable_get_profile()->set_account_id(account);
    const auto response = context.host.call(std::move(request));  // a failure only leaves the name out
    const bool has_name = response && !response->get_profile().name().empty();
    names.push_back(has_name ? response->get_profile().name() : account);
  }
  return names;
}

}  // namespace kith::cli
