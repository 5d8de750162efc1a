// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/lists.h"

#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "core/conversation_register.h"
#include "core/conversations.h"
#include "core/engine.h"
#include "core/server_time.h"

namespace kith::core {

namespace {

using client_api::Failure;
using State = content::OwnState;

Bytes subject_of(const ListId& list, const Target& peer) { return list.bytes() + subject_of(peer); }

content::StateValue value_of(const ListRow& row) {
  content::StateValue value;
  value.mutable_list()->set_name(row.name);
  value.mutable_list()->set_made_us(row.made.value);
  return value;
}

content::StateValue value_of(bool listed) {
  content::StateValue value;
  if (listed) value.set_number(1);
  return value;
}

client_api::List shown(const ListRow& row) {
  client_api::List built;
  built.set_id(row.id.hex());
  built.set_name(row.name);
  built.set_conversations(static_cast<uint32_t>(row.conversations));
  return built;
}

// Absent: the request has failed.
std::optional<std::string> checked_name(Engine& engine, uint32_t request, const std::string& name) {
  std::string line = is_utf8(name) ? one_line(name) : "";
  if (!is_utf8(name)) {
    engine.output.fail(request, Failure::kInvalidArgument, "name: is no UTF-8");
  } else if (!has_visible(line)) {
    engine.output.fail(request, Failure::kBlank, "name: has nothing to see");
  } else if (utf8_length(line) > kListNameCharactersMax) {
    engine.output.fail(request, Failure::kTooLarge,
                       "name: has more than " + std::to_string(kListNameCharactersMax) + " characters");
  } else {
    return line;
  }
  return std::nullopt;
}

// What is seen of the list changes, and with it what is seen of its conversations.
void list_changed(Engine& engine, const ListId& id) {
  for (const ConversationId& each : engine.store.lists.conversations(id)) engine.changes.conversation(each);
  engine.changes.lists();
}

void put(Engine& engine, const ListId& list, const ConversationRow& row, bool listed) {
  if (!engine.store.lists.set_listed(list, row.id, listed)) return;
  if (tellable(engine, row.id)) engine.own_state.set(State::kListed, subject_of(list, row.peer), value_of(listed));
  engine.changes.conversation(row.id);
  engine.changes.lists();
}

void remove(Engine& engine, const ListRow& row) {
  for (const ConversationId& each : engine.store.lists.conversations(row.id)) {
    if (const auto conversation = engine.store.conversations.find(each)) put(engine, row.id, *conversation, false);
  }
  engine.store.lists.remove(row.id);
  engine.own_state.set(State::kList, row.id.view(), {});
  engine.changes.lists();
}

}  // namespace

client_api::ListListsResponse list_lists(Store& store) {
  client_api::ListListsResponse response;
  for (const ListRow& row : store.lists.all()) *response.add_lists() = shown(row);
  return response;
}

void set_list(Engine& engine, uint32_t request, const client_api::SetListRequest& what) {
  const auto id = ListId::from_hex(what.id());
  if (!id) return engine.output.fail(request, Failure::kInvalidArgument, "id: must be 32 hexadecimal digits");
  const auto before = engine.store.lists.find(*id);
  client_api::Response response;
  response.set_id(request);
  client_api::List& answer = *response.mutable_set_list();
  if (what.remove()) {
    if (!before) return engine.output.fail(request, Failure::kNoSuchList, "id");
    remove(engine, *before);
    answer.set_id(what.id());
    return engine.output.respond(std::move(response));
  }
  const auto name = checked_name(engine, request, what.name());
  if (!name) return;
  if (!before && engine.store.lists.all().size() >= kListsMax)
    return engine.output.fail(request, Failure::kTooManyLists, "id: there are " + std::to_string(kListsMax));
  ListRow row = before.value_or(ListRow{*id, "", bounded_time(engine.clock.now().value), 0});
  row.name = *name;
  engine.store.lists.set(row.id, row.name, row.made);
  engine.own_state.set(State::kList, row.id.view(), value_of(row));
  list_changed(engine, row.id);
  answer = shown(row);
  engine.output.respond(std::move(response));
}

void set_listed(Engine& engine, uint32_t request, const client_api::SetListedRequest& what) {
  const auto id = ListId::from_hex(what.list());
  if (!id) return engine.output.fail(request, Failure::kInvalidArgument, "list: must be 32 hexadecimal digits");
  if (!engine.store.lists.find(*id)) return engine.output.fail(request, Failure::kNoSuchList, "list");
  std::vector<ConversationRow> rows;
  for (const std::string& each : what.conversations()) {
    const auto found = Conversations(engine.store).resolve(each);
    if (!found) return engine.output.fail(request, found.error().code, "conversations: " + found.error().detail);
    if (auto row = engine.store.conversations.find(*found)) rows.push_back(std::move(*row));
  }
  for (const ConversationRow& row : rows) put(engine, *id, row, what.listed());
  engine.output.done(request, &client_api::Response::mutable_set_listed);
}

void tell_lists_of(Engine& engine, const ConversationRow& row) {
  for (const ListId& each : engine.store.lists.of(row.id))
    engine.own_state.set(State::kListed, subject_of(each, row.peer), value_of(true));
}

void leave_lists(Engine& engine, const ConversationRow& row) {
  for (const ListId& each : engine.store.lists.of(row.id)) put(engine, each, row, false);
}

void lists_of_group_began(Engine& engine, const GroupId& group) {
  for (const ListRow& each : engine.store.lists.all())
    engine.own_state.apply_again(State::kListed, subject_of(each.id, Target(group)));
}

void apply_list(Engine& engine, BytesView subject, const content::StateValue& value) {
  const auto id = ListId::from_bytes(subject);
  if (!id) return;
  const std::string& name = value.list().name();
  if (!value.has_list()) {
    list_changed(engine, *id);
    return engine.store.lists.remove(*id);
  }
  if (!is_utf8(name) || !has_visible(name) || utf8_length(name) > kListNameCharactersMax) return;
  engine.store.lists.set(*id, one_line(name), bounded_time(value.list().made_us()));
  list_changed(engine, *id);
}

void apply_listed(Engine& engine, BytesView subject, const content::StateValue& value) {
  if (subject.size() < ListId::kBytes) return;
  const auto list = ListId::from_bytes(subject.substr(0, ListId::kBytes));
  const auto row = conversation_of(engine, subject.substr(ListId::kBytes), value);
  if (!list || !row || !engine.store.lists.set_listed(*list, row->id, value.number() != 0)) return;
  engine.changes.conversation(row->id);
  engine.changes.lists();
}

}  // namespace kith::core
