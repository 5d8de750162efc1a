// SPDX-License-Identifier: AGPL-3.0-or-later

// The parts of a JSON text as they stand in it: what is passed on keeps the form in which it came (big numbers, 1e3).
//
// For valid JSON only (nlohmann::json::accept). Views are into the text given.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kith::cli::rpc {

struct Member {
  std::string name;
  std::string_view value;
};
// Of an object, in its order; none of anything else.
std::vector<Member> members(std::string_view text);
// Of an array; none of anything else.
std::vector<std::string_view> elements(std::string_view text);
// The last value of that name, as JSON parsers take it; "" when there is none.
std::string_view find(const std::vector<Member>& members, std::string_view name);
// What the text is: '{', '[', '"', 't', 'f', 'n', or '0' for a number; 0 when it is empty.
char kind_of(std::string_view text);
// A JSON string's value.
std::string string_of(std::string_view text);

}  // namespace kith::cli::rpc
