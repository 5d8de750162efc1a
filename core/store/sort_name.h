// SPDX-License-Identifier: AGPL-3.0-or-later

// A name as it sorts in the address book: lower case, without diacritics, spaces collapsed.
//
// Latin, Greek and Cyrillic are folded; other scripts stay as they are. Not for comparing identities.
#pragma once

#include <string>
#include <string_view>

namespace kith::core {

// `name` is well-formed UTF-8.
std::string sort_name(std::string_view name);

}  // namespace kith::core
