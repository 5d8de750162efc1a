// SPDX-License-Identifier: AGPL-3.0-or-later

#include "base/phone_number.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

#include "base/unicode.h"
#include "base/utf8.h"

namespace kith {
namespace {

// A country's numbering plan. Patterns are places in kPatterns; 0: none. Sets of lengths have bit n for n digits.
struct Plan {
  uint16_t code;
  bool has_national_prefix;
  uint16_t international_prefix;
  uint16_t national_prefix;  // with carrier codes, and what national numbers may leave out
  uint16_t leading_digits;   // of the numbers of this country, where several have the code
  uint16_t general;
  uint16_t mobile;
  char transform[8];      // what to put for the prefix: digits and the group "$1"; "": nothing
  uint32_t lengths;       // of national numbers, without local ones
  uint32_t fixed_length;  // of numbers of the fixed network, where all have one
};

#include "base/phone_metadata.inc"

constexpr size_t kWrittenBytesMax = 128;
constexpr size_t kDigitsMin = 7;
constexpr size_t kDigitsMax = 15;
constexpr size_t kDialledMax = kDigitsMax + 10;  // with prefixes

bool is_digit(char character) { return character >= '0' && character <= '9'; }

// ---------------------------------------------------------------- patterns

// Runs a pattern's program (tools/make_phone_metadata.py has the instructions) over digits, alternatives in their
// order, as regular expressions do.
class Match {
 public:
  Match(uint16_t pattern, std::string_view digits, bool whole) : digits_(digits), whole_(whole) {
    groups_.fill(std::string_view::npos);
    matched_ = pattern != 0 && run(kPatterns + pattern, 0);
  }
  explicit operator bool() const { return matched_; }
  [[nodiscard]] size_t end() const { return end_; }
  [[nodiscard]] bool has_group(size_t number) const { return groups_[2 * number - 1] != std::string_view::npos; }
  [[nodiscard]] std::string_view group(size_t number) const {
    return digits_.substr(groups_[2 * number - 2], groups_[2 * number - 1] - groups_[2 * number - 2]);
  }

 private:
  bool run(const uint8_t* program, size_t at) {
    for (;;) {
      const uint8_t instruction = *program++;
      const auto distance = [&] { return static_cast<size_t>(program[0]) << 8 | program[1]; };
      if (instruction < 10) {
        if (at == digits_.size() || digits_[at++] != '0' + instruction) return false;
        continue;
      }
      switch (instruction & 0xF0) {
        case 0x10:
          at += instruction & 15;
          if (at > digits_.size()) return false;
          break;
        case 0x20:
          for (size_t many = std::min<size_t>(program[1], digits_.size() - at) + 1; many-- > program[0];) {
            if (run(program + 2, at + many)) return true;
          }
          return false;
        case 0x30:
          if (at == digits_.size()) return false;
          if (((((instruction & 3u) << 8 | *program++) >> (digits_[at++] - '0')) & 1) == 0) return false;
          break;
        case 0x40:
          if (instruction == 0x40 && run(program + 2, at)) return true;
          program += 2 + distance();
          break;
        case 0x50: {
          size_t& place = groups_[instruction & 15];
          const size_t before = std::exchange(place, at);
          if (run(program, at)) return true;
          place = before;
          return false;
        }
        default:
          if ((instruction == 0x60 || whole_) && at != digits_.size()) return false;
          if (instruction == 0x60) break;
          end_ = at;
          return true;
      }
    }
  }

  std::string_view digits_;
  bool whole_;
  bool matched_ = false;
  size_t end_ = 0;
  std::array<size_t, 16> groups_;
};

bool is_whole_match(uint16_t pattern, std::string_view digits) {
  return static_cast<bool>(Match(pattern, digits, true));
}

// ---------------------------------------------------------------- what is written

struct Written {
  std::string digits;  // behind a + if there was one
  bool is_international = false;
  size_t added_zero = std::string::npos;  // where the 0 of "(0)" is
};

bool is_separator(uint32_t point) {
  if (point < 0x80) return std::string_view(" \t\r\n.-/()[]~").find(static_cast<char>(point)) != std::string_view::npos;
  return is_space(point) || is_invisible(point) || (point >= 0x2010 && point <= 0x2015) || point == 0x2212 ||
         point == 0x30FC || point == 0xFF08 || point == 0xFF09 || point == 0xFF0D || point == 0xFF0E ||
         point == 0xFF0F || point == 0xFF3B || point == 0xFF3D || point == 0xFF5E;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& character : out) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character + 32);
  }
  return out;
}

// Whether the rest of a number is an extension: a word for it, and up to 9 digits.
bool is_extension(std::string_view rest) {
  const std::string text = lower(rest);
  std::string_view left = text;
  for (const std::string_view word :
       {"extension", "extn", "ext", "anexo", "int", "x", "#", "доб", "ｅｘｔ", ";ext=", ",,", ",", ";"}) {
    if (!left.starts_with(word)) continue;
    left.remove_prefix(word.size());
    left.remove_prefix(std::min(left.find_first_not_of(" .:=\t"), left.size()));
    size_t digits = 0;
    while (digits < left.size() && is_digit(left[digits])) ++digits;
    left.remove_prefix(digits);
    return digits >= 1 && digits <= 9 && (left.empty() || left == "#" || left.starts_with(";"));
  }
  return false;
}

// A tel: URI without its scheme, with its context before it; anything else stays. Absent where the context is a domain:
// there the number means something else.
std::optional<std::string> without_uri(std::string_view written) {
  std::string text(written.substr(std::min(written.find_first_not_of(" \t\r\n"), written.size())));
  if (lower(text.substr(0, 4)) == "tel:") text.erase(0, 4);
  constexpr std::string_view kContext = ";phone-context=";
  const size_t context = lower(text).find(kContext);
  if (context != std::string::npos) {
    std::string value = text.substr(context + kContext.size());
    value.resize(std::min(value.find(';'), value.size()));
    text.erase(context, kContext.size() + value.size());
    if (!value.starts_with('+')) return std::nullopt;
    if (!text.starts_with('+')) text.insert(0, value);
  }
  const size_t subaddress = lower(text).find(";isub=");
  if (subaddress != std::string::npos) text.resize(subaddress);
  return text;
}

std::optional<Written> read(std::string_view written) {
  if (written.size() > kWrittenBytesMax) return std::nullopt;
  const auto text = without_uri(written);
  if (!text) return std::nullopt;
  Written out;
  for (size_t at = 0; at < text->size();) {
    const size_t begin = at;
    const uint32_t point = next_point(*text, at);
    if (const auto digit = decimal_digit(point)) {
      if (out.digits.size() == kDialledMax) return std::nullopt;
      if (std::string_view(*text).substr(begin - (begin > 0), 3) == "(0)") out.added_zero = out.digits.size();
      out.digits += static_cast<char>('0' + *digit);
    } else if ((point == '+' || point == 0xFF0B) && out.digits.empty() && !out.is_international) {
      out.is_international = true;
    } else if (!is_separator(point)) {
      if (out.digits.empty() || !is_extension(std::string_view(*text).substr(begin))) return std::nullopt;
      break;
    }
  }
  if (out.digits.empty()) return std::nullopt;
  return out;
}

// ---------------------------------------------------------------- plans

// The digits that are a country code, 0 to 3.
size_t code_length(std::string_view digits) {
  uint16_t code = 0;
  for (size_t length = 1; length <= 3 && length <= digits.size(); ++length) {
    code = static_cast<uint16_t>(code * 10 + (digits[length - 1] - '0'));
    if (std::ranges::binary_search(kPlans, code, {}, &Plan::code)) return length;
  }
  return 0;
}

uint16_t code_of(std::string_view digits) {
  uint16_t code = 0;
  for (const char digit : digits) code = static_cast<uint16_t>(code * 10 + (digit - '0'));
  return code;
}

// Of the countries that have the code, the first is the one whose plan all of them share.
const Plan* plan_of(std::string_view code) { return std::ranges::lower_bound(kPlans, code_of(code), {}, &Plan::code); }

// The plan of the country that the number is of, as far as its first digits tell.
const Plan* plan_of_number(std::string_view phone) {
  const std::string_view code = country_code(phone);
  if (code.empty()) return nullptr;
  const Plan* const main = plan_of(code);
  const std::string_view national = phone.substr(1 + code.size());
  for (const Plan* plan = main; plan != std::end(kPlans) && plan->code == main->code; ++plan) {
    if (Match(plan->leading_digits, national, false)) return plan;
  }
  return main;
}

bool has_possible_length(const Plan& plan, std::string_view national) {
  return national.size() < 32 && (plan.lengths >> national.size() & 1) != 0;
}

// Leaves out the national prefix, or puts what the plan has for it, where a possible number comes out of that. True
// when there was one.
bool strip_national_prefix(const Plan& plan, std::string& national) {
  const Match prefix(plan.national_prefix, national, false);
  if (!prefix) return false;
  std::string stripped;
  const std::string_view rule = plan.transform;
  const size_t dollar = rule.find('$');
  if (dollar != std::string_view::npos && prefix.has_group(static_cast<size_t>(rule[dollar + 1] - '0'))) {
    stripped += rule.substr(0, dollar);
    stripped += prefix.group(static_cast<size_t>(rule[dollar + 1] - '0'));
  }
  stripped += national.substr(prefix.end());
  if (is_whole_match(plan.general, national) && !is_whole_match(plan.general, stripped)) return false;
  if (!has_possible_length(plan, stripped)) return false;
  national = std::move(stripped);
  return prefix.end() > 0;
}

std::optional<std::string> e164(std::string_view code, std::string_view national) {
  std::string phone = "+" + std::string(code) + std::string(national);
  return is_e164(phone) ? std::optional(std::move(phone)) : std::nullopt;
}

// A number that begins with its country code.
std::optional<std::string> read_international(std::string_view digits) {
  const std::string_view code = digits.substr(0, code_length(digits));
  if (code.empty()) return std::nullopt;
  const Plan& plan = *plan_of(code);
  std::string national(digits.substr(code.size()));
  strip_national_prefix(plan, national);
  return has_possible_length(plan, national) ? e164(code, national) : std::nullopt;
}

// Whether a national number that is written without a prefix can't be one without its area code.
bool is_surely_whole(const Plan& plan, std::string_view national) {
  if (is_whole_match(plan.mobile, national)) return true;
  const bool one_form = !plan.has_national_prefix || (plan.fixed_length >> national.size() & 1) != 0;
  return one_form && is_whole_match(plan.general, national);
}

std::optional<std::string> read_national(std::string_view digits, const Plan& plan, std::string_view code) {
  std::string national(digits);
  if (digits.starts_with(code) && !is_whole_match(plan.general, digits)) {
    // The country code without its +
    const std::string_view rest = digits.substr(code.size());
    if (is_whole_match(plan.general, rest)) return is_surely_whole(plan, rest) ? e164(code, rest) : std::nullopt;
  }
  const bool prefixed = strip_national_prefix(plan, national);
  // A number of another country that shares the code is dialled in the same way.
  for (const Plan* const any : {&plan, plan_of(code)}) {
    const bool exists = has_possible_length(*any, national) && is_whole_match(any->general, national);
    if (exists && (prefixed || is_surely_whole(*any, national))) return e164(code, national);
  }
  return std::nullopt;
}

std::optional<std::string> read_dialled(std::string_view digits, std::string_view own_phone) {
  const bool begins_with_00 = digits.starts_with("00") && digits.size() > 2 && digits[2] != '0';
  const auto by_00 = begins_with_00 ? read_international(digits.substr(2)) : std::nullopt;
  const Plan* const plan = plan_of_number(own_phone);
  if (plan == nullptr) return by_00;
  const Match prefix(plan->international_prefix, digits, false);
  if (prefix && prefix.end() < digits.size() && digits[prefix.end()] != '0') {
    const auto phone = read_international(digits.substr(prefix.end()));
    if (phone && by_00 && *phone != *by_00) return std::nullopt;  // 00 is no prefix there, but people write it
    return phone ? phone : by_00;
  }
  const auto national = read_national(digits, *plan, country_code(own_phone));
  if (national && by_00) return std::nullopt;
  return national ? national : by_00;
}

}  // namespace

bool is_e164(std::string_view phone) {
  return phone.size() >= 1 + kDigitsMin && phone.size() <= 1 + kDigitsMax && phone[0] == '+' && phone[1] != '0' &&
         std::all_of(phone.begin() + 1, phone.end(), is_digit);
}

std::string_view country_code(std::string_view phone) {
  return is_e164(phone) ? phone.substr(1, code_length(phone.substr(1))) : std::string_view();
}

std::optional<std::string> normalize_phone(std::string_view written, std::string_view own_phone) {
  auto what = read(written);
  if (!what) return std::nullopt;
  const auto understand = [&] {
    return what->is_international ? read_international(what->digits) : read_dialled(what->digits, own_phone);
  };
  auto phone = understand();
  if (!phone && what->added_zero != std::string::npos) {
    what->digits.erase(what->added_zero, 1);
    phone = understand();
  }
  return phone;
}

}  // namespace kith
