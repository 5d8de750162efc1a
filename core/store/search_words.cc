// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/store/search_words.h"

#include <sqlite3.h>

#include <algorithm>

#include "base/utf8.h"

namespace kith::core {
namespace {

constexpr size_t kWordsMax = 32;
constexpr size_t kTokenPoints = 3;
constexpr size_t kTermsMax = 12;  // of an expression; what they leave open is compared

bool is_between_words(char32_t point) { return point <= ' '; }

// Calls take(word) for each word, until that is false.
template <class Take>
void each_word(std::u32string_view points, Take take) {
  for (size_t at = 0; at < points.size();) {
    if (is_between_words(points[at])) {
      ++at;
      continue;
    }
    size_t end = at;
    while (end < points.size() && !is_between_words(points[end])) ++end;
    if (!take(points.substr(at, end - at))) return;
    at = end;
  }
}

std::string utf8(std::u32string_view points) {
  std::string text;
  for (const char32_t point : points) append_point(text, point);
  return text;
}

// Adds a string of FTS5, where only the quotation mark has a meaning.
void append_term(std::string& expression, std::u32string_view points) {
  if (!expression.empty()) expression += ' ';
  expression += '"';
  for (const char byte : utf8(points)) {
    if (byte == '"') expression += '"';
    expression += byte;
  }
  expression += '"';
}

// ---------------------------------------------------------------- the tokenizer

using Emit = int (*)(void*, int, const char*, int, int, int);

// The tokens of a text; of an expression's string the string itself, which expression() has cut already.
int tokenize(Fts5Tokenizer*, void* context, int flags, const char* text, int size, Emit emit) {
  if ((flags & FTS5_TOKENIZE_QUERY) != 0) return emit(context, 0, text, size, 0, size);
  const std::u32string folded = fold_points({text, static_cast<size_t>(size)});
  int result = SQLITE_OK;
  std::string bytes;
  std::vector<size_t> begins;  // of the word's characters, and its end
  each_word(folded, [&](std::u32string_view word) {
    bytes.clear();
    begins.resize(word.size() + 1);
    for (size_t i = 0; i < word.size(); ++i) {
      begins[i] = bytes.size();
      if (word[i] < 0x80) {
        bytes += static_cast<char>(word[i]);
      } else {
        append_point(bytes, word[i]);
      }
    }
    begins[word.size()] = bytes.size();
    for (size_t i = 0; i < word.size() && result == SQLITE_OK; ++i) {
      const size_t length = begins[std::min(i + kTokenPoints, word.size())] - begins[i];
      result = emit(context, 0, bytes.data() + begins[i], static_cast<int>(length), 0, size);
    }
    return result == SQLITE_OK;
  });
  return result;
}

int create_tokenizer(void*, const char**, int, Fts5Tokenizer** tokenizer) {
  static char nothing;  // it has no state
  *tokenizer = reinterpret_cast<Fts5Tokenizer*>(&nothing);
  return SQLITE_OK;
}

void delete_tokenizer(Fts5Tokenizer*) {}

}  // namespace

bool SearchWords::are_short() const {
  return std::ranges::all_of(words, [](const std::u32string& word) { return word.size() < kTokenPoints; });
}

std::string SearchWords::expression() const {
  std::string expression;
  size_t terms = 0;
  for (const std::u32string_view word : words) {
    if (word.size() < kTokenPoints) {
      if (!are_short() || terms++ == kTermsMax) continue;
      append_term(expression, word);
      expression += '*';
      continue;
    }
    // Every third, and the last: each character is in one.
    for (size_t at = 0; at < word.size() && terms < kTermsMax; at += kTokenPoints, ++terms) {
      append_term(expression, word.substr(std::min(at, word.size() - kTokenPoints), kTokenPoints));
    }
  }
  return expression;
}

bool SearchWords::are_in(std::u32string_view folded) const {
  return std::ranges::all_of(
      words, [&](const std::u32string& word) { return folded.find(word) != std::u32string_view::npos; });
}

SearchWords read_search_words(std::string_view typed) {
  SearchWords read;
  each_word(fold_points(typed), [&](std::u32string_view word) {
    read.words.emplace_back(word);
    return read.words.size() < kWordsMax;
  });
  return read;
}

bool register_tokenizer(sqlite3* handle) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &statement, nullptr) != SQLITE_OK) return false;
  sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
  sqlite3_step(statement);
  sqlite3_finalize(statement);
  if (api == nullptr) return false;
  fts5_tokenizer tokenizer{create_tokenizer, delete_tokenizer, tokenize};
  return api->xCreateTokenizer(api, "kith", nullptr, &tokenizer, nullptr) == SQLITE_OK;
}

}  // namespace kith::core
