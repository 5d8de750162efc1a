// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/view_once.h"

#include "core/contents.h"
#include "core/engine.h"

namespace kith::core {

namespace {
constexpr int kMessagesMax = 64;  // of one content
}  // namespace

void ViewOnce::say(const MessageRow& message, const AccountId& to) {
  OutboxRow item;
  item.message_id = engine_.random.id<MessageId>();
  item.target = to;
  item.kind = OutboxKind::kMediaOpened;
  item.content = contents::media_opened(engine_.clock.now(), message.id);
  engine_.outbox.add(item);
}

void ViewOnce::opened(const MessageRow& message) {
  say(message, message.from);
  if (engine_.may_have_other_devices()) say(message, engine_.registration->account);
  engine_.files.viewed(message);
  engine_.timers.set(engine_.in_ms(kReadingMs), [this, file = message.file] { engine_.files.remove_unneeded(file); });
}

bool ViewOnce::take(const IncomingContent& incoming) {
  const bool is_own = engine_.is_self(incoming.sender.account);
  int left = kMessagesMax;
  for (const std::string& bytes : incoming.content.media_opened().message_ids()) {
    if (left-- == 0) break;
    const auto id = MessageId::from_bytes(bytes);
    const auto message = id ? engine_.store.messages.find(*id) : std::nullopt;
    const auto media = message ? contents::media_of(*message) : std::nullopt;
    if (!media || !media->view_once() || contents::was_opened(*message) || message->outgoing == is_own) continue;
    if (!is_own && !is_only_reader(*message, incoming.sender.account)) continue;
    engine_.files.viewed(*message);
    engine_.files.remove_unneeded(message->file);
  }
  return false;
}

// In a group others have still to open it.
bool ViewOnce::is_only_reader(const MessageRow& message, const AccountId& account) {
  const auto conversation = engine_.store.conversations.find(message.conversation);
  return conversation && conversation->direct_peer() == account;
}

}  // namespace kith::core
