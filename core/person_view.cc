// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/person_view.h"

#include <utility>

namespace kith::core {

client_api::Handle shown(const Handle& handle) {
  client_api::Handle built;
  switch (handle.kind()) {
    case Handle::Kind::kPhone: built.set_kind(client_api::Handle::kPhone); break;
    case Handle::Kind::kEmail: built.set_kind(client_api::Handle::kEmail); break;
    case Handle::Kind::kUsername: built.set_kind(client_api::Handle::kUsername); break;
    case Handle::Kind::kNone: break;
  }
  built.set_text(handle.text());
  return built;
}

bool PersonView::is_self(const AccountId& account) {
  if (!self_) self_ = store_.account.account_id();
  return account == *self_;
}

const client_api::Person& PersonView::build(const AccountId& account) {
  const auto [known, is_new] = known_.try_emplace(account);
  if (!is_new) return known->second;
  client_api::Person& person = known->second;
  person.set_account_id(account.hex());
  std::vector<Handle> handles;
  if (!is_self(account)) {
    handles = store_.handles.of(account);
  } else if (Handle own = store_.account.handle(); !own.is_none()) {
    handles.push_back(std::move(own));
  }
  for (const Handle& handle : handles) *person.add_handles() = shown(handle);
  person.set_name(name_of(account, handles));
  if (const auto photo = store_.profiles.shown_photo(account)) person.set_photo(photo->hex());
  return person;
}

std::string PersonView::name_of(const AccountId& account, const std::vector<Handle>& handles) {
  if (auto contact = store_.contacts.find(account)) return std::move(contact->name);
  // One that the server was not asked about yet is known to the contact by its handle alone.
  for (const Handle& handle : handles) {
    if (auto contact = store_.contacts.find(handle)) return std::move(contact->name);
  }
  auto profile = store_.profiles.find(account);
  if (profile && !profile->name.empty()) return std::move(profile->name);
  return handles.empty() ? account.hex().substr(0, 8) : handles.front().text();
}

}  // namespace kith::core
