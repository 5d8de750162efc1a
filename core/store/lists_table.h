// SPDX-License-Identifier: AGPL-3.0-or-later

// Lists that a person has made of conversations (LISTS-1).
//
//   lists    id BLOB(16) PRIMARY KEY: ListId, name TEXT, made_us INTEGER: when it was made, by which they are ordered
//   listed   list BLOB(16), conversation BLOB(16); key (conversation, list). The list need not be here yet
//   indices  listed_list on listed (list)
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "core/store/conversation_id.h"
#include "core/store/database.h"

namespace kith::core {

// The same on all devices of the account.
using ListId = Id128<struct ListTag>;

struct ListRow {
  ListId id;
  std::string name;
  UnixMicros made;
  int64_t conversations = 0;  // that are in it
};

class ListsTable {
 public:
  explicit ListsTable(Database& database) : database_(database) {}

  // Instead of what is known of it.
  void set(const ListId& id, const std::string& name, UnixMicros made);
  void remove(const ListId& id);
  std::optional<ListRow> find(const ListId& id);
  // The oldest first.
  std::vector<ListRow> all();

  // False: that is so already.
  bool set_listed(const ListId& list, const ConversationId& conversation, bool listed);
  // The conversation's lists, that there are, the oldest first.
  std::vector<ListId> of(const ConversationId& conversation);
  std::vector<ConversationId> conversations(const ListId& list);
  void remove_all();

 private:
  Database& database_;
};

}  // namespace kith::core
