// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/address_book.h"

#include <memory>
#include <utility>
#include <vector>

#include "core/contacts.h"
#include "core/engine.h"
#include "core/person_view.h"

namespace kith::core {

void AddressBook::list(uint32_t request) {
  client_api::Response response;
  response.set_id(request);
  *response.mutable_list_contacts() = Contacts(engine_.store).list();
  engine_.output.respond(std::move(response));
}

void AddressBook::set(uint32_t request, const client_api::SetContactRequest& what) {
  auto contact = Contacts(engine_.store).set(what);
  if (!contact) return engine_.output.fail(request, contact.error().code, contact.error().detail);
  engine_.changes.contacts();
  engine_.privacy.contacts_changed();
  if (what.remove()) engine_.privacy.contact_removed();
  const Handle handle = contact->handle;
  tell(handle);
  if (const auto account = engine_.store.handles.account_of(handle); account) engine_.changes.partner(*account);
  const auto answer = [this, request, handle, removed = what.remove()] {
    client_api::Response response;
    response.set_id(request);
    const auto row = engine_.store.contacts.find(handle);
    if (row && !removed) {
      *response.mutable_set_contact() = Contacts(engine_.store).build(*row);
    } else {
      *response.mutable_set_contact()->mutable_handle() = shown(handle);
    }
    engine_.output.respond(std::move(response));
  };
  if (what.remove() || !contact->account.is_none()) return answer();
  if (!engine_.connection.ready()) {
    engine_.lookups.look_again();
    return answer();
  }
  engine_.lookups.ask({handle}, [answer](const HttpReply&) { answer(); });
}

void AddressBook::import(uint32_t request, const client_api::ImportContactsRequest& what) {
  const auto imported = Contacts(engine_.store).import(what);
  if (!imported) return engine_.output.fail(request, imported.error().code, imported.error().detail);
  for (const Handle& handle : imported->handles) tell(handle);
  if (imported->imported > 0) {
    engine_.changes.contacts();
    engine_.privacy.contacts_changed();
  }
  const auto handles = std::make_shared<std::vector<Handle>>(imported->handles);
  const auto answer = [this, request, handles, counts = std::pair(imported->imported, imported->skipped)] {
    client_api::Response response;
    response.set_id(request);
    response.mutable_import_contacts()->set_imported(counts.first);
    response.mutable_import_contacts()->set_skipped(counts.second);
    const Contacts::Counts known = Contacts(engine_.store).count(*handles);
    response.mutable_import_contacts()->set_with_account(known.with_account);
    response.mutable_import_contacts()->set_not_asked(known.not_asked);
    engine_.output.respond(std::move(response));
  };
  if (!engine_.connection.ready()) {
    engine_.lookups.look_again();
    return answer();
  }
  engine_.lookups.ask_all(handles, answer);
}

void AddressBook::tell(const Handle& handle) {
  const auto row = engine_.store.contacts.find(handle);
  content::StateValue value;
  if (row) {
    value.mutable_contact()->set_name(row->name);
    value.mutable_contact()->set_by_hand(row->by_hand);
  }
  engine_.own_state.set(content::OwnState::kContact, handle.text(), value);
}

void AddressBook::apply(BytesView subject, const content::StateValue& value) {
  const auto handle = Handle::from_text(subject);
  if (!handle) return;
  const auto account = [this, &handle] {
    const auto row = engine_.store.contacts.find(*handle);
    return row ? row->account : AccountId{};
  };
  const AccountId before = account();
  const std::optional<std::string> name =
      value.has_contact() ? std::optional<std::string>(value.contact().name()) : std::nullopt;
  if (!Contacts(engine_.store).apply(*handle, name, value.contact().by_hand())) return;
  engine_.changes.contacts();
  engine_.lookups.look_again();
  // One whose account is not known yet counts when it is.
  if (before != account()) engine_.privacy.contacts_changed();
  for (const AccountId& each : {before, account()}) {
    if (!each.is_none()) engine_.changes.partner(each);
  }
}

}  // namespace kith::core
