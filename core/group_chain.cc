// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_chain.h"

#include "crypto/group_signatures.h"

namespace kith::core {

namespace {

bool is_digest(const std::string& bytes) { return bytes.size() == crypto::kGroupDigestBytes; }

Bytes digest_of(const wire::SignedGroupChange& change) {
  return crypto::group_change_digest(change.change(), change.state_digest(), change.signature());
}

}  // namespace

std::optional<wire::GroupChange> change_in(const GroupId& group, const wire::SignedGroupChange& signed_change) {
  auto change = read_group_change(signed_change.change());
  if (!change || change->group_id() != group.view() || !is_digest(signed_change.state_digest())) return std::nullopt;
  if (signed_change.signature().size() != crypto::kGroupSignatureBytes) return std::nullopt;
  return std::move(*change);
}

std::optional<GroupChain> begin_chain(const GroupId& group, const wire::GroupAnswer& answer, Revision at_most) {
  auto state = read_group_state(answer.state());
  if (!state || state->group_id() != group.view() || state->revision() > at_most.value) return std::nullopt;
  if (answer.changes().empty()) return std::nullopt;
  const wire::SignedGroupChange& made_by = answer.changes(0);
  const auto change = change_in(group, made_by);
  if (!change || change->revision() != state->revision()) return std::nullopt;
  if (made_by.state_digest() != crypto::group_state_digest(answer.state())) return std::nullopt;
  return GroupChain{std::move(*state), digest_of(made_by)};
}

std::optional<GroupChain> next_in_chain(const GroupChain* before, const wire::SignedGroupChange& signed_change,
                                        const wire::GroupChange& change) {
  if (change.previous() != (before != nullptr ? BytesView(before->digest) : BytesView())) return std::nullopt;
  const auto state_before = before != nullptr ? std::optional(before->state) : std::nullopt;
  auto after = apply_change(state_before, change);
  if (!after) return std::nullopt;
  const bool is_state = signed_change.state_digest() == crypto::group_state_digest(group_state_bytes(*after));
  if (!is_state) return std::nullopt;
  if (change.has_join() && !crypto::verify_group_link(before->state.link().public_key(), join_statement(change),
                                                      change.join().link_signature()))
    return std::nullopt;
  return GroupChain{std::move(*after), digest_of(signed_change)};
}

}  // namespace kith::core
