// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/conversation_register.h"

#include "core/conversations.h"
#include "core/engine.h"

namespace kith::core {

namespace {

constexpr char kGroupSubject = 'g';

}  // namespace

Bytes subject_of(const Target& peer) {
  return peer.is_group() ? Bytes(1, kGroupSubject) + peer.id.bytes() : Bytes(peer.id.bytes());
}

std::optional<Target> peer_of(BytesView subject) {
  const bool is_group = subject.size() == GroupId::kBytes + 1 && subject.front() == kGroupSubject;
  if (is_group) return Target(*GroupId::from_bytes(subject.substr(1)));
  const auto account = AccountId::from_bytes(subject);
  return account && !account->is_none() ? std::optional(Target(*account)) : std::nullopt;
}

std::optional<ConversationRow> conversation_of(Engine& engine, BytesView subject, const content::StateValue& value) {
  const auto peer = peer_of(subject);
  if (!peer) return std::nullopt;
  auto id = engine.store.conversations.with(*peer);
  if (!id && !peer->is_group() && value.value_case() != content::StateValue::VALUE_NOT_SET) {
    id = Conversations(engine.store).open(peer->account(), engine.connection.server_now(), engine.random).id;
    engine.profiles.look_again();
  }
  return id ? engine.store.conversations.find(*id) : std::nullopt;
}

std::optional<ConversationRow> tellable(Engine& engine, const ConversationId& id) {
  auto row = engine.store.conversations.find(id);
  if (row && !row->peer.is_group() && engine.store.handles.provisional(row->peer.account())) return std::nullopt;
  return row;
}

}  // namespace kith::core
