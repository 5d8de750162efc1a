// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/message_state.h"

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/limits.h"
#include "core/asked_messages.h"
#include "core/contents.h"
#include "core/engine.h"

namespace kith::core {

namespace {

using client_api::Failure;
using State = content::OwnState;

static_assert(kAskedMessagesMax <= static_cast<int>(contents::kDeletedMax), "one content has them");
static_assert(State::kStarred == kStarredRegister && State::kRemoved == kRemovedRegister);

void remove_everywhere(Engine& engine, const MessageRow& message) {
  content::StateValue value;
  value.set_number(1);
  engine.own_state.set(State::kRemoved, message.id.view(), value);
  remove_message(engine, message);
}

// Whether it may be deleted for everybody. Fails the request.
bool may_delete(Engine& engine, uint32_t request, const MessageRow& message, const ConversationRow& where) {
  const auto fail = [&](Failure::Code code, const char* why) {
    engine.output.fail(request, code, "ids: " + message.id.hex() + why);
    return false;
  };
  const bool is_message = contents::is_written(message) || message.kind == MessageKind::kUnsupported ||
                          message.kind == MessageKind::kUndecryptable;
  if (!is_message || (message.outgoing && message.tick == Tick::kFailed))
    return fail(Failure::kInvalidArgument, " is not to be deleted for everybody");
  if (!message.outgoing) {
    const auto group = where.group();
    if (!group) return fail(Failure::kNotOwnMessage, " is somebody else's");
    const auto self = engine.store.groups.member(*group, engine.registration->account);
    if (!self || self->role != wire::kGroupAdmin) return fail(Failure::kNotAllowed, " is somebody else's");
  }
  if (message.tick != Tick::kPending &&
      engine.connection.server_now().value > message.order.value + kDeleteSeconds * 1'000'000)
    return fail(Failure::kTooLate, " was sent more than two days ago");
  return true;
}

// Where the message waits to be sent. Absent: it does not.
std::optional<Target> waits_for(Engine& engine, const MessageRow& message) {
  if (!message.outgoing || message.tick != Tick::kPending) return std::nullopt;
  const auto conversation = engine.store.conversations.find(message.conversation);
  return conversation ? std::optional(conversation->peer) : std::nullopt;
}

// Whether nobody else has it, nor will once it is taken back.
bool is_here_alone(Engine& engine, const MessageRow& message) {
  if (message.outgoing && message.tick == Tick::kFailed) return true;
  const auto to = waits_for(engine, message);
  return to && engine.outbox.may_take_back(*to, message.id);
}

void take_back(Engine& engine, const MessageRow& message) {
  if (const auto to = waits_for(engine, message)) engine.outbox.take_back(*to, message.id);
  remove_message(engine, message);
}

}  // namespace

void forget_message(Engine& engine, const MessageRow& message) {
  engine.store.corrections.remove_versions(message.id);
  engine.store.remarks.remove(message.id);
  engine.store.repairs.remove(message.id);
  engine.changes.message_removed(message.id, message.conversation);
}

void remove_message(Engine& engine, const MessageRow& message) {
  engine.store.messages.remove(message);
  engine.files.gone(message);
  forget_message(engine, message);
}

void delete_for_oneself(Engine& engine, const MessageRow& message) {
  is_here_alone(engine, message) ? take_back(engine, message) : remove_everywhere(engine, message);
}

void delete_messages(Engine& engine, uint32_t request, const client_api::DeleteMessagesRequest& what) {
  auto messages = asked_messages(engine, request, what.ids());
  if (!messages) return;
  const auto where = engine.store.conversations.find(messages->front().conversation);
  if (!where) return;  // the database failed: the commit answers
  const bool is_self = where->direct_peer() == engine.registration->account;
  const bool for_everyone = what.for_everyone() && !is_self;
  if (for_everyone) {
    for (const MessageRow& each : *messages) {
      if (each.conversation != where->id)
        return engine.output.fail(request, Failure::kInvalidArgument, "ids: of several conversations");
      if (!(each.outgoing && each.tick == Tick::kFailed) && !may_delete(engine, request, each, *where)) return;
    }
    if (!engine.sending.may_send(request, where->peer)) return;
  }
  const auto alone = std::ranges::stable_partition(
      *messages, [&engine](const MessageRow& each) { return !is_here_alone(engine, each); });
  const std::span others_have(messages->begin(), alone.begin());
  if (for_everyone && !others_have.empty() && !engine.corrections.delete_for_all(*where, others_have))
    return engine.output.fail(request, Failure::kOutboxFull, "there are too many unsent messages");
  if (!for_everyone) {
    for (const MessageRow& each : others_have) remove_everywhere(engine, each);
  }
  for (const MessageRow& each : alone) take_back(engine, each);
  engine.output.done(request, &client_api::Response::mutable_delete_messages);
}

void star_messages(Engine& engine, uint32_t request, const client_api::StarMessagesRequest& what) {
  const auto messages = asked_messages(engine, request, what.ids());
  if (!messages) return;
  if (!std::ranges::all_of(*messages, &contents::is_written))
    return engine.output.fail(request, Failure::kInvalidArgument, "ids: one is no text and no file");
  content::StateValue value;
  if (what.starred()) value.set_number(engine.clock.now().value);
  for (const MessageRow& each : *messages) {
    if (each.starred == what.starred()) continue;
    engine.own_state.set(State::kStarred, each.id.view(), value);
    apply_starred(engine, each.id.view(), value);
  }
  engine.output.done(request, &client_api::Response::mutable_star_messages);
}

void apply_starred(Engine& engine, BytesView subject, const content::StateValue& value) {
  const auto id = MessageId::from_bytes(subject);
  const auto message = id ? engine.store.messages.find(*id) : std::nullopt;
  const bool starred = value.number() != 0;
  if (!message || !contents::is_written(*message) || message->starred == starred) return;
  engine.store.messages.set_starred(*id, starred);
  engine.changes.message_changed(*id, message->conversation);
}

void apply_removed(Engine& engine, BytesView subject, const content::StateValue& value) {
  const auto id = MessageId::from_bytes(subject);
  const auto message = id && value.number() != 0 ? engine.store.messages.find(*id) : std::nullopt;
  if (message) remove_message(engine, *message);
}

}  // namespace kith::core
