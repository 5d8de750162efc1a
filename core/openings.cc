// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/openings.h"

#include <algorithm>

#include "core/contents.h"
#include "core/engine.h"
#include "core/openings_view.h"
#include "core/server_time.h"

namespace kith::core {

namespace {

using client_api::Failure;
using Waits = OpeningsTable::Waits;

constexpr int kMessagesMax = 64;       // of one content
constexpr int64_t kLookedAtMax = 256;  // of a group's messages with files

// What it shows in the end is not known yet.
bool may_become_another(const MessageRow& message) {
  return message.kind == MessageKind::kUndecryptable || message.kind == MessageKind::kUnsupported;
}

}  // namespace

void Openings::say(const MessageRow& message, bool told) {
  const UnixMicros now = engine_.clock.now();
  if (told) {
    OutboxRow item;
    item.message_id = engine_.random.id<MessageId>();
    item.target = message.from;
    item.kind = OutboxKind::kMediaOpened;
    item.content = contents::media_opened(now, {message.id});
    engine_.outbox.add(item);
  }
  if (engine_.may_have_other_devices())
    engine_.outbox.add_own(engine_.random.id<MessageId>(), OutboxKind::kMediaOpened,
                           contents::media_opened(now, {message.id}));
}

void Openings::say_again(DeviceId device) {
  const auto messages = engine_.store.openings.latest(engine_.registration->account, kSaidAgainMax);
  if (messages.empty()) return;
  engine_.outbox.add_own(engine_.random.id<MessageId>(), OutboxKind::kMediaOpened,
                         contents::media_opened(engine_.clock.now(), messages), device);
}

void Openings::opened(const MessageRow& message) {
  (void)engine_.store.openings.add(message.id, {engine_.registration->account, engine_.clock.now()});
  say(message, true);
  engine_.files.viewed(message);
  engine_.timers.set(engine_.in_ms(kReadingMs), [this, file = message.file] { engine_.files.remove_unneeded(file); });
}

void Openings::mark_played(uint32_t request, const client_api::MarkPlayedRequest& what) {
  const auto id = MessageId::from_hex(what.id());
  if (!id) return engine_.output.fail(request, Failure::kInvalidArgument, "id: must be 32 hexadecimal digits");
  const auto message = engine_.store.messages.find(*id);
  if (!message) return engine_.output.fail(request, Failure::kNoSuchMessage, "id");
  const auto media = contents::media_of(*message);
  if (!media || media->kind() != content::Media::kVoice)
    return engine_.output.fail(request, Failure::kInvalidArgument, "id: is of a message that is no recording");
  const AccountId self = engine_.registration->account;
  if (!message->outgoing && !media->view_once() && engine_.store.openings.add(*id, {self, engine_.clock.now()})) {
    const bool told = engine_.store.settings.integer(setting::kReadReceipts, 1) != 0 &&
                      !engine_.store.contacts.blocked(message->from);
    say(*message, told);
    engine_.changes.message_changed(*id, message->conversation);
  }
  engine_.output.done(request, &client_api::Response::mutable_mark_played);
}

void Openings::changed(const MessageRow& message) {
  engine_.changes.message_changed(message.id, message.conversation);
  const auto media = contents::media_of(message);
  if (!media || !media->view_once() || contents::was_opened(message) || !is_opened(engine_.store, message)) return;
  engine_.files.viewed(message);
  engine_.files.remove_unneeded(message.file);
}

void Openings::hear(const MessageRow& message, const Opening& opening) {
  const auto media = contents::media_of(message);
  const bool is_own = engine_.is_self(opening.account);
  if (!media || !contents::can_be_opened(*media) || message.outgoing == is_own) return;
  if (!is_own && !may_have_opened(engine_.store, message, opening.account)) return;
  if (!is_own && !media->view_once() && engine_.store.settings.integer(setting::kReadReceipts, 1) == 0) return;
  if (engine_.store.openings.add(message.id, opening)) changed(message);
}

void Openings::came(const MessageRow& message) {
  if (message.kind != MessageKind::kMedia) return;
  for (const Opening& each : engine_.store.openings.take_waiting(message.id)) {
    const auto now = engine_.store.messages.find(message.id);
    if (now) hear(*now, each);
  }
}

void Openings::look_at(const GroupId& group) {
  const auto conversation = engine_.store.conversations.with(group);
  if (!conversation) return;
  for (const MessageRow& each : engine_.store.messages.with_files(*conversation, std::nullopt, kLookedAtMax).messages) {
    if (each.outgoing && is_opened(engine_.store, each)) changed(each);
  }
}

bool Openings::take(const IncomingContent& incoming) {
  const bool is_own = engine_.is_self(incoming.sender.account);
  const Opening opening{incoming.sender.account,
                        std::min(bounded_time(incoming.content.sent_at_us()), incoming.server_time)};
  int left = kMessagesMax;
  for (const std::string& bytes : incoming.content.media_opened().message_ids()) {
    if (left-- == 0) break;
    const auto id = MessageId::from_bytes(bytes);
    if (!id) continue;
    const auto message = engine_.store.messages.find(*id);
    if (message && !may_become_another(*message)) {
      hear(*message, opening);
    } else if (is_own || engine_.may_have_other_devices()) {  // only they may have sent it
      (void)engine_.store.openings.add(*id, opening, is_own ? Waits::kOwn : Waits::kOfOthers);
    }
  }
  return false;
}

}  // namespace kith::core
