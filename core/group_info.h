// SPDX-License-Identifier: AGPL-3.0-or-later

// What of a group is sealed under its info key: title, description and photo, and a link's private half
// (content.GroupInfo).
#pragma once

#include <optional>
#include <string>

#include "base/ids.h"
#include "base/random.h"
#include "crypto/media.h"

namespace kith::core {

constexpr size_t kGroupTitleCharactersMax = 100;
constexpr size_t kGroupDescriptionCharactersMax = 512;
constexpr size_t kGroupDescriptionBytesMax = 1500;

struct GroupInfo {
  std::string title;
  std::string description;
  std::optional<crypto::SealedFile> photo = {};
  friend bool operator==(const GroupInfo&, const GroupInfo&) = default;
};

// `info` within the bounds. Empty when the key is none.
Bytes seal_group_info(const GroupId& group, BytesView info_key, const GroupInfo& info, RandomSource& random);
// What is inside; a photo that may be none is left out. Absent: it is no title that one of our clients gives.
std::optional<GroupInfo> read_group_info(BytesView plain);
// Absent: it is not sealed under this key for this group, or what is in it is no title that one of our clients gives.
std::optional<GroupInfo> open_group_info(const GroupId& group, BytesView info_key, BytesView sealed);

Bytes seal_group_link(const GroupId& group, BytesView info_key, BytesView private_key, RandomSource& random);
// Absent: it is not sealed under this key for this group.
std::optional<Bytes> open_group_link(const GroupId& group, BytesView info_key, BytesView sealed);

}  // namespace kith::core
