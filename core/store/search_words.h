// SPDX-License-Identifier: AGPL-3.0-or-later

// How texts are searched: parts of words, folded (base/unicode.h), in any script.
//
// The full-text index holds, for each place of each word, the three characters from there on, or those that are left:
// of "hello" hel, ell, llo, lo and o. What is looked for is cut in the same way, which finds the messages that may have
// it; they are read, folded and compared. One or two characters are the beginning of what is in the index.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/unicode.h"

struct sqlite3;

namespace kith::core {

struct SearchWords {
  std::vector<std::u32string> words;  // folded; each must be somewhere in the text
  // Whether the index knows none of them but by their beginning: there are very many such messages, or few.
  [[nodiscard]] bool are_short() const;
  // FTS5, for what may have the words; "" when there are none.
  [[nodiscard]] std::string expression() const;
  [[nodiscard]] bool are_in(std::u32string_view folded) const;
};

// At most 32 words, further ones are ignored.
SearchWords read_search_words(std::string_view typed);

// Makes the tokenizer "kith" known to the connection; false when SQLite refuses it.
[[nodiscard]] bool register_tokenizer(sqlite3* handle);

}  // namespace kith::core
