// SPDX-License-Identifier: AGPL-3.0-or-later

// What of a group is sealed under its info key: title and description, and a link's private half
// (content.GroupInfo).
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/random.h"

namespace kith::core {

constexpr size_t kGroupTitleCharactersMax = 100;
constexpr size_t kGroupDescriptionCharactersMax = 512;
constexpr size_t kGroupDescriptionBytesMax = 1500;

struct GroupTexts {
  std::string title;
  std::string description;
};

// `texts` within the bounds. Empty when the key is none.
Bytes seal_group_info(const GroupId& group, BytesView info_key, const GroupTexts& texts, RandomSource& random);
// What is inside. Absent: it is no title that one of our clients gives.
std::optional<GroupTexts> read_group_info(BytesView plain);
// Absent: it is not sealed under this key for this group, or what is in it is no title that one of our clients gives.
std::optional<GroupTexts> open_group_info(const GroupId& group, BytesView info_key, BytesView sealed);

Bytes seal_group_link(const GroupId& group, BytesView info_key, BytesView private_key, RandomSource& random);
// Absent: it is not sealed under this key for this group.
std::optional<Bytes> open_group_link(const GroupId& group, BytesView info_key, BytesView sealed);

}  // namespace kith::core
