// SPDX-License-Identifier: AGPL-3.0-or-later

// The slots of a link's mailbox (LINK-5), and the text of a link.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/output.h"
#include "core/server_address.h"
#include "crypto/linking.h"

namespace kith::core::link_slot {
inline constexpr uint32_t kCommitment = 1;
inline constexpr uint32_t kNonce = 2;
inline constexpr uint32_t kOpening = 3;
inline constexpr uint32_t kOffer = 4;
inline constexpr uint32_t kGrant = 5;
inline constexpr uint32_t kDone = 6;
inline constexpr uint32_t kWaiting = 7;
}  // namespace kith::core::link_slot

namespace kith::core {

// What came by a link is not what it has to be.
inline CallFailure link_broken(const char* what) { return {FailureCode::kLinkBroken, what, 0}; }

// "https://kith.example/link#" and the invitation in unpadded base64url. What is behind "#" no browser sends to a
// server.
inline std::string link_text(const std::string& server, const crypto::LinkInvitation& invitation) {
  return server + "/link#" + to_base64url(invitation.encode());
}

struct Link {
  std::string server;  // as normalize_server() gives it; empty: the text names none
  crypto::LinkInvitation invitation;
};

// Takes the whole text, or only what is behind "#".
inline std::optional<Link> read_link(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  Link link;
  if (const size_t mark = text.find('#'); mark != std::string_view::npos) {
    constexpr std::string_view kPath = "/link";
    const std::string_view before = text.substr(0, mark);
    if (before.ends_with(kPath))
      link.server = normalize_server(std::string(before.substr(0, before.size() - kPath.size()))).value_or("");
    text.remove_prefix(mark + 1);
  }
  const auto bytes = from_base64url(text);
  auto invitation = bytes ? crypto::LinkInvitation::decode(*bytes) : std::nullopt;
  if (!invitation) return std::nullopt;
  link.invitation = std::move(*invitation);
  return link;
}

}  // namespace kith::core
