// SPDX-License-Identifier: AGPL-3.0-or-later

#include "base/handle.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/phone_number.h"

namespace kith {
namespace {

constexpr size_t kLocalBytesMax = 64;
constexpr size_t kLabelBytesMax = 63;

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

bool is_local_part(std::string_view local) {
  if (local.empty() || local.size() > kLocalBytesMax || local.front() == '.' || local.back() == '.') return false;
  if (local.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(local, [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view(".!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
  });
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kLabelBytesMax || label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_domain(std::string_view domain) {
  size_t labels = 0;
  std::string_view label;
  for (std::string_view rest = domain;; rest.remove_prefix(label.size() + 1)) {
    label = rest.substr(0, rest.find('.'));
    if (!is_label(label)) return false;
    ++labels;
    if (label.size() == rest.size()) break;
  }
  // Else it would be an address of four numbers.
  return labels >= 2 && !std::ranges::all_of(label, is_digit);
}

bool is_email(std::string_view text) {
  const size_t at = text.find('@');
  return text.size() <= kHandleBytesMax && at != std::string_view::npos && is_local_part(text.substr(0, at)) &&
         is_domain(text.substr(at + 1));
}

// Without "@".
bool is_username(std::string_view name) {
  if (name.size() < kUsernameBytesMin || name.size() > kUsernameBytesMax || !is_letter(name.front())) return false;
  return std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '_'; });
}

}  // namespace

Result<Handle, HandleError> Handle::parse(std::string_view written, std::string_view own_phone) {
  const std::string_view text = trimmed(written);
  if (text.starts_with('@')) {
    if (auto handle = username(text)) return std::move(*handle);
    return Fail(HandleError::kInvalidUsername);
  }
  if (text.find('@') != std::string_view::npos) {
    if (auto handle = email(text)) return std::move(*handle);
    return Fail(HandleError::kInvalidEmail);
  }
  if (auto handle = phone(text, own_phone)) return std::move(*handle);
  return Fail(HandleError::kInvalidPhone);
}

std::optional<Handle> Handle::phone(std::string_view written, std::string_view own_phone) {
  auto number = normalize_phone(written, own_phone);
  if (!number) return std::nullopt;
  return Handle(Kind::kPhone, std::move(*number));
}

std::optional<Handle> Handle::email(std::string_view written) {
  const std::string_view text = trimmed(written);
  if (text.size() > kHandleBytesMax) return std::nullopt;
  std::string small = small_letters(text);
  if (!is_email(small)) return std::nullopt;
  return Handle(Kind::kEmail, std::move(small));
}

std::optional<Handle> Handle::username(std::string_view written) {
  std::string_view name = trimmed(written);
  if (name.starts_with('@')) name.remove_prefix(1);
  if (name.size() > kUsernameBytesMax) return std::nullopt;
  const std::string small = small_letters(name);
  if (!is_username(small)) return std::nullopt;
  return Handle(Kind::kUsername, "@" + small);
}

std::optional<Handle> Handle::from_text(std::string_view text) {
  if (text.starts_with('@')) {
    if (!is_username(text.substr(1))) return std::nullopt;
    return Handle(Kind::kUsername, std::string(text));
  }
  if (text.starts_with('+') && is_e164(text)) return Handle(Kind::kPhone, std::string(text));
  if (!is_email(text)) return std::nullopt;
  return Handle(Kind::kEmail, std::string(text));
}

std::string_view Handle::value() const { return std::string_view(text_).substr(kind_ == Kind::kUsername ? 1 : 0); }

std::string_view Handle::as_phone() const { return kind_ == Kind::kPhone ? std::string_view(text_) : ""; }

const char* describe(HandleError error) {
  switch (error) {
    case HandleError::kInvalidEmail: return "must be like ana@example.org";
    case HandleError::kInvalidUsername: return "must be like @ana: 3 to 32 of a-z, 0-9, . and _";
    default: return "must be like +491700000001, ana@example.org or @ana";
  }
}

}  // namespace kith
