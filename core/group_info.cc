// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_info.h"

#include "base/unicode.h"
#include "base/utf8.h"
#include "content/content.pb.h"
#include "core/photo_file.h"
#include "crypto/aead.h"

namespace kith::core {

namespace {

Bytes bound(const char* domain, const GroupId& group) {
  Bytes bytes(domain);
  bytes.push_back('\0');
  bytes += group.view();
  return bytes;
}
constexpr const char* kInfo = "kith group info v1";
constexpr const char* kLink = "kith group link v1";

}  // namespace

Bytes seal_group_info(const GroupId& group, BytesView info_key, const GroupInfo& info, RandomSource& random) {
  content::GroupInfo said;
  said.set_title(info.title);
  said.set_description(info.description);
  if (info.photo) *said.mutable_photo() = photo_said(*info.photo);
  return crypto::seal_aead(info_key, bound(kInfo, group), said.SerializeAsString(), random);
}

std::optional<GroupInfo> read_group_info(BytesView plain) {
  content::GroupInfo info;
  if (!info.ParseFromArray(plain.data(), static_cast<int>(plain.size()))) return std::nullopt;
  const bool may_be_shown = is_utf8(info.title()) && is_utf8(info.description()) && has_visible(info.title()) &&
                            utf8_length(info.title()) <= kGroupTitleCharactersMax &&
                            utf8_length(info.description()) <= kGroupDescriptionCharactersMax &&
                            info.description().size() <= kGroupDescriptionBytesMax;
  if (!may_be_shown) return std::nullopt;
  GroupInfo read{one_line(info.title()), info.description()};
  if (info.has_photo()) read.photo = photo_file(info.photo());
  return read;
}

std::optional<GroupInfo> open_group_info(const GroupId& group, BytesView info_key, BytesView sealed) {
  const auto plain = crypto::open_aead(info_key, bound(kInfo, group), sealed);
  return plain ? read_group_info(*plain) : std::nullopt;
}

Bytes seal_group_link(const GroupId& group, BytesView info_key, BytesView private_key, RandomSource& random) {
  return crypto::seal_aead(info_key, bound(kLink, group), private_key, random);
}

std::optional<Bytes> open_group_link(const GroupId& group, BytesView info_key, BytesView sealed) {
  return crypto::open_aead(info_key, bound(kLink, group), sealed);
}

}  // namespace kith::core
