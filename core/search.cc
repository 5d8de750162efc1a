// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/search.h"

#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "base/utf8.h"
#include "core/messages_view.h"

namespace kith::core {
namespace {

constexpr size_t kQueryBytesMax = 1024;
constexpr uint32_t kResultsDefault = 50;
constexpr uint32_t kResultsMax = 500;
constexpr size_t kBeforeMatch = 30;    // graphemes of an excerpt
constexpr size_t kMatchesMax = 1'000;  // of a text; further ones are not marked

struct Range {
  size_t begin;
  size_t end;
};

// The bytes that match, in order.
std::vector<Range> find_matches(std::string_view text, const SearchWords& words) {
  const Folded folded = fold(text);
  std::vector<Range> matches;
  for (const std::u32string& word : words.words) {
    for (size_t at = folded.points.find(word); at != std::u32string::npos && matches.size() < kMatchesMax;
         at = folded.points.find(word, at + word.size())) {
      size_t end = folded.places[at + word.size() - 1];
      next_point(text, end);
      matches.push_back({folded.places[at], end});
    }
  }
  std::ranges::sort(matches, {}, &Range::begin);
  return matches;
}

// Where an excerpt begins that has `place` in it: at most `count` graphemes before.
size_t begin_before(std::string_view text, size_t place, size_t count) {
  // Clusters are read from a word's beginning on; without one from some way before, where the first may be a half.
  constexpr size_t kFar = 2'000;
  size_t at = place > kFar ? text.find_first_of(" \n", place - kFar) : 0;
  if (at > place) {
    at = place - kFar;
    next_point(text, at);
  }
  std::vector<size_t> begins;
  for (; at < text.size(); at = grapheme_end(text, at)) {
    begins.push_back(at);
    if (grapheme_end(text, at) > place) break;
  }
  if (begins.empty()) return place;
  const size_t first = begins.size() - std::min(begins.size(), count + 1);
  if (begins[first] == 0) return 0;
  for (size_t i = first; i < begins.size(); ++i) {  // a word's beginning, if there is one
    if (const char before = text[begins[i] - 1]; before == ' ' || before == '\n') return begins[i];
  }
  return begins[first];
}

class Pieces {
 public:
  void add(std::string_view text, bool matched) {
    if (excerpt_.pieces_size() == 0 || excerpt_.pieces(excerpt_.pieces_size() - 1).matched() != matched)
      excerpt_.add_pieces()->set_matched(matched);
    excerpt_.mutable_pieces(excerpt_.pieces_size() - 1)->mutable_text()->append(text);
  }
  client_api::SearchExcerpt finish() { return std::move(excerpt_); }

 private:
  client_api::SearchExcerpt excerpt_;
};

}  // namespace

client_api::SearchExcerpt make_excerpt(std::string_view text, const SearchWords& words) {
  const std::vector<Range> matches = find_matches(text, words);
  size_t at = matches.empty() ? 0 : begin_before(text, matches[0].begin, kBeforeMatch);
  Pieces pieces;
  if (at > 0) pieces.add("…", false);
  auto match = matches.begin();
  bool space = true;  // white space is single, and none at the beginning
  for (size_t count = 0; at < text.size(); ++count) {
    const size_t end = grapheme_end(text, at);
    if (count == kExcerptCharactersMax) {
      pieces.add("…", false);
      break;
    }
    while (match != matches.end() && match->end <= at) ++match;
    const bool matched = match != matches.end() && match->begin < end;
    size_t behind = at;
    const uint32_t point = next_point(text, behind);
    if (!is_space(point) && point >= ' ') {
      pieces.add(text.substr(at, end - at), matched);
      space = false;
    } else if (!space) {
      pieces.add(" ", matched);
      space = true;
    }
    at = end;
  }
  return pieces.finish();
}

Result<client_api::SearchResponse, Refusal> search(Store& store, const client_api::SearchRequest& request) {
  if (request.query().size() > kQueryBytesMax || !is_utf8(request.query()))
    return Refuse(client_api::Failure::kInvalidArgument, "query: must be UTF-8, of at most 1024 bytes");
  if (request.limit() > kResultsMax) return Refuse(client_api::Failure::kInvalidArgument, "limit: must be at most 500");
  const SearchWords words = read_search_words(request.query());
  if (words.words.empty()) return Refuse(client_api::Failure::kNoWord, "query: has no word that could be found");
  std::optional<ConversationId> conversation;
  if (!request.conversation().empty()) {
    conversation = ConversationId::from_hex(request.conversation());
    if (!conversation)
      return Refuse(client_api::Failure::kInvalidArgument, "conversation: must be 32 hexadecimal digits");
    if (!store.conversations.find(*conversation))
      return Refuse(client_api::Failure::kNoSuchConversation, "conversation");
  }
  MessagesView view(store);
  client_api::SearchResponse response;
  for (const MessageRow& message :
       store.messages.search(words, conversation, request.limit() == 0 ? kResultsDefault : request.limit())) {
    *response.add_messages() = view.build(message);
    *response.add_excerpts() = make_excerpt(message.text, words);
  }
  return response;
}

}  // namespace kith::core
