// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/clearing.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "core/conversation_register.h"
#include "core/conversation_state.h"
#include "core/conversations.h"
#include "core/engine.h"
#include "core/message_state.h"
#include "core/server_time.h"

namespace kith::core {

namespace {

using client_api::Failure;
using State = content::OwnState;

constexpr int64_t kAtOnce = 500;  // rows that are read
constexpr size_t kDeviceBytes = 4;

Bytes subject_of(const Target& peer, DeviceId device) {
  Bytes subject = subject_of(peer);
  for (int shift = 24; shift >= 0; shift -= 8) subject += static_cast<char>(device.value >> shift);
  return subject;
}

struct Subject {
  Target peer;
  DeviceId device;
};
std::optional<Subject> read_subject(BytesView subject) {
  if (subject.size() <= kDeviceBytes) return std::nullopt;
  const size_t at = subject.size() - kDeviceBytes;
  const auto peer = peer_of(subject.substr(0, at));
  if (!peer) return std::nullopt;
  DeviceId device;
  for (const char each : subject.substr(at)) device.value = device.value << 8 | static_cast<uint8_t>(each);
  return Subject{*peer, device};
}

content::StateValue value_of(const Clearing& clearing) {
  content::StateValue value;
  content::StateValue::Cleared& cleared = *value.mutable_cleared();
  cleared.set_received_us(clearing.up_to.received.order.value);
  cleared.set_received_id(clearing.up_to.received.id.bytes());
  cleared.set_sent_us(clearing.up_to.sent.order.value);
  cleared.set_sent_id(clearing.up_to.sent.id.bytes());
  cleared.set_kept(clearing.kept);
  cleared.set_deleted(clearing.deleted);
  return value;
}

// Absent: no client of ours says such.
std::optional<Clearing> read_value(const content::StateValue& value) {
  const content::StateValue::Cleared& cleared = value.cleared();
  const auto received = MessageId::from_bytes(cleared.received_id());
  const auto sent = MessageId::from_bytes(cleared.sent_id());
  if (!value.has_cleared() || !received || !sent || cleared.kept().size() % MessageId::kBytes != 0) return std::nullopt;
  const Reach up_to{{bounded_time(cleared.received_us()), *received}, {bounded_time(cleared.sent_us()), *sent}};
  return Clearing{up_to, cleared.kept(), cleared.deleted()};
}

// What is most of them goes with all others of its kind.
void remove(Engine& engine, const MessageRow& message) {
  if (message.kind == MessageKind::kUndecryptable) {
    delete_for_oneself(engine, message);  // the answer that this device waits for has a time of its own
  } else if (!message.file.is_none()) {
    remove_message(engine, message);
  } else {
    forget_message(engine, message);
  }
}

void apply(Engine& engine, const Target& peer, DeviceId device, const Clearing& clearing) {
  Store& store = engine.store;
  store.clearings.set(peer, device, clearing);
  const auto conversation = store.conversations.with(peer);
  if (!conversation) return;
  MessageCursor at;
  for (bool more = true; more && !engine.database.failed();) {
    const MessagePage page = store.messages.cleared(*conversation, at, kAtOnce);
    for (const MessageRow& each : page.messages) remove(engine, each);
    more = page.more;
    if (more) at = {page.messages.back().order, page.messages.back().id};
  }
  store.messages.remove_cleared(*conversation);
  store.conversations.set_cleared(*conversation, std::max(clearing.up_to.received, clearing.up_to.sent).order);
  if (clearing.deleted && !store.messages.last(*conversation)) store.conversations.set_gone(*conversation, true);
  engine.changes.conversation(*conversation);
}

void clear(Engine& engine, const ConversationRow& row, Bytes kept, bool deletes) {
  Store& store = engine.store;
  for (const MessageRow& each : store.messages.unsent(row.id)) {
    if (kept.empty() || !each.starred) delete_for_oneself(engine, each);
  }
  for (const MessageRow& each : store.messages.own_notices(row.id)) remove_message(engine, each);
  const Reach before = store.clearings.reach(row.peer);
  const auto newest = [&](bool outgoing) {
    return store.messages.last_settled(row.id, outgoing).value_or(MessageCursor{});
  };
  const Clearing clearing{
      {std::max(newest(false), before.received), std::max(newest(true), before.sent)}, std::move(kept), deletes};
  const DeviceId self = engine.registration->device;
  if (tellable(engine, row.id)) engine.own_state.set(State::kCleared, subject_of(row.peer, self), value_of(clearing));
  apply(engine, row.peer, self, clearing);
}

bool is_member(Engine& engine, const GroupId& group) {
  const Revision newest = engine.store.groups.revision_of(group);
  return newest.value != 0 && engine.store.groups.was_member(group, engine.registration->account, newest);
}

// The conversation that a request names. Absent: the request has failed.
std::optional<ConversationRow> asked_conversation(Engine& engine, uint32_t request, const std::string& id) {
  const auto found = Conversations(engine.store).resolve(id);
  if (found) return engine.store.conversations.find(*found);
  engine.output.fail(request, found.error().code, found.error().detail);
  return std::nullopt;
}

}  // namespace

void clear_conversation(Engine& engine, uint32_t request, const client_api::ClearConversationRequest& what) {
  const auto row = asked_conversation(engine, request, what.conversation());
  if (!row) return;
  Bytes kept;
  if (what.keep_starred()) {
    const MessagePage starred = engine.store.messages.starred(row->id, std::nullopt, ClearingsTable::kKeptMax);
    if (starred.more)
      return engine.output.fail(request, Failure::kInvalidArgument,
                                "keep_starred: there are more than " + std::to_string(ClearingsTable::kKeptMax));
    for (const MessageRow& each : starred.messages) kept += each.id.bytes();
  }
  clear(engine, *row, std::move(kept), false);
  auto conversation = Conversations(engine.store).build(row->id);
  if (!conversation) return;  // the database failed: the commit answers
  engine.typing_presence.describe(row->id, *conversation);
  client_api::Response response;
  response.set_id(request);
  *response.mutable_clear_conversation() = std::move(*conversation);
  engine.output.respond(std::move(response));
}

void delete_conversation(Engine& engine, uint32_t request, const client_api::DeleteConversationRequest& what) {
  const auto row = asked_conversation(engine, request, what.conversation());
  if (!row) return;
  if (const auto group = row->group(); group && is_member(engine, *group))
    return engine.output.fail(request, Failure::kStillMember, "conversation");
  forget_conversation_state(engine, row->id);
  clear(engine, *row, {}, true);
  engine.output.done(request, &client_api::Response::mutable_delete_conversation);
}

void apply_cleared(Engine& engine, BytesView subject, const content::StateValue& value) {
  const auto of = read_subject(subject);
  const auto clearing = read_value(value);
  if (of && clearing) apply(engine, of->peer, of->device, *clearing);
}

}  // namespace kith::core
