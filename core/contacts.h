// SPDX-License-Identifier: AGPL-3.0-or-later

// The address book's requests, as far as they need no server.
//
// Calls: what writes says so and happens inside the caller's Transaction. A failed read or write shows as
// Database::failed().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client_api/client_api.pb.h"
#include "core/refusal.h"
#include "core/store/store.h"

namespace kith::core {

class Contacts {
 public:
  explicit Contacts(Store& store) : store_(store) {}

  client_api::ListContactsResponse list();
  client_api::Contact build(const ContactRow& contact);

  // Writes: adds, renames or removes. The answer of a removal has the handle alone. The account behind a new handle is
  // looked up by the caller. Errors: kInvalidHandle, kInvalidArgument (nothing of the name is seen, or over 100
  // characters), kTooLarge (50,000 contacts).
  Result<ContactRow, Refusal> set(const client_api::SetContactRequest& request);

  struct Imported {
    uint32_t imported = 0;        // handles added or renamed, or there already
    uint32_t skipped = 0;         // cards without a handle or a name that can be read, handles that are not understood
    std::vector<Handle> handles;  // of `imported`, each once
  };
  // Writes: every phone number and e-mail address of every card. One in several cards takes the first name, of which
  // the first 100 characters stay; one that the user has named keeps that; the own is left out.
  // Errors: kTooLarge (vcard.h's limits), kInvalidArgument (no vCard in it).
  Result<Imported, Refusal> import(const client_api::ImportContactsRequest& request);
  // Writes what another device of the account says of the contact; absent: it was removed. False: it is so already, or
  // can't be.
  bool apply(const Handle& handle, const std::optional<std::string>& name, bool by_hand);
  struct Counts {
    uint32_t with_account = 0;
    uint32_t not_asked = 0;  // the server has never been asked whose the handle is
  };
  Counts count(const std::vector<Handle>& handles);

  static constexpr int64_t kContactsMax = 50'000;
  static constexpr size_t kContactNameCharactersMax = 100;

 private:
  // Of a contact whose handle this device knows already by other ways than the address book.
  void take_account(const Handle& handle);

  Store& store_;
};

}  // namespace kith::core
