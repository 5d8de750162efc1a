// SPDX-License-Identifier: AGPL-3.0-or-later

#include "wire/handle.h"

#include "base/phone_number.h"

namespace kith {

std::optional<Handle> read_handle(const wire::Handle& from) {
  switch (from.kind_case()) {
    case wire::Handle::kPhone: return is_e164(from.phone()) ? Handle::phone(from.phone(), "") : std::nullopt;
    case wire::Handle::kEmail: return Handle::email(from.email());
    case wire::Handle::kUsername:
      return from.username().starts_with('@') ? std::nullopt : Handle::username(from.username());
    case wire::Handle::KIND_NOT_SET: break;
  }
  return std::nullopt;
}

wire::Handle to_wire(const Handle& handle) {
  wire::Handle to;
  switch (handle.kind()) {
    case Handle::Kind::kPhone: to.set_phone(handle.text()); break;
    case Handle::Kind::kEmail: to.set_email(handle.text()); break;
    case Handle::Kind::kUsername: to.set_username(std::string(handle.value())); break;
    case Handle::Kind::kNone: break;
  }
  return to;
}

}  // namespace kith
