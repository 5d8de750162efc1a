// SPDX-License-Identifier: AGPL-3.0-or-later

// Full-text search: what the user typed, the messages that have it, and what of each is shown.
#pragma once

#include <string_view>

#include "client_api/client_api.pb.h"
#include "core/refusal.h"
#include "core/store/search_words.h"
#include "core/store/store.h"

namespace kith::core {

// Errors: kNoWord, kInvalidArgument (over 1,024 bytes, no UTF-8, limit above 500), kNoSuchConversation. limit 0: 50.
Result<client_api::SearchResponse, Refusal> search(Store& store, const client_api::SearchRequest& request);

// What is around the first match, at most kExcerptCharactersMax graphemes, the matches marked. `text` has the words.
client_api::SearchExcerpt make_excerpt(std::string_view text, const SearchWords& words);

inline constexpr size_t kExcerptCharactersMax = 120;

}  // namespace kith::core
