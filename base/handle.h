// SPDX-License-Identifier: AGPL-3.0-or-later

// What a person is found by: a phone number, an e-mail address or a username.
//
// Each kind has one canonical text, and the text tells the kind: "+491700000001", "ana@example.org", "@ana". Two
// handles are the same when their texts are (HANDLE-1). Client and server use this one.
//   phone      E.164 (base/phone_number.h)
//   e-mail     local part and domain as most people's are: letters, digits and !#$%&'*+-/=?^_`{|}~ with single dots
//              inside, at most 64; then a domain of at least two labels of letters, digits and inner hyphens. ASCII
//              only, small letters throughout, at most kHandleBytesMax in all. What RFC 5321 allows beyond (quoted
//              local parts, addresses in brackets) is no handle
//   username   3 to 32 of a-z, 0-9, "." and "_", the first a letter; written with "@" in front
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace kith {

// By what it looked like: what began with "@", what had one inside, anything else.
enum class HandleError { kInvalidPhone, kInvalidEmail, kInvalidUsername };

class Handle {
 public:
  enum class Kind : uint8_t { kNone, kPhone, kEmail, kUsername };

  // None: nobody's.
  Handle() = default;

  // As people write it. Numbers are understood as in the country of `own_phone` (normalize_phone); white space around
  // it and capital letters don't matter.
  static Result<Handle, HandleError> parse(std::string_view written, std::string_view own_phone);
  // Of one kind, as people write that; a username with or without "@".
  static std::optional<Handle> phone(std::string_view written, std::string_view own_phone);
  static std::optional<Handle> email(std::string_view written);
  static std::optional<Handle> username(std::string_view written);
  // Absent unless it is a canonical text. Of a number that is its form, not whether it can exist.
  static std::optional<Handle> from_text(std::string_view text);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_none() const { return kind_ == Kind::kNone; }
  // "" of none.
  [[nodiscard]] const std::string& text() const { return text_; }
  // The text without a username's "@".
  [[nodiscard]] std::string_view value() const;
  // The text of a phone number, else "": what other numbers are read in the country of.
  [[nodiscard]] std::string_view as_phone() const;

  friend auto operator<=>(const Handle&, const Handle&) = default;

 private:
  Handle(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}

  Kind kind_ = Kind::kNone;
  std::string text_;
};

// What is wrong with what was written, by an example of what is right.
const char* describe(HandleError error);

}  // namespace kith
