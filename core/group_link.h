// SPDX-License-Identifier: AGPL-3.0-or-later

// A link by which people come into a group: what its text has in it, and its bytes.
//
//   text    "https://kith.example/join#" and the bytes in unpadded base64url. What is behind "#" no browser sends to a
//           server: it has the link's private key, and the key of the group's title
//   bytes   1 byte: 1; 16: group id; 64: the link's private key; 32: the info key; 8, big endian: a revision; 32: the
//           digest of its change, which a member's device has checked (GROUP-4)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "crypto/group_signatures.h"

namespace kith::core {

struct GroupLink {
  std::string server;  // as normalize_server() gives it; empty: the text names none
  GroupId group;
  crypto::GroupLinkKeyPair key;
  Bytes info_key;
  Revision revision;
  Bytes change_digest;
};

std::string group_link_text(const GroupLink& link);
// Takes the whole text, or only what is behind "#". Absent: it is no such link.
std::optional<GroupLink> read_group_link(std::string_view text);

}  // namespace kith::core
