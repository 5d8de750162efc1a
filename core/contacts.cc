// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/contacts.h"

#include <unordered_set>

#include "base/bytes.h"
#include "base/phone_number.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "core/vcard.h"

namespace kith::core {
client_api::Contact Contacts::build(const ContactRow& contact) {
  client_api::Contact built;
  built.set_phone(contact.phone);
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

Result<client_api::Contact, Refusal> Contacts::set(const client_api::SetContactRequest& request) {
  const auto phone = normalize_phone(request.phone(), store_.account.phone());
  if (!phone) return Refuse(client_api::Failure::kInvalidPhone, "phone: must be like +491700000001");
  if (request.remove()) {
    store_.contacts.remove(*phone);
    client_api::Contact removed;
    removed.set_phone(*phone);
    return removed;
  }
  const std::string name = one_line(request.name());
  if (!is_utf8(request.name()) || !has_visible(name) || utf8_length(name) > kNameCharactersMax)
    return Refuse(client_api::Failure::kInvalidArgument, "name: must have 1 to 64 characters, and something to see");
  if (!store_.contacts.find(*phone) && store_.contacts.count() >= kContactsMax)
    return Refuse(client_api::Failure::kTooLarge, "phone: there are 50,000 contacts already");
  store_.contacts.set(*phone, name);
  // A number that this device knows already by other ways than the address book.
  if (const auto account = store_.profiles.account_of(*phone)) store_.contacts.set_account(*phone, *account, {});
  const auto contact = store_.contacts.find(*phone);
  return contact ? build(*contact) : client_api::Contact();
}

Result<Contacts::Imported, Refusal> Contacts::import(const client_api::ImportContactsRequest& request) {
  const auto cards = parse_vcards(request.vcard());
  if (!cards) {
    if (cards.error() == VcardError::kNoCard) return Refuse(client_api::Failure::kInvalidArgument, "vcard: no card");
    return Refuse(client_api::Failure::kTooLarge,
                  cards.error() == VcardError::kTooLarge ? "vcard: over 8 MiB" : "vcard: over 10,000 cards");
  }
  const std::string own = store_.account.phone();
  Imported imported;
  std::unordered_set<std::string> seen;
  int64_t count = store_.contacts.count();
  for (const Card& card : *cards) {
    if (card.name.empty() || card.phones.empty()) {
      ++imported.skipped;
      continue;
    }
    for (const std::string& written : card.phones) {
      auto phone = normalize_phone(written, own);
      if (!phone) {
        ++imported.skipped;
        continue;
      }
      if (*phone == own || !seen.insert(*phone).second) continue;
      if (count >= kContactsMax && !store_.contacts.find(*phone))
        return Refuse(client_api::Failure::kTooLarge, "vcard: over 50,000 contacts");
      if (store_.contacts.set(*phone, first_characters(card.name, kNameCharactersMax))) {
        ++count;
        if (const auto account = store_.profiles.account_of(*phone)) store_.contacts.set_account(*phone, *account, {});
      }
      ++imported.imported;
      imported.phones.push_back(std::move(*phone));
    }
  }
  return imported;
}

Contacts::Counts Contacts::count(const std::vector<std::string>& phones) {
  Counts counts;
  for (const std::string& phone : phones) {
    const auto contact = store_.contacts.find(phone);
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
