// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_view.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "core/group_info.h"
#include "core/group_link.h"
#include "wire/group_state.h"

namespace kith::core {

namespace {

using client_api::GroupEvent;

constexpr int kFirstMembers = 3;

client_api::Group::Role role_of(wire::GroupRole role) {
  switch (role) {
    case wire::kGroupAdmin: return client_api::Group::kAdmin;
    case wire::kGroupMember: return client_api::Group::kMember;
    default: return client_api::Group::kNone;
  }
}

template <class Accounts>
void add_whom(const Accounts& accounts, PersonView& people, GroupEvent& event) {
  for (const std::string& bytes : accounts) {
    if (const auto account = AccountId::from_bytes(bytes)) *event.add_whom() = people.build(*account);
  }
}

// Changes that are about accounts: false for the others.
bool set_about_accounts(const wire::GroupChange& change, PersonView& people, GroupEvent& event) {
  switch (change.action_case()) {
    case wire::GroupChange::kCreate:
      event.set_kind(GroupEvent::kCreated);
      add_whom(change.create().members(), people, event);
      return true;
    case wire::GroupChange::kAdd:
      event.set_kind(GroupEvent::kAdded);
      add_whom(change.add().accounts(), people, event);
      return true;
    case wire::GroupChange::kRemove:
      event.set_kind(GroupEvent::kRemoved);
      add_whom(change.remove().accounts(), people, event);
      return true;
    case wire::GroupChange::kSetRole:
      event.set_kind(change.set_role().role() == wire::kGroupAdmin ? GroupEvent::kPromoted : GroupEvent::kDemoted);
      if (const auto account = AccountId::from_bytes(change.set_role().account()))
        *event.add_whom() = people.build(*account);
      return true;
    case wire::GroupChange::kAnswer: {
      const bool let_in = !change.answer().let_in().empty();
      event.set_kind(let_in ? GroupEvent::kLetIn : GroupEvent::kTurnedAway);
      add_whom(let_in ? change.answer().let_in() : change.answer().turned_away(), people, event);
      return true;
    }
    default: return false;
  }
}

}  // namespace

client_api::GroupEvent group_event(const MessageRow& message, PersonView& people) {
  GroupEvent event;
  const auto change = read_group_change(message.raw);
  if (!change) return event;  // of a row that a damaged database has left
  if (change->has_create() || (change->has_set_info() && message.text != kPhotoText)) event.set_title(message.text);
  if (set_about_accounts(*change, people, event)) return event;
  switch (change->action_case()) {
    case wire::GroupChange::kLeave: event.set_kind(GroupEvent::kLeft); break;
    case wire::GroupChange::kSetInfo:
      event.set_kind(message.text == kPhotoText ? GroupEvent::kPhoto
                     : message.text.empty()     ? GroupEvent::kDescription
                                                : GroupEvent::kTitle);
      break;
    case wire::GroupChange::kSetPermissions: event.set_kind(GroupEvent::kPermissions); break;
    case wire::GroupChange::kSetLink:
      event.set_kind(change->set_link().has_link() ? GroupEvent::kLink : GroupEvent::kLinkEnded);
      break;
    case wire::GroupChange::kJoin:
      event.set_kind(message.text == kAskedText ? GroupEvent::kAsked : GroupEvent::kJoined);
      break;
    default: break;
  }
  return event;
}

void GroupView::set_shown(GroupRow& row, const wire::GroupState& state, const Registration& own) {
  auto info = open_group_info(row.id, row.info_key, state.sealed_info()).value_or(GroupInfo{});
  row.title = std::move(info.title);
  row.description = std::move(info.description);
  row.photo_file = info.photo ? info.photo->name() : FileName{};
  row.shown = shown_of(row, state, own);
}

Bytes GroupView::shown_of(const GroupRow& row, const wire::GroupState& state, const Registration& own) {
  client_api::Group shown;
  shown.set_revision(row.revision.value);
  shown.set_description(row.description);
  shown.set_members(static_cast<uint32_t>(state.members_size()));
  shown.set_created_us(state.created_us());
  shown.mutable_permissions()->set_send(state.permissions().members_send());
  shown.mutable_permissions()->set_edit_info(state.permissions().members_edit_info());
  shown.mutable_permissions()->set_add_members(state.permissions().members_add());
  for (const auto& member : state.members()) {
    const auto account = AccountId::from_bytes(member.account_id());
    if (!account || *account == own.account) continue;
    shown.add_first_members()->set_account_id(account->hex());
    if (shown.first_members_size() == kFirstMembers) break;
  }
  if (const auto* const self = member_of(state, own.account); self != nullptr) {
    shown.set_role(role_of(self->role()));
    if (state.has_link()) *shown.mutable_link() = link_of(row, state, own);
    if (self->role() == wire::kGroupAdmin) shown.set_applicants(static_cast<uint32_t>(state.applicants_size()));
  }
  return shown.SerializeAsString();
}

void GroupView::describe(const GroupId& group, client_api::Conversation& conversation) {
  client_api::Group& built = *conversation.mutable_group();
  const auto shown = store_.groups.shown(group);
  if (!shown || shown->bytes.empty() || !built.ParseFromString(shown->bytes)) {
    built.Clear();
    built.set_incomplete(true);
  } else {
    conversation.set_title(shown->title);
    if (!shown->photo.is_none()) built.set_photo(shown->photo.hex());
    for (client_api::Person& person : *built.mutable_first_members()) {
      if (const auto account = AccountId::from_hex(person.account_id())) person = people_.build(*account);
    }
  }
  built.set_group_id(group.hex());
}

client_api::GroupLink GroupView::link_of(const GroupRow& row, const wire::GroupState& state, const Registration& own) {
  client_api::GroupLink built;
  built.set_approval(state.link().approval());
  built.set_expires_us(state.link().expires_us());
  const auto secret = open_group_link(row.id, row.info_key, state.link().sealed_secret());
  if (!secret) return built;
  GroupLink link;
  link.server = own.server;
  link.group = row.id;
  link.key.private_key = *secret;
  link.info_key = row.info_key;
  link.revision = row.revision;
  link.change_digest = row.change_digest;
  std::string text = group_link_text(link);
  // Whoever sealed it may have sealed anything.
  const auto read = read_group_link(text);
  if (read && read->key.public_key == state.link().public_key()) built.set_link(std::move(text));
  return built;
}

client_api::ListMembersResponse GroupView::members(const GroupId& group) {
  using Member = client_api::ListMembersResponse::Member;
  client_api::ListMembersResponse response;
  const auto row = store_.groups.find(group);
  const auto state = row && row->known() ? read_group_state(row->state) : std::nullopt;
  if (!state) return response;
  const AccountId self = store_.account.account_id();
  std::vector<Member> members;
  for (const auto& each : state->members()) {
    const AccountId account = *AccountId::from_bytes(each.account_id());
    Member& member = members.emplace_back();
    *member.mutable_person() = people_.build(account);
    member.set_role(role_of(each.role()));
    member.set_this_account(account == self);
  }
  const auto rank = [](const Member& member) {
    return std::tuple(!member.this_account(), member.role() != client_api::Group::kAdmin, member.person().name(),
                      member.person().account_id());
  };
  std::sort(members.begin(), members.end(),
            [&rank](const Member& one, const Member& other) { return rank(one) < rank(other); });
  for (Member& member : members) *response.add_members() = std::move(member);
  std::vector<const wire::GroupState::Applicant*> applicants;
  for (const auto& each : state->applicants()) applicants.push_back(&each);
  std::stable_sort(applicants.begin(), applicants.end(),
                   [](const auto* one, const auto* other) { return one->asked_revision() < other->asked_revision(); });
  for (const auto* each : applicants)
    *response.add_applicants() = people_.build(*AccountId::from_bytes(each->account_id()));
  return response;
}

}  // namespace kith::core
