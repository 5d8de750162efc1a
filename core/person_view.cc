// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/person_view.h"

#include <utility>

namespace kith::core {

bool PersonView::is_self(const AccountId& account) {
  if (!self_) self_ = store_.account.account_id();
  return account == *self_;
}

const client_api::Person& PersonView::build(const AccountId& account) {
  const auto [known, is_new] = known_.try_emplace(account);
  if (!is_new) return known->second;
  client_api::Person& person = known->second;
  person.set_account_id(account.hex());
  person.set_phone(is_self(account) ? store_.account.phone() : store_.profiles.phone_of(account));
  person.set_name(name_of(account, person.phone()));
  return person;
}

std::string PersonView::name_of(const AccountId& account, const std::string& phone) {
  if (auto contact = store_.contacts.find(account)) return std::move(contact->name);
  auto profile = store_.profiles.find(account);
  if (profile && !profile->name.empty()) return std::move(profile->name);
  return phone.empty() ? account.hex().substr(0, 8) : phone;
}

}  // namespace kith::core
