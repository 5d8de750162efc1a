// SPDX-License-Identifier: AGPL-3.0-or-later

// What somebody may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kith::cli {

// The known word nearest to what was typed; "" when none is near. Nearness counts letters left out, added, changed, and
// neighbours exchanged.
std::string nearest_word(std::string_view typed, const std::vector<std::string>& known);

}  // namespace kith::cli
