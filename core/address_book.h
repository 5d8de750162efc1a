// SPDX-License-Identifier: AGPL-3.0-or-later

// The requests about the address book (core/contacts.h): what is written into it is looked up and told to whom it
// concerns.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/handle.h"
#include "client_api/client_api.pb.h"
#include "content/content.pb.h"

namespace kith::core {

struct Engine;

class AddressBook {
 public:
  explicit AddressBook(Engine& engine) : engine_(engine) {}

  void list(uint32_t request);
  void set(uint32_t request, const client_api::SetContactRequest& what);
  void import(uint32_t request, const client_api::ImportContactsRequest& what);
  // From another device of the account (STATE-1); the subject is a handle's text.
  void apply(BytesView subject, const content::StateValue& value);

 private:
  // This is what the contact is called everywhere from now on, or that it is none.
  void tell(const Handle& handle);

  Engine& engine_;
};

}  // namespace kith::core
