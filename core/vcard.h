// SPDX-License-Identifier: AGPL-3.0-or-later

// Reads address books: vCard 2.1 (versit), 3.0 (RFC 2426) and 4.0 (RFC 6350), as phones and mail programs write them.
//
// Taken from each card: the name (FN, else N, else NICKNAME, ORG), every TEL and every EMAIL. Understood: folded lines,
// quoted-printable with soft line breaks, base64, UTF-8 and the charsets of one byte (ISO-8859, windows-125x, KOI8),
// escaped characters, groups (item1.TEL), agents and other nested cards (skipped). Everything else is ignored, also
// text in charsets of several bytes. Input is hostile: any bytes give cards or an error, in time linear in the size.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kith::core {

struct Card {
  std::string name;                 // well-formed UTF-8, one line; "" when nothing of it is seen, or can be read
  std::vector<std::string> phones;  // as written, also as tel: URIs
  std::vector<std::string> emails;  // as written
};

enum class VcardError {
  kTooLarge,      // over kVcardBytesMax
  kTooManyCards,  // over kVcardCardsMax
  kNoCard,        // there is no BEGIN:VCARD
};

inline constexpr size_t kVcardBytesMax = 8 << 20;
inline constexpr size_t kVcardCardsMax = 10'000;
inline constexpr size_t kVcardPhonesMax = 50;  // of one card, and as many e-mail addresses; further ones are ignored

// A card that the text ends within counts as well.
Result<std::vector<Card>, VcardError> parse_vcards(std::string_view text);

}  // namespace kith::core
