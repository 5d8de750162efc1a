// SPDX-License-Identifier: AGPL-3.0-or-later

// Words of a command line that is to be copied.
#pragma once

#include <string>

namespace kith::cli {

// The text as a shell takes it for one word: in quotes where it needs them.
std::string shell_word(const std::string& text);

}  // namespace kith::cli
