// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/phone_number.h"

#include <algorithm>
#include <cstdint>

namespace kith::core {
namespace {

constexpr size_t kDigitsMin = 7;
constexpr size_t kDigitsMax = 15;

bool is_digit(char character) { return character >= '0' && character <= '9'; }

// ITU-T E.164's assigned country codes: 1 and 7 stand alone, then those of two digits, and ranges of those of three.
constexpr uint16_t kTwoDigits[] = {20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46,
                                   47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62, 63,
                                   64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98};
struct Range {
  uint16_t first;
  uint16_t last;
};
constexpr Range kThreeDigits[] = {{211, 213}, {216, 216}, {218, 218}, {220, 258}, {260, 269}, {290, 291}, {297, 299},
                                  {350, 359}, {370, 383}, {385, 387}, {389, 389}, {420, 421}, {423, 423}, {500, 509},
                                  {590, 599}, {670, 670}, {672, 683}, {685, 692}, {800, 800}, {808, 808}, {850, 850},
                                  {852, 853}, {855, 856}, {870, 870}, {878, 878}, {880, 883}, {886, 886}, {888, 888},
                                  {960, 968}, {970, 977}, {979, 979}, {992, 996}, {998, 998}};

// Countries whose national numbers have one length and no 0 before them: there the digits alone are a whole number.
struct ClosedPlan {
  std::string_view code;
  size_t digits;
};
constexpr ClosedPlan kClosedPlans[] = {{"1", 10}, {"30", 10}, {"34", 9},  {"45", 8},  {"47", 8},
                                       {"48", 9}, {"65", 8},  {"351", 9}, {"420", 9}, {"852", 8}};

// The length of the separator at `at`: ASCII ones, no-break space, and the general punctuation U+2000..U+206F, which
// has the dashes, the spaces and the marks of direction that address books put around numbers. 0: none.
size_t separator_length(std::string_view text, size_t at) {
  constexpr std::string_view kSeparators = " \t\r\n.-/()[]";
  if (kSeparators.find(text[at]) != std::string_view::npos) return 1;
  if (text.substr(at, 2) == "\xC2\xA0") return 2;
  if (text.size() - at >= 3 && (text.substr(at, 2) == "\xE2\x80" || text.substr(at, 2) == "\xE2\x81")) return 3;
  return 0;
}

// Digits, and a + before them if there is one. Absent for anything else.
std::optional<std::string> compact(std::string_view written) {
  std::string out;
  for (size_t at = 0; at < written.size();) {
    if (written.substr(at, 3) == "(0)" && (out.starts_with('+') || out.starts_with("00"))) {
      at += 3;
    } else if (const size_t length = separator_length(written, at)) {
      at += length;
    } else if (is_digit(written[at]) || (written[at] == '+' && out.empty())) {
      if (out.size() > kDigitsMax + 2) return std::nullopt;
      out += written[at++];
    } else {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace

bool is_e164(std::string_view phone) {
  return phone.size() >= 1 + kDigitsMin && phone.size() <= 1 + kDigitsMax && phone[0] == '+' && phone[1] != '0' &&
         std::all_of(phone.begin() + 1, phone.end(), is_digit);
}

std::string_view country_code(std::string_view phone) {
  if (!is_e164(phone)) return {};
  if (phone[1] == '1' || phone[1] == '7') return phone.substr(1, 1);
  const auto number = [&](size_t digits) {
    uint16_t value = 0;
    for (size_t i = 1; i <= digits; ++i) value = static_cast<uint16_t>(value * 10 + (phone[i] - '0'));
    return value;
  };
  if (std::ranges::binary_search(kTwoDigits, number(2))) return phone.substr(1, 2);
  const uint16_t three = number(3);
  for (const Range& range : kThreeDigits) {
    if (three >= range.first && three <= range.last) return phone.substr(1, 3);
  }
  return {};
}

std::optional<std::string> normalize_phone(std::string_view written, std::string_view own_phone) {
  auto number = compact(written);
  if (!number || number->empty()) return std::nullopt;
  if (number->starts_with("00")) {
    number->replace(0, 2, "+");
  } else if ((*number)[0] != '+') {
    const std::string_view code = country_code(own_phone);
    if (code.empty()) return std::nullopt;
    std::string national = *number;
    if (national[0] == '0') {
      if (code != "39") national.erase(0, 1);  // Italy dials the 0 from abroad as well
    } else {
      const auto plan = std::ranges::find(kClosedPlans, code, &ClosedPlan::code);
      if (plan == std::end(kClosedPlans)) return std::nullopt;
      // North America writes its country code as the long-distance prefix, too.
      if (code == "1" && national.size() == 11 && national[0] == '1') national.erase(0, 1);
      if (national.size() != plan->digits) return std::nullopt;
    }
    *number = "+" + std::string(code) + national;
  }
  if (country_code(*number).empty()) return std::nullopt;
  return number;
}

}  // namespace kith::core
