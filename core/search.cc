// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/search.h"

#include <algorithm>

#include "base/bytes.h"
#include "core/messages_view.h"

namespace kith::core {
namespace {

constexpr size_t kWordsMax = 32;
constexpr size_t kQueryBytesMax = 1024;
constexpr uint32_t kResultsDefault = 50;
constexpr uint32_t kResultsMax = 500;

// Whether the character at `at` (which moves to the next) may be part of what the tokenizer calls a word. Wrong for
// some signs, which does no harm: FTS5 ignores what has no tokens; and a word that is looked for literally is still
// found.
bool is_word_character(std::string_view text, size_t& at) {
  const auto byte = [&](size_t offset) { return static_cast<uint8_t>(text[at + offset]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) {
    ++at;
    return (lead >= '0' && lead <= '9') || (lead >= 'A' && lead <= 'Z') || (lead >= 'a' && lead <= 'z');
  }
  uint32_t point = 0;
  if (lead < 0xE0) {
    point = (lead & 31u) << 6 | (byte(1) & 63u);
    at += 2;
  } else if (lead < 0xF0) {
    point = (lead & 15u) << 12 | (byte(1) & 63u) << 6 | (byte(2) & 63u);
    at += 3;
  } else {
    point = (lead & 7u) << 18 | (byte(1) & 63u) << 12 | (byte(2) & 63u) << 6 | (byte(3) & 63u);
    at += 4;
  }
  const auto within = [&](uint32_t first, uint32_t last) { return point >= first && point <= last; };
  // Latin-1 signs, punctuation to dingbats and arrows, CJK punctuation, variation selectors, pictographs, tags.
  return !(within(0x80, 0xA9) || within(0xAB, 0xB1) || within(0xB6, 0xB8) || point == 0xBB || point == 0xBF ||
           within(0x2000, 0x206F) || within(0x20A0, 0x20FF) || within(0x2190, 0x245F) || within(0x2500, 0x2BFF) ||
           within(0x3000, 0x3004) || within(0x3008, 0x3020) || within(0xFE00, 0xFE0F) || within(0x1F000, 0x1FAFF) ||
           within(0xE0000, 0xE01EF));
}

bool has_word_character(std::string_view word) {
  for (size_t at = 0; at < word.size();) {
    if (is_word_character(word, at)) return true;
  }
  return false;
}

bool is_space(char byte) { return static_cast<uint8_t>(byte) <= ' '; }

}  // namespace

SearchQuery make_search_query(std::string_view text) {
  SearchQuery query;
  size_t words = 0;
  for (size_t at = 0; at < text.size() && words < kWordsMax;) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    const size_t begin = at;
    while (at < text.size() && !is_space(text[at])) ++at;
    const std::string_view word = text.substr(begin, at - begin);
    ++words;
    if (!has_word_character(word)) {
      query.contained.emplace_back(word);
      continue;
    }
    // Inside quotes only the quote itself has a meaning; control characters are spaces and so not here.
    if (!query.expression.empty()) query.expression += ' ';
    query.expression += '"';
    for (const char byte : word) {
      if (byte == '"') query.expression += '"';
      query.expression += byte;
    }
    query.expression += '"';
  }
  if (!query.expression.empty()) query.expression += '*';
  return query;
}

Result<client_api::SearchResponse, Refusal> search(Store& store, const client_api::SearchRequest& request) {
  if (request.query().size() > kQueryBytesMax || !is_utf8(request.query()))
    return Refuse(client_api::Failure::kInvalidArgument, "query");
  if (request.limit() > kResultsMax) return Refuse(client_api::Failure::kInvalidArgument, "limit");
  const SearchQuery query = make_search_query(request.query());
  if (query.empty()) return Refuse(client_api::Failure::kInvalidArgument, "query");
  std::optional<ConversationId> conversation;
  if (!request.conversation().empty()) {
    conversation = ConversationId::from_hex(request.conversation());
    if (!conversation) return Refuse(client_api::Failure::kInvalidArgument, "conversation");
    if (!store.conversations.find(*conversation))
      return Refuse(client_api::Failure::kNoSuchConversation, "conversation");
  }
  const auto found = store.messages.search(query.expression, query.contained, conversation,
                                           request.limit() == 0 ? kResultsDefault : request.limit());
  MessagesView view(store);
  client_api::SearchResponse response;
  for (const MessageRow& message : found) *response.add_messages() = view.build(message);
  return response;
}

}  // namespace kith::core
