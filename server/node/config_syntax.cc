// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/config_syntax.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace kith::node {

namespace {

// A heading, or a key with its value, with the lines that belong to it.
struct Statement {
  size_t line;   // its first, from 1
  size_t begin;  // in the text
  size_t end;
  bool is_heading;
};

std::optional<Mistake> parse(std::string_view text, toml::table& table) {
  try {
    table = toml::parse(text);
    return std::nullopt;
  } catch (const toml::parse_error& error) {
    return Mistake{error.source().begin.line, "this is no TOML (" + std::string(error.description()) +
                                                  "): a line is [section] or key = value, with texts in quotes"};
  }
}

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

enum class LineKind { kHeading, kKey, kOther };
LineKind kind_of(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  if (line.starts_with('[')) return LineKind::kHeading;
  const auto key_end = std::ranges::find_if_not(line, is_key_character);
  const size_t equals = line.find_first_not_of(" \t", static_cast<size_t>(key_end - line.begin()));
  const bool is_key = key_end != line.begin() && equals != std::string_view::npos && line[equals] == '=';
  return is_key ? LineKind::kKey : LineKind::kOther;
}

// All of the text is in one.
std::vector<Statement> statements_of(std::string_view text) {
  std::vector<Statement> statements = {{1, 0, 0, false}};
  size_t line = 1;
  for (size_t begin = 0; begin < text.size(); ++line) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const LineKind kind = kind_of(text.substr(begin, end - begin));
    if (kind != LineKind::kOther) statements.push_back({line, begin, end, kind == LineKind::kHeading});
    statements.back().end = end;
    begin = end;
  }
  return statements;
}

// Leaves its lines empty, so that the others keep their numbers; of a heading all up to the next.
void blank(std::string& text, const std::vector<Statement>& statements, size_t index) {
  const bool is_heading = statements[index].is_heading;
  do {
    for (size_t i = statements[index].begin; i < statements[index].end; ++i) {
      if (text[i] != '\n') text[i] = ' ';
    }
    ++index;
  } while (is_heading && index < statements.size() && !statements[index].is_heading);
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \n") == std::string_view::npos; }

}  // namespace

ParsedConfig parse_config(std::string text, size_t mistakes_max) {
  ParsedConfig out;
  auto wrong = parse(text, out.file);
  if (!wrong) return out;
  if (text.find("\"\"\"") != std::string::npos || text.find("'''") != std::string::npos) {
    out.mistakes.push_back(std::move(*wrong));
    return out;
  }
  const std::vector<Statement> statements = statements_of(text);
  for (size_t i = 0; i < statements.size() && out.mistakes.size() < mistakes_max; ++i) {
    const std::string_view alone =
        std::string_view(text).substr(statements[i].begin, statements[i].end - statements[i].begin);
    toml::table ignored;
    wrong = parse(alone, ignored);
    if (!wrong) continue;
    // What is not closed ends behind its last line.
    const size_t lines = static_cast<size_t>(std::ranges::count(alone, '\n')) + (alone.ends_with('\n') ? 0 : 1);
    wrong->line = statements[i].line + std::clamp<size_t>(wrong->line, 1, std::max<size_t>(lines, 1)) - 1;
    out.mistakes.push_back(std::move(*wrong));
    blank(text, statements, i);
  }
  // Each is right alone; together they may say something twice.
  while (out.mistakes.size() < mistakes_max && (wrong = parse(text, out.file))) {
    size_t index = statements.size() - 1;
    while (index > 0 && statements[index].line > wrong->line) --index;
    if (is_blank(
            std::string_view(text).substr(statements[index].begin, statements[index].end - statements[index].begin)))
      break;
    out.mistakes.push_back(std::move(*wrong));
    blank(text, statements, index);
  }
  std::ranges::stable_sort(out.mistakes, {}, &Mistake::line);
  return out;
}

}  // namespace kith::node
