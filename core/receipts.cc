// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/receipts.h"

#include <algorithm>

#include "core/contents.h"
#include "core/conversations.h"
#include "core/engine.h"

namespace kith::core {

namespace {
constexpr int64_t kReceiptsAtOnce = 64;
}

Receipts::Receipts(Engine& engine) : engine_(engine), gather_(engine.timers) {}

void Receipts::mark_read(uint32_t request, const client_api::MarkReadRequest& what) {
  Conversations conversations(engine_.store);
  const auto marked = conversations.mark_read(what);
  if (!marked) return engine_.output.fail(request, marked.error().code, marked.error().detail);
  if (marked->count > 0) {
    engine_.changes.conversation(marked->conversation);
    if (!gather_.is_set()) gather_.set(engine_.in_ms(kGatherMs), [this] { look_ = true; });
  }
  engine_.output.done(request, &client_api::Response::mutable_mark_read);
}

void Receipts::read_before(const ConversationId& conversation, UnixMicros order) {
  Conversations(engine_.store).note_read(conversation, order);
  if (!gather_.is_set()) gather_.set(engine_.in_ms(kGatherMs), [this] { look_ = true; });
}

void Receipts::pump() {
  if (!look_ || gather_.is_set() || !engine_.registered()) return;
  look_ = false;
  for (const ReceiptsRow& due : engine_.store.receipts.due(kReceiptsAtOnce)) {
    const AccountId partner = partner_of(due.conversation);
    if (!engine_.is_self(partner)) {
      const Bytes content = contents::read_receipt(engine_.clock.now(), due.receipt_due);
      if (const auto waiting = engine_.store.outbox.find_unsealed(partner, OutboxKind::kReadReceipt); waiting) {
        engine_.store.outbox.set_content(waiting->sequence, content);
      } else {
        OutboxRow item;
        item.message_id = engine_.random.id<MessageId>();
        item.target = partner;
        item.kind = OutboxKind::kReadReceipt;
        item.content = content;
        if (!engine_.outbox.add(item)) return;  // stays due until there is room
      }
    }
    engine_.store.receipts.clear_due(due.conversation, due.receipt_due);
    look_ = true;  // there may be more than fits into one turn
  }
  if (look_) pump();
}

void Receipts::on_delivered(const AccountId& by, DeviceId sender_device, UnixMicros up_to) {
  const ConversationId conversation = conversation_with(by);
  if (!engine_.store.receipts.note_delivered(conversation, sender_device, up_to)) return;
  for (const MessageId& id : engine_.store.messages.raise_delivered(conversation, sender_device, up_to)) {
    engine_.changes.message_changed(id, conversation);
  }
}

void Receipts::on_read(const AccountId& by, UnixMicros up_to, UnixMicros sent_at) {
  if (!engine_.store.settings.integer(setting::kReadReceipts, 1)) return;
  const ConversationId conversation = conversation_with(by);
  // A server whose clock was set back gives the receipt an earlier time than the messages that it is about; of one of
  // them it may have told so far only that it was delivered.
  const std::optional<MessageRow> newest = engine_.store.messages.last(conversation);
  const UnixMicros delivered = engine_.store.receipts.delivered(conversation, engine_.registration->device);
  const UnixMicros until = std::min(up_to, std::max({sent_at, delivered, newest ? newest->order : UnixMicros{}}));
  if (!engine_.store.receipts.note_read_by_peer(conversation, until)) return;
  for (const MessageId& id : engine_.store.messages.raise_read(conversation, until))
    engine_.changes.message_changed(id, conversation);
}

}  // namespace kith::core
