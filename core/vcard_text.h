// SPDX-License-Identifier: AGPL-3.0-or-later

// The text forms inside a vCard: encodings, charsets, escapes. Any bytes are fine everywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kith::core {

// RFC 2045, 6.7. A "=" that no two hexadecimal digits follow stays as it is.
std::string decode_quoted_printable(std::string_view text);
// RFC 4648 with any white space; ends at the first other character. Empty when it is none.
std::string decode_base64(std::string_view text);
// To well-formed UTF-8. `charset` as in a CHARSET parameter: UTF-8, or one that has one byte for each character;
// without it UTF-8 if it is, else windows-1252 if it may be. Absent where it is known that the text would become
// another.
std::optional<std::string> to_utf8(std::string_view text, std::string_view charset);

// \n, \, \; \: and \\ by what they stand for; other backslashes stay.
std::string unescape(std::string_view text);
// Splits at `separator` where no backslash is before it; the parts are still escaped.
std::vector<std::string_view> split_escaped(std::string_view text, char separator);

// Upper case of A to Z.
std::string to_upper(std::string_view text);

}  // namespace kith::core
