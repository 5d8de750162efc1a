// SPDX-License-Identifier: AGPL-3.0-or-later

// Full-text search: what the user typed becomes a query that can't be malformed.
//
// Each word must be in the message, the last one as the beginning of a word. Words are compared without case and
// diacritics. What has no letters or digits (emoji, signs) is looked for literally.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client_api/client_api.pb.h"
#include "core/refusal.h"
#include "core/store/store.h"

namespace kith::core {

struct SearchQuery {
  std::string expression;              // FTS5; "" when there are no words
  std::vector<std::string> contained;  // strings looked for literally
  [[nodiscard]] bool empty() const { return expression.empty() && contained.empty(); }
};

// At most 32 words, further ones are ignored. `text` is well-formed UTF-8.
SearchQuery make_search_query(std::string_view text);

// Errors: kInvalidArgument (empty or over 1,024 bytes, no UTF-8, limit above 500), kNoSuchConversation. limit 0: 50.
Result<client_api::SearchResponse, Refusal> search(Store& store, const client_api::SearchRequest& request);

}  // namespace kith::core
