// SPDX-License-Identifier: AGPL-3.0-or-later

#include "base/unicode.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "base/utf8.h"

namespace kith {
namespace {

// kGraphemeRuns   first point << 11 | (count - 1) << 4 | Break; sorted
// kDigitZeros     the zeros of all scripts; the other nine follow each
// kFoldRuns       first point << 11 | (count - 1) << 3 | (step - 1) << 1 | kind; sorted
// kFoldValues     for each of them, by kind: 0 what to add to each point; 1 where in kFoldPool the text is that each
//                 stands for
// kFoldPool       texts: length, UTF-8
#include "base/unicode_tables.inc"

// Grapheme_Cluster_Break, as the generator numbers them; then those that are computed.
enum class Break {
  kControl,
  kExtend,
  kJoiner,
  kSpacingMark,
  kPrepend,
  kPictographic,
  kRegionalIndicator,
  kL,
  kV,
  kT,
  kLv,
  kLvt,
  kOther,
};

constexpr uint32_t kHangulFirst = 0xAC00, kHangulLast = 0xD7A3, kHangulFinals = 28, kHangulMedials = 21;

Break break_of(uint32_t point) {
  if (point >= kHangulFirst && point <= kHangulLast)
    return (point - kHangulFirst) % kHangulFinals == 0 ? Break::kLv : Break::kLvt;
  const auto* run = std::upper_bound(std::begin(kGraphemeRuns), std::end(kGraphemeRuns), point << 11 | 0x7FF);
  if (run == std::begin(kGraphemeRuns)) return Break::kOther;
  --run;
  return point <= (*run >> 11) + (*run >> 4 & 127) ? static_cast<Break>(*run & 15) : Break::kOther;
}

bool is_directional(uint32_t point) {
  return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

// What joins two clusters, but for pictographs and flags, which need what is before.
bool joins(Break before, Break after) {
  const auto is = [](Break one, std::initializer_list<Break> any) { return std::ranges::find(any, one) != any.end(); };
  if (before == Break::kControl || after == Break::kControl) return false;
  if (before == Break::kL) {
    if (is(after, {Break::kL, Break::kV, Break::kLv, Break::kLvt})) return true;
  } else if (is(before, {Break::kLv, Break::kV})) {
    if (is(after, {Break::kV, Break::kT})) return true;
  } else if (is(before, {Break::kLvt, Break::kT}) && after == Break::kT) {
    return true;
  }
  return before == Break::kPrepend || is(after, {Break::kExtend, Break::kJoiner, Break::kSpacingMark});
}

}  // namespace

std::optional<int> decimal_digit(uint32_t point) {
  const auto* zero = std::upper_bound(std::begin(kDigitZeros), std::end(kDigitZeros), point);
  if (point >= '0' && point <= '9') return static_cast<int>(point - '0');
  if (zero == std::begin(kDigitZeros) || point - *--zero > 9) return std::nullopt;
  return static_cast<int>(point - *zero);
}

bool is_space(uint32_t point) {
  return (point >= 9 && point <= 13) || point == ' ' || point == 0x85 || point == 0xA0 || point == 0x1680 ||
         (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 || point == 0x202F ||
         point == 0x205F || point == 0x3000;
}

bool is_invisible(uint32_t point) {
  if (point >= 0x1F3FB && point <= 0x1F3FF) return false;  // skin tones alone are squares
  // Fillers, the blank Braille pattern, the object replacement character, the musical null notehead.
  for (const uint32_t blank : {0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800, 0xFFFC, 0x1D159}) {
    if (point == blank) return true;
  }
  const Break kind = break_of(point);
  return kind == Break::kControl || kind == Break::kExtend || kind == Break::kJoiner;
}

bool has_visible(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const uint32_t point = next_point(text, at);
    if (!is_space(point) && !is_invisible(point)) return true;
  }
  return false;
}

std::string one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool space = false;
  for (size_t at = 0; at < text.size();) {
    const uint32_t point = next_point(text, at);
    if (is_directional(point)) continue;
    if (is_space(point) || point < 0x20 || (point >= 0x7F && point < 0xA0)) {
      space = true;
      continue;
    }
    if (space && !out.empty()) out += ' ';
    space = false;
    append_point(out, point);
  }
  return out;
}

// ---------------------------------------------------------------- folding

namespace {

char32_t fold_ascii(uint32_t point) {
  if (point >= 'A' && point <= 'Z') return point + 32;
  return point >= 9 && point <= 13 ? U' ' : point;
}

// Appends to `out`, and calls `folded(first, ascii)` for each stretch that begins at the byte `first`: of ASCII, where
// each byte is a point, or one other character. Most texts are long stretches of ASCII.
template <class OnStretch>
void fold_into(std::string_view text, std::u32string& out, OnStretch folded) {
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t first = at;
    while (at < text.size() && static_cast<uint8_t>(text[at]) < 0x80) ++at;
    const bool ascii = at > first;
    if (ascii) {
      const size_t had = out.size();
      out.resize(had + at - first);
      std::transform(text.data() + first, text.data() + at, out.data() + had, fold_ascii);
    } else {
      fold_point(next_point(text, at), out);
    }
    folded(first, ascii);
  }
}

}  // namespace

void fold_point(uint32_t point, std::u32string& out) {
  if (point < 0x80) {
    out += fold_ascii(point);
    return;
  }
  if (point >= kHangulFirst && point <= kHangulLast) {
    const uint32_t index = point - kHangulFirst;
    out += static_cast<char32_t>(0x1100 + index / (kHangulMedials * kHangulFinals));
    out += static_cast<char32_t>(0x1161 + index / kHangulFinals % kHangulMedials);
    if (index % kHangulFinals != 0) out += static_cast<char32_t>(0x11A7 + index % kHangulFinals);
    return;
  }
  const auto* run = std::upper_bound(std::begin(kFoldRuns), std::end(kFoldRuns), point << 11 | 0x7FF);
  if (run != std::begin(kFoldRuns)) {
    --run;
    const uint32_t distance = point - (*run >> 11);
    const uint32_t step = (*run >> 1 & 3) + 1;
    if (distance % step == 0 && distance / step <= (*run >> 3 & 255)) {
      const int32_t value = kFoldValues[run - std::begin(kFoldRuns)];
      if ((*run & 1) == 0) {
        out += static_cast<char32_t>(static_cast<int32_t>(point) + value);
        return;
      }
      const std::string_view folded(reinterpret_cast<const char*>(kFoldPool) + value + 1, kFoldPool[value]);
      for (size_t at = 0; at < folded.size();) out += static_cast<char32_t>(next_point(folded, at));
      return;
    }
  }
  out += static_cast<char32_t>(point);
}

Folded fold(std::string_view text) {
  Folded folded;
  folded.places.reserve(text.size());
  fold_into(text, folded.points, [&](size_t first, bool ascii) {
    const size_t had = folded.places.size();
    folded.places.resize(folded.points.size(), static_cast<uint32_t>(first));
    if (ascii)
      std::iota(folded.places.begin() + static_cast<std::ptrdiff_t>(had), folded.places.end(),
                static_cast<uint32_t>(first));
  });
  return folded;
}

std::u32string fold_points(std::string_view text) {
  std::u32string points;
  fold_into(text, points, [](size_t, bool) {});
  return points;
}

std::string sort_key(std::string_view text) {
  std::string out;
  std::u32string points;
  for (size_t at = 0; at < text.size();) fold_point(next_point(text, at), points);
  for (const char32_t point : points) {
    if (point < 0x20 || (point == ' ' && (out.empty() || out.back() == ' '))) continue;
    append_point(out, point);
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// ---------------------------------------------------------------- graphemes

size_t grapheme_end(std::string_view text, size_t at) {
  if (at >= text.size()) return text.size();
  const uint32_t first = next_point(text, at);
  if (first == '\r' && at < text.size() && text[at] == '\n') return at + 1;
  Break before = break_of(first);
  bool pictograph = before == Break::kPictographic;  // followed by nothing but extensions
  bool half_flag = before == Break::kRegionalIndicator;
  while (at < text.size()) {
    size_t next = at;
    const Break after = break_of(next_point(text, next));
    const bool joined = joins(before, after) ||
                        (pictograph && before == Break::kJoiner && after == Break::kPictographic) ||
                        (half_flag && after == Break::kRegionalIndicator);
    if (!joined) return at;
    half_flag = before == Break::kPrepend && after == Break::kRegionalIndicator;
    pictograph = after == Break::kPictographic || (pictograph && (after == Break::kExtend || after == Break::kJoiner));
    before = after;
    at = next;
  }
  return at;
}

bool is_emoji(std::string_view text) {
  constexpr uint32_t kKeycap = 0x20E3;
  constexpr uint32_t kTag = 0xE0020;  // letters that say whose flag it is, after a black one
  constexpr uint32_t kTagEnd = 0xE007F;
  if (text.empty() || grapheme_end(text, 0) != text.size()) return false;
  size_t at = 0;
  const uint32_t first = next_point(text, at);
  const Break kind = break_of(first);
  if (kind == Break::kRegionalIndicator) return at < text.size() && break_of(next_point(text, at)) == kind;
  const bool has_keycap = (first >= '0' && first <= '9') || first == '#' || first == '*';
  if (kind != Break::kPictographic && !has_keycap) return false;
  uint32_t last = first;
  while (at < text.size()) {
    last = next_point(text, at);
    const bool is_tag = last >= kTag && last <= kTagEnd;
    const bool belongs = is_tag || last == kKeycap || last == 0x200D || last == 0xFE0F ||
                         (last >= 0x1F3FB && last <= 0x1F3FF) || break_of(last) == Break::kPictographic;
    if (!belongs) return false;
  }
  return last != 0x200D && (!has_keycap || last == kKeycap);
}

}  // namespace kith
