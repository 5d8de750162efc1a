// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/vcard.h"

#include <algorithm>
#include <optional>

#include "base/limits.h"
#include "base/unicode.h"
#include "core/vcard_text.h"

namespace kith::core {
namespace {

// More than is understood: what is cut is never another number or address.
constexpr size_t kPhoneBytesMax = 129;
constexpr size_t kEmailBytesMax = kHandleBytesMax + 1;
constexpr size_t kNameBytesMax = 16 << 10;  // of what a name is read of: more than any name, however encoded
constexpr size_t kHeadBytesMax = 1024;      // of a property's name and parameters

// One property: [group.]NAME[;parameters]:value
struct Property {
  std::string name;  // upper case, without group
  std::string encoding;
  std::string charset;
  std::string_view value;  // encoded
};

// Where the name and parameters end: the first colon outside quotes; the first at all when quotes do not close.
size_t find_colon(std::string_view line) {
  bool quoted = false;
  for (size_t at = 0; at < line.size() && at < kHeadBytesMax; ++at) {
    if (line[at] == '"') quoted = !quoted;
    if (line[at] == ':' && !quoted) return at;
  }
  return line.substr(0, kHeadBytesMax).find(':');
}

std::optional<Property> parse_property(std::string_view line) {
  const size_t colon = find_colon(line);
  if (colon == std::string_view::npos) return std::nullopt;
  Property property;
  property.value = line.substr(colon + 1);
  std::string_view head = line.substr(0, colon);
  for (bool first = true; !head.empty() || first; first = false) {
    size_t end = 0;
    for (bool quoted = false; end < head.size() && (quoted || head[end] != ';'); ++end) {
      if (head[end] == '"') quoted = !quoted;
    }
    const std::string part = to_upper(head.substr(0, end));
    head.remove_prefix(std::min(end + 1, head.size()));
    if (first) {
      property.name = one_line(part.substr(part.rfind('.') + 1));
    } else if (part.starts_with("ENCODING=")) {
      property.encoding = part.substr(9);
    } else if (part.starts_with("CHARSET=")) {
      property.charset = part.substr(8);
    } else if (part == "QUOTED-PRINTABLE" || part == "BASE64") {  // 2.1 allows the value alone
      property.encoding = part;
    }
  }
  return property;
}

// The property's text as UTF-8, still escaped; "" in a charset that is not known.
std::string decode(const Property& property) {
  const bool is_base64 = property.encoding == "BASE64" || property.encoding == "B";
  const std::string bytes = property.encoding == "QUOTED-PRINTABLE" ? decode_quoted_printable(property.value)
                            : is_base64                             ? decode_base64(property.value)
                                                                    : std::string(property.value);
  return to_utf8(bytes, property.charset).value_or("");
}

// Gives logical lines: physical ones with folds and soft line breaks undone.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  // Valid until the next call.
  std::optional<std::string_view> next() {
    if (rest_.empty()) return std::nullopt;
    line_.assign(take());
    bool soft = is_quoted_printable();
    while (!rest_.empty()) {
      if (soft && line_.ends_with('=')) {
        line_.pop_back();
        line_ += take();
      } else if (rest_[0] == ' ' || rest_[0] == '\t') {
        std::string_view more = take();
        // 2.1 folds at white space that belongs to the text, later versions put white space in.
        if (!keep_fold_space_) more.remove_prefix(1);
        line_ += more;
        soft = soft || (line_.size() <= kHeadBytesMax && is_quoted_printable());
      } else {
        break;
      }
    }
    return line_;
  }
  void set_keep_fold_space(bool keep) { keep_fold_space_ = keep; }

 private:
  // The next physical line, without its end.
  std::string_view take() {
    const size_t end = std::min(rest_.find_first_of("\r\n"), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end);
    if (rest_.starts_with("\r\n")) {
      rest_.remove_prefix(2);
    } else if (!rest_.empty()) {
      rest_.remove_prefix(1);
    }
    return line;
  }
  [[nodiscard]] bool is_quoted_printable() const {
    const size_t colon = find_colon(line_);
    return colon != std::string::npos &&
           to_upper(std::string_view(line_).substr(0, colon)).find("QUOTED-PRINTABLE") != std::string::npos;
  }

  std::string_view rest_;
  std::string line_;
  bool keep_fold_space_ = false;
};

// A card while it is read: the candidates for its name.
struct OpenCard {
  std::string formatted;
  std::string structured;
  std::string nickname;
  std::string organization;
  std::vector<std::string> phones;
  std::vector<std::string> emails;

  [[nodiscard]] Card finish() {
    for (std::string* name : {&formatted, &structured, &nickname, &organization}) {
      if (has_visible(*name)) return {std::move(*name), std::move(phones), std::move(emails)};
    }
    return {"", std::move(phones), std::move(emails)};
  }
};

// "Family;Given;Additional;Prefix;Suffix" as people say it: given, additional, family.
std::string structured_name(std::string_view value) {
  const auto parts = split_escaped(value, ';');
  std::string name;
  for (const size_t index : {1, 2, 0}) {
    if (index < parts.size()) {
      for (const std::string_view part : split_escaped(parts[index], ',')) name += unescape(part) + ' ';
    }
  }
  return one_line(name);
}

void take_handle(std::vector<std::string>& handles, const Property& property, size_t bytes_max) {
  if (handles.size() == kVcardPhonesMax || property.value.size() > 4096) return;
  std::string handle = one_line(unescape(decode(property)));
  handle.resize(std::min(handle.size(), bytes_max));
  if (!handle.empty()) handles.push_back(std::move(handle));
}

void take_property(OpenCard& card, Property property) {
  if (property.name == "TEL") return take_handle(card.phones, property, kPhoneBytesMax);
  if (property.name == "EMAIL") return take_handle(card.emails, property, kEmailBytesMax);
  property.value = property.value.substr(0, kNameBytesMax);
  if (property.name == "FN") {
    if (card.formatted.empty()) card.formatted = one_line(unescape(decode(property)));
  } else if (property.name == "N") {
    if (card.structured.empty()) card.structured = structured_name(decode(property));
  } else if (property.name == "NICKNAME") {
    const std::string names = decode(property);
    if (card.nickname.empty()) card.nickname = one_line(unescape(split_escaped(names, ',')[0]));
  } else if (property.name == "ORG") {
    const std::string units = decode(property);
    if (card.organization.empty()) card.organization = one_line(unescape(split_escaped(units, ';')[0]));
  }
}

bool is_vcard(std::string_view value) { return value.size() <= 16 && to_upper(one_line(value)) == "VCARD"; }

}  // namespace

Result<std::vector<Card>, VcardError> parse_vcards(std::string_view text) {
  if (text.size() > kVcardBytesMax) return Fail(VcardError::kTooLarge);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);

  std::vector<Card> cards;
  std::optional<OpenCard> open;
  size_t nested = 0;          // depth of cards inside the open one
  bool agent_before = false;  // the line before was an AGENT without value: the card that follows belongs to it
  Lines lines(text);
  while (const auto line = lines.next()) {
    auto property = parse_property(*line);
    if (!property) continue;
    const bool inside_agent = agent_before;
    agent_before = open && property->name == "AGENT" && one_line(property->value.substr(0, 64)).empty();
    if (property->name == "BEGIN" && is_vcard(property->value)) {
      if (open && (nested > 0 || inside_agent)) {
        ++nested;
        continue;
      }
      // A card that was never ended counts as it is.
      if (open) cards.push_back(open->finish());
      if (cards.size() == kVcardCardsMax) return Fail(VcardError::kTooManyCards);
      open.emplace();
      lines.set_keep_fold_space(false);
    } else if (!open) {
      continue;
    } else if (property->name == "END" && is_vcard(property->value)) {
      if (nested > 0) {
        --nested;
        continue;
      }
      cards.push_back(open->finish());
      open.reset();
    } else if (nested == 0) {
      if (property->name == "VERSION") lines.set_keep_fold_space(one_line(property->value.substr(0, 16)) == "2.1");
      take_property(*open, std::move(*property));
    }
  }
  if (open) cards.push_back(open->finish());
  if (cards.empty()) return Fail(VcardError::kNoCard);
  return cards;
}

}  // namespace kith::core
