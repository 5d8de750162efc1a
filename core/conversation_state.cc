// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/conversation_state.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/limits.h"
#include "core/conversation_register.h"
#include "core/conversations.h"
#include "core/engine.h"
#include "core/lists.h"
#include "core/server_time.h"

namespace kith::core {

namespace {

using State = content::OwnState;

content::StateValue number(uint64_t value) {
  content::StateValue built;
  if (value != 0) built.set_number(value);
  return built;
}

content::StateValue draft_of(const ConversationRow& row) {
  content::StateValue value;
  if (row.draft.empty() && !row.draft_quote) return value;
  value.mutable_draft()->set_text(row.draft);
  if (row.draft_quote) value.mutable_draft()->set_quote_message_id(row.draft_quote->bytes());
  return value;
}

void tell_draft(Engine& engine, const ConversationRow& row) {
  engine.own_state.set(State::kDraft, subject_of(row.peer), draft_of(row), RegisterDue::kSoon);
}

void tell_place(Engine& engine, const ConversationRow& row) {
  engine.own_state.set(State::kArchived, subject_of(row.peer), number(row.archived ? 1 : 0));
  engine.own_state.set(State::kPinned, subject_of(row.peer), number(row.pinned.value));
  engine.own_state.set(State::kMuted, subject_of(row.peer), number(row.muted_until.value));
  engine.own_state.set(State::kMarkedUnread, subject_of(row.peer), number(row.marked_unread ? 1 : 0));
}

// Which are shown as pinned may change with one more that is, or one less.
void pin(Engine& engine, const ConversationId& id, UnixMicros at) {
  const std::vector<ConversationId> before = engine.store.conversations.pinned();
  engine.store.conversations.set_pinned(id, at);
  engine.changes.conversation(id);
  for (const ConversationId& each : before) engine.changes.conversation(each);
  for (const ConversationId& each : engine.store.conversations.pinned()) engine.changes.conversation(each);
}

}  // namespace

void set_draft(Engine& engine, uint32_t request, const client_api::SetDraftRequest& what) {
  const auto conversation = Conversations(engine.store).set_draft(what);
  if (!conversation) return engine.output.fail(request, conversation.error().code, conversation.error().detail);
  if (const auto row = tellable(engine, *conversation)) tell_draft(engine, *row);
  engine.changes.conversation(*conversation);
  engine.output.done(request, &client_api::Response::mutable_set_draft);
}

void set_conversation(Engine& engine, uint32_t request, const client_api::SetConversationRequest& what) {
  const auto id = Conversations(engine.store).resolve(what.conversation());
  if (!id) return engine.output.fail(request, id.error().code, id.error().detail);
  ConversationsTable& table = engine.store.conversations;
  if (what.has_pinned()) {
    const std::vector<ConversationId> pinned = table.pinned();
    const bool is_pinned = std::find(pinned.begin(), pinned.end(), *id) != pinned.end();
    if (what.pinned() && !is_pinned && pinned.size() >= kPinnedMax)
      return engine.output.fail(request, FailureCode::kTooManyPinned, "pinned: three conversations are");
    if (!what.pinned()) pin(engine, *id, {});
    if (what.pinned() && !is_pinned) pin(engine, *id, bounded_time(engine.clock.now().value));
  }
  if (what.has_archived()) {
    table.set_archived(*id, what.archived());
    if (what.archived() && !what.has_pinned()) pin(engine, *id, {});  // it would take the place of one that is seen
  }
  if (what.has_muted_until_us()) table.set_muted(*id, bounded_time(what.muted_until_us()));
  if (what.has_marked_unread()) table.set_marked_unread(*id, what.marked_unread());
  if (const auto row = tellable(engine, *id)) tell_place(engine, *row);
  engine.changes.conversation(*id);
  auto conversation = Conversations(engine.store).build(*id);
  if (!conversation) return;  // the database failed: the commit answers
  engine.typing_presence.describe(*id, *conversation);
  client_api::Response response;
  response.set_id(request);
  *response.mutable_set_conversation() = std::move(*conversation);
  engine.output.respond(std::move(response));
}

void conversation_began(Engine& engine, const GroupId& group) {
  const Bytes subject = subject_of(Target(group));
  for (const State::Kind kind : {State::kDraft, State::kArchived, State::kPinned, State::kMuted, State::kMarkedUnread})
    engine.own_state.apply_again(kind, subject);
  lists_of_group_began(engine, group);
}

void forget_conversation_state(Engine& engine, const ConversationId& id) {
  ConversationsTable& table = engine.store.conversations;
  table.set_draft(id, "");
  table.set_archived(id, false);
  table.set_marked_unread(id, false);
  pin(engine, id, {});
  if (const auto row = table.find(id)) leave_lists(engine, *row);
  tell_conversation(engine, id);
}

void unmark_unread(Engine& engine, const ConversationId& id) {
  engine.store.conversations.set_marked_unread(id, false);
  if (const auto row = tellable(engine, id)) tell_place(engine, *row);
  engine.changes.conversation(id);
}

void tell_conversation(Engine& engine, const ConversationId& id) {
  const auto row = tellable(engine, id);
  if (!row) return;
  tell_draft(engine, *row);
  tell_place(engine, *row);
  tell_lists_of(engine, *row);
}

void apply_draft(Engine& engine, BytesView subject, const content::StateValue& value) {
  const content::StateValue::Draft& draft = value.draft();
  if (draft.text().size() > kTextBytesMax || !is_utf8(draft.text())) return;
  const auto row = conversation_of(engine, subject, value);
  // The quoted message may come later than the draft.
  const auto quote = MessageId::from_bytes(draft.quote_message_id());
  if (!row || (row->draft == draft.text() && row->draft_quote == quote)) return;
  engine.store.conversations.set_draft(row->id, draft.text(), quote);
  engine.changes.conversation(row->id);
}

void apply_archived(Engine& engine, BytesView subject, const content::StateValue& value) {
  const auto row = conversation_of(engine, subject, value);
  if (!row || row->archived == (value.number() != 0)) return;
  engine.store.conversations.set_archived(row->id, value.number() != 0);
  engine.changes.conversation(row->id);
}

void apply_pinned(Engine& engine, BytesView subject, const content::StateValue& value) {
  const auto row = conversation_of(engine, subject, value);
  const UnixMicros at = bounded_time(value.number());
  if (row && row->pinned != at) pin(engine, row->id, at);
}

void apply_muted(Engine& engine, BytesView subject, const content::StateValue& value) {
  const auto row = conversation_of(engine, subject, value);
  const UnixMicros until = bounded_time(value.number());
  if (!row || row->muted_until == until) return;
  engine.store.conversations.set_muted(row->id, until);
  engine.changes.conversation(row->id);
}

void apply_marked_unread(Engine& engine, BytesView subject, const content::StateValue& value) {
  const auto row = conversation_of(engine, subject, value);
  if (!row || row->marked_unread == (value.number() != 0)) return;
  engine.store.conversations.set_marked_unread(row->id, value.number() != 0);
  engine.changes.conversation(row->id);
}

}  // namespace kith::core
