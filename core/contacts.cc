// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/contacts.h"

#include <set>

#include "base/bytes.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "core/person_view.h"
#include "core/vcard.h"

namespace kith::core {
namespace {

// What a card says that a person is found by; absent: it is not understood.
std::vector<std::optional<Handle>> handles_of(const Card& card, const Handle& own) {
  std::vector<std::optional<Handle>> handles;
  for (const std::string& phone : card.phones) handles.push_back(Handle::phone(phone, own.as_phone()));
  for (const std::string& email : card.emails) handles.push_back(Handle::email(email));
  return handles;
}

}  // namespace

client_api::Contact Contacts::build(const ContactRow& contact) {
  client_api::Contact built;
  *built.mutable_handle() = shown(contact.handle);
  built.set_name(contact.name);
  if (!contact.account.is_none()) {
    built.set_account_id(contact.account.hex());
    built.set_blocked(store_.contacts.blocked(contact.account));
    built.set_verified(store_.device_lists.verified(contact.account));
  }
  return built;
}

client_api::ListContactsResponse Contacts::list() {
  client_api::ListContactsResponse response;
  for (const ContactRow& contact : store_.contacts.list()) *response.add_contacts() = build(contact);
  return response;
}

Result<ContactRow, Refusal> Contacts::set(const client_api::SetContactRequest& request) {
  const auto handle = Handle::parse(request.handle(), store_.account.handle().as_phone());
  if (!handle) return Refuse(client_api::Failure::kInvalidHandle, about_handle(handle.error()));
  if (request.remove()) {
    store_.contacts.remove(*handle);
    return ContactRow{*handle, "", {}, {}, false};
  }
  const std::string name = one_line(request.name());
  if (!is_utf8(request.name()) || utf8_length(name) > kContactNameCharactersMax)
    return Refuse(client_api::Failure::kInvalidArgument, "name: must have 1 to 100 characters");
  if (!has_visible(name)) return Refuse(client_api::Failure::kBlank, "name: has nothing to see");
  if (!store_.contacts.find(*handle) && store_.contacts.count() >= kContactsMax)
    return Refuse(client_api::Failure::kTooManyContacts, "handle: there are 50,000 contacts already");
  store_.contacts.set(*handle, name);
  take_account(*handle);
  return store_.contacts.find(*handle).value_or(ContactRow{*handle, name, {}, {}, true});
}

Result<Contacts::Imported, Refusal> Contacts::import(const client_api::ImportContactsRequest& request) {
  const auto cards = parse_vcards(request.vcard());
  if (!cards) {
    if (cards.error() == VcardError::kNoCard) return Refuse(client_api::Failure::kInvalidArgument, "vcard: no card");
    return Refuse(client_api::Failure::kTooLarge,
                  cards.error() == VcardError::kTooLarge ? "vcard: over 8 MiB" : "vcard: over 10,000 cards");
  }
  const Handle own = store_.account.handle();
  Imported imported;
  std::set<Handle> seen;
  int64_t count = store_.contacts.count();
  for (const Card& card : *cards) {
    if (card.name.empty() || (card.phones.empty() && card.emails.empty())) {
      ++imported.skipped;
      continue;
    }
    for (const auto& handle : handles_of(card, own)) {
      if (!handle) {
        ++imported.skipped;
        continue;
      }
      if (*handle == own || !seen.insert(*handle).second) continue;
      if (count >= kContactsMax && !store_.contacts.find(*handle))
        return Refuse(client_api::Failure::kTooLarge, "vcard: over 50,000 contacts");
      if (store_.contacts.import(*handle, one_line(first_characters(card.name, kContactNameCharactersMax)))) {
        ++count;
        take_account(*handle);
      }
      ++imported.imported;
      imported.handles.push_back(*handle);
    }
  }
  return imported;
}

bool Contacts::apply(const Handle& handle, const std::optional<std::string>& name, bool by_hand) {
  const auto known = store_.contacts.find(handle);
  if (!name) return store_.contacts.remove(handle);
  if (!is_utf8(*name) || (!known && store_.contacts.count() >= kContactsMax)) return false;
  const std::string line = one_line(first_characters(*name, kContactNameCharactersMax));
  if (!has_visible(line) || (known && known->name == line && known->by_hand == by_hand)) return false;
  store_.contacts.put(handle, line, by_hand);
  if (!known) take_account(handle);
  return true;
}

void Contacts::take_account(const Handle& handle) {
  if (const auto account = store_.handles.known_account_of(handle)) store_.contacts.set_account(handle, *account, {});
}

Contacts::Counts Contacts::count(const std::vector<Handle>& handles) {
  Counts counts;
  for (const Handle& handle : handles) {
    const auto contact = store_.contacts.find(handle);
    if (!contact) continue;
    if (!contact->account.is_none()) {
      ++counts.with_account;
    } else if (contact->looked_up.value == 0) {
      ++counts.not_asked;
    }
  }
  return counts;
}

}  // namespace kith::core
