// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_link.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "core/server_address.h"
#include "crypto/aead.h"

namespace kith::core {

namespace {
constexpr std::string_view kPath = "/join";
constexpr char kVersion = 1;
constexpr size_t kPrivateKeyBytes = 64;
constexpr size_t kPublicKeyBytes = 32;
constexpr size_t kRevisionBytes = 8;
constexpr size_t kLinkBytes =
    1 + GroupId::kBytes + kPrivateKeyBytes + crypto::kAeadKeyBytes + kRevisionBytes + crypto::kGroupDigestBytes;
}  // namespace

std::string group_link_text(const GroupLink& link) {
  Bytes bytes(1, kVersion);
  bytes += link.group.view();
  bytes += link.key.private_key;
  bytes += link.info_key;
  append_u64(bytes, link.revision.value);
  bytes += link.change_digest;
  return link.server + std::string(kPath) + "#" + to_base64url(bytes);
}

std::optional<GroupLink> read_group_link(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  GroupLink link;
  if (const size_t mark = text.find('#'); mark != std::string_view::npos) {
    const std::string_view before = text.substr(0, mark);
    if (!before.ends_with(kPath)) return std::nullopt;
    link.server = normalize_server(std::string(before.substr(0, before.size() - kPath.size()))).value_or("");
    text.remove_prefix(mark + 1);
  }
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() != kLinkBytes || bytes->front() != kVersion) return std::nullopt;
  BytesView left = BytesView(*bytes).substr(1);
  const auto take = [&left](size_t size) {
    const BytesView taken = left.substr(0, size);
    left.remove_prefix(size);
    return taken;
  };
  link.group = *GroupId::from_bytes(take(GroupId::kBytes));
  link.key.private_key = Bytes(take(kPrivateKeyBytes));
  link.key.public_key = link.key.private_key.substr(kPrivateKeyBytes - kPublicKeyBytes);  // libsodium's form
  link.info_key = Bytes(take(crypto::kAeadKeyBytes));
  link.revision = {read_u64(take(kRevisionBytes).data())};
  link.change_digest = Bytes(take(crypto::kGroupDigestBytes));
  if (link.group.is_none() || link.revision.value == 0 || link.revision.value > kRevisionMax) return std::nullopt;
  return link;
}

}  // namespace kith::core
