// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/typing_presence.h"

#include <algorithm>
#include <utility>

#include "core/conversations.h"
#include "core/engine.h"
#include "core/person_view.h"
#include "core/server_time.h"

namespace kith::core {

void TypingPresence::set_typing(uint32_t request, const client_api::SetTypingRequest& what) {
  const auto conversation = Conversations(engine_.store).resolve(what.conversation());
  if (!conversation) return engine_.output.fail(request, conversation.error().code, conversation.error().detail);
  engine_.output.done(request, &client_api::Response::mutable_set_typing);
  const auto partner = engine_.store.conversations.direct_peer(*conversation);
  if (!partner) return;
  if (!what.typing()) return stop_typing(*conversation);
  if (!engine_.connection.ready() || engine_.store.contacts.blocked(*partner)) return;
  std::unique_ptr<TypingTo>& typing = typing_to_[*conversation];
  const bool goes_on = typing != nullptr;
  if (!goes_on) typing = std::make_unique<TypingTo>(engine_.timers);
  const uint64_t now = engine_.clock.monotonic().value;
  if (!goes_on || now - typing->sent_at_ms >= kRepeatMs) {
    typing->sent_at_ms = now;
    send_typing(*conversation, true);
  }
  typing->stop.set(engine_.in_ms(kStopMs), [this, id = *conversation] { stop_typing(id); });
}

void TypingPresence::stop_typing(const ConversationId& conversation) {
  const ConversationId id = conversation;
  if (typing_to_.erase(id) != 0) send_typing(id, false);
}

void TypingPresence::send_typing(const ConversationId& conversation, bool active) {
  const auto partner = engine_.store.conversations.direct_peer(conversation);
  if (!partner) return;
  wire::ClientFrame frame;
  frame.mutable_typing()->set_account(partner->bytes());
  frame.mutable_typing()->set_active(active);
  engine_.connection.send(frame);
}

void TypingPresence::on_typing(const wire::TypingNotice& notice) {
  const auto from = AccountId::from_bytes(notice.from_account());
  if (!from) return;
  if (!notice.active()) return message_came(*from);
  const auto conversation = engine_.store.conversations.with(*from);
  if (!conversation || engine_.store.contacts.blocked(*from)) return;
  std::unique_ptr<Timer>& expiry = typing_from_[{*conversation, *from}];
  if (!expiry) {
    expiry = std::make_unique<Timer>(engine_.timers);
    engine_.changes.typing(*conversation, *from, true);
  }
  expiry->set(engine_.in_ms(kExpireMs), [this, account = *from] { message_came(account); });
}

void TypingPresence::message_came(const AccountId& from) {
  if (typing_from_.empty()) return;
  const auto conversation = engine_.store.conversations.with(from);
  if (conversation && typing_from_.erase({*conversation, from}) != 0)
    engine_.changes.typing(*conversation, from, false);
}

void TypingPresence::watch(uint32_t request, const client_api::WatchPresenceRequest& what) {
  std::vector<ConversationId> watched;
  for (const std::string& text : what.conversations()) {
    const auto id = ConversationId::from_hex(text);
    if (!id)
      return engine_.output.fail(request, FailureCode::kInvalidArgument,
                                 "conversations: an id has 32 hexadecimal digits");
    if (watched.size() < kWatchedMax && engine_.store.conversations.direct_peer(*id)) watched.push_back(*id);
  }
  set_watched(std::move(watched));
  subscribe();
  engine_.output.done(request, &client_api::Response::mutable_watch_presence);
}

void TypingPresence::set_watched(std::vector<ConversationId> watched) {
  watched_ = std::move(watched);
  std::erase_if(presence_, [this](const auto& each) {
    return std::find(watched_.begin(), watched_.end(), each.first) == watched_.end();
  });
}

void TypingPresence::subscribe() {
  wire::ClientFrame frame;
  wire::Subscribe& subscribe = *frame.mutable_subscribe();
  const uint32_t told = engine_.connection.limits().subscriptions_max();
  for (const ConversationId& id : watched_) {
    if (told != 0 && subscribe.accounts_size() >= static_cast<int>(told)) break;
    if (const auto partner = engine_.store.conversations.direct_peer(id)) subscribe.add_accounts(partner->bytes());
  }
  engine_.connection.send(frame);
}

void TypingPresence::on_presence(const wire::PresenceNotice& notice) {
  const auto account = AccountId::from_bytes(notice.account_id());
  if (!account) return;
  const auto id = engine_.store.conversations.with(*account);
  if (!id || std::find(watched_.begin(), watched_.end(), *id) == watched_.end()) return;
  client_api::Presence presence;
  switch (notice.visibility()) {
    case wire::PresenceNotice::kOnline: presence.set_kind(client_api::Presence::kOnline); break;
    case wire::PresenceNotice::kLastSeen:
      presence.set_kind(client_api::Presence::kLastSeen);
      presence.set_last_seen_us(bounded_time(notice.last_seen_us()).value);
      break;
    case wire::PresenceNotice::kHidden: presence.set_kind(client_api::Presence::kHidden); break;
    default: break;  // never seen
  }
  set_presence(*id, presence);
}

void TypingPresence::set_presence(const ConversationId& conversation, const client_api::Presence& presence) {
  presence_[conversation] = presence;
  engine_.changes.presence(conversation, presence);
}

void TypingPresence::on_connection_gone() {
  typing_to_.clear();
  for (const auto& [typing, timer] : std::exchange(typing_from_, {}))
    engine_.changes.typing(typing.first, typing.second, false);
  for (const auto& [conversation, presence] : std::map(presence_)) {
    if (presence.kind() == client_api::Presence::kOnline) set_presence(conversation, client_api::Presence());
  }
}

void TypingPresence::describe(const ConversationId& id, client_api::Conversation& conversation) const {
  PersonView people(engine_.store);
  for (auto typing = typing_from_.lower_bound({id, AccountId{}});
       typing != typing_from_.end() && typing->first.first == id; ++typing)
    *conversation.add_typing() = people.build(typing->first.second);
  const auto presence = presence_.find(id);
  if (presence != presence_.end() && conversation.has_direct())
    *conversation.mutable_direct()->mutable_presence() = presence->second;
}

}  // namespace kith::core
