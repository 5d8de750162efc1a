// SPDX-License-Identifier: AGPL-3.0-or-later

// What goes to many homes: one hop for each loop that owns any of them.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "server/delivery/shard.h"

namespace kith {

// Hands each item to the shard that owns the account `key(item)`: those of one shard in one call of `take(shard,
// items)`, in a later turn of its loop, in the order they have here.
template <class Item, class Key, class Take>
void scatter(Shards& shards, std::vector<Item> items, Key key, Take take) {
  if (items.empty()) return;
  std::vector<std::vector<Item>> by_shard(shards.size());
  for (Item& item : items) by_shard[shards.index_of(key(item))].push_back(std::move(item));
  for (size_t i = 0; i < by_shard.size(); ++i) {
    if (by_shard[i].empty()) continue;
    Shard& shard = shards.at(i);
    shard.executor().post(std::move_only_function<void()>(
        [&shard, take, taken = std::move(by_shard[i])]() mutable { take(shard, std::move(taken)); }));
  }
}

}  // namespace kith
