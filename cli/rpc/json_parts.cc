// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/rpc/json_parts.h"

#include <nlohmann/json.hpp>

namespace kith::cli::rpc {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  // The next character that is no space, and stays; 0 at the end.
  char peek() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  void skip() { ++at_; }
  // A whole value.
  std::string_view value() {
    peek();
    const size_t from = at_;
    int depth = 0;
    do {
      const char c = peek();
      if (c == '\0') break;
      if (c == '"') {
        skip_string();
      } else if (c == '{' || c == '[') {
        ++depth;
        skip();
      } else if (c == '}' || c == ']') {
        --depth;
        skip();
      } else if (c == ',' || c == ':') {
        skip();
      } else {
        while (at_ < text_.size() && !is_space(text_[at_]) && std::string_view(",:]}").find(text_[at_]) == text_.npos)
          ++at_;
      }
    } while (depth > 0);
    return text_.substr(from, at_ - from);
  }

 private:
  void skip_string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

std::vector<Member> members(std::string_view text) {
  std::vector<Member> all;
  Reader reader(text);
  if (reader.peek() != '{') return all;
  reader.skip();
  while (reader.peek() == '"') {
    const std::string_view name = reader.value();
    if (reader.peek() == ':') reader.skip();
    all.push_back({string_of(name), reader.value()});
    if (reader.peek() == ',') reader.skip();
  }
  return all;
}

std::vector<std::string_view> elements(std::string_view text) {
  std::vector<std::string_view> all;
  Reader reader(text);
  if (reader.peek() != '[') return all;
  reader.skip();
  for (char c = reader.peek(); c != ']' && c != '\0'; c = reader.peek()) {
    all.push_back(reader.value());
    if (reader.peek() == ',') reader.skip();
  }
  return all;
}

std::string_view find(const std::vector<Member>& members, std::string_view name) {
  std::string_view value;
  for (const Member& member : members) {
    if (member.name == name) value = member.value;
  }
  return value;
}

char kind_of(std::string_view text) {
  const char first = Reader(text).peek();
  return first == '-' || (first >= '0' && first <= '9') ? '0' : first;
}

std::string string_of(std::string_view text) {
  if (text.size() >= 2 && text.find('\\') == text.npos) return std::string(text.substr(1, text.size() - 2));
  const auto value = nlohmann::json::parse(text, nullptr, false);
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace kith::cli::rpc
