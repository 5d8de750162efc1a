// SPDX-License-Identifier: AGPL-3.0-or-later

#include "wire/group_state.h"

#include <algorithm>
#include <vector>

namespace kith {
namespace {

using wire::GroupChange;
using wire::GroupState;
using Applied = Result<void, GroupError>;

constexpr size_t kLinkKeyBytes = 32;

Applied fail(GroupError error) { return Fail(error); }

// Members and applicants stand in ascending order of account; ids are of one length, so that of bytes is that of ids.
template <class Entries>
auto place_of(Entries& entries, const std::string& account) {
  return std::lower_bound(entries.begin(), entries.end(), account,
                          [](const auto& entry, const std::string& id) { return entry.account_id() < id; });
}

template <class Entries>
bool holds(const Entries& entries, const std::string& account) {
  const auto place = place_of(entries, account);
  return place != entries.end() && place->account_id() == account;
}

template <class Entries>
bool take_out(Entries& entries, const std::string& account) {
  const auto place = place_of(entries, account);
  if (place == entries.end() || place->account_id() != account) return false;
  entries.erase(place);
  return true;
}

template <class Entries, class Entry>
void put_in(Entries& entries, Entry entry) {
  const auto index = static_cast<int>(place_of(entries, entry.account_id()) - entries.begin());
  entries.Add(std::move(entry));
  std::rotate(entries.begin() + index, entries.end() - 1, entries.end());
}

bool is_account(const std::string& bytes) {
  const auto id = AccountId::from_bytes(bytes);
  return id && !id->is_none();
}

// Accounts, none twice.
template <class Accounts>
bool is_set(const Accounts& accounts) {
  std::vector<std::string> seen(accounts.begin(), accounts.end());
  std::sort(seen.begin(), seen.end());
  return std::all_of(seen.begin(), seen.end(), is_account) &&
         std::adjacent_find(seen.begin(), seen.end()) == seen.end();
}

class Step {
 public:
  Step(GroupState& state, const GroupChange& change, const GroupLimits& limits)
      : state_(state), change_(change), limits_(limits) {}

  Applied run() {
    switch (change_.action_case()) {
      case GroupChange::kCreate: return create(change_.create());
      case GroupChange::kAdd: return add(change_.add());
      case GroupChange::kRemove: return remove(change_.remove());
      case GroupChange::kLeave: return leave();
      case GroupChange::kSetRole: return set_role(change_.set_role());
      case GroupChange::kSetInfo: return set_info(change_.set_info());
      case GroupChange::kSetPermissions: return set_permissions(change_.set_permissions());
      case GroupChange::kSetLink: return set_link(change_.set_link());
      case GroupChange::kJoin: return join();
      case GroupChange::kAnswer: return answer(change_.answer());
      case GroupChange::ACTION_NOT_SET: break;
    }
    return fail(GroupError::kMalformed);
  }

 private:
  const std::string& author() const { return change_.author(); }
  wire::GroupRole role() const {
    const auto place = place_of(state_.members(), author());
    const bool found = place != state_.members().end() && place->account_id() == author();
    return found ? place->role() : wire::kGroupRoleUnspecified;
  }
  // For what members may when `granted`, and admins always.
  Applied allow(bool granted) const {
    if (role() == wire::kGroupRoleUnspecified) return fail(GroupError::kNotMember);
    if (!granted && role() != wire::kGroupAdmin) return fail(GroupError::kNotAllowed);
    return {};
  }

  Applied put_member(const std::string& account, wire::GroupRole role) {
    if (holds(state_.members(), account)) return fail(GroupError::kAlreadyMember);
    if (static_cast<size_t>(state_.members_size()) >= limits_.members_max) return fail(GroupError::kTooManyMembers);
    GroupState::Member member;
    member.set_account_id(account);
    member.set_role(role);
    member.set_joined_revision(change_.revision());
    put_in(*state_.mutable_members(), std::move(member));
    (void)take_out(*state_.mutable_applicants(), account);
    return {};
  }
  template <class Accounts>
  Applied put_members(const Accounts& accounts) {
    if (!is_set(accounts)) return fail(GroupError::kMalformed);
    for (const std::string& account : accounts) {
      if (const Applied put = put_member(account, wire::kGroupMember); !put) return put;
    }
    return {};
  }

  Applied create(const wire::CreateGroup& create) {
    if (state_.revision() != 1) return fail(GroupError::kOtherRevision);
    if (create.sealed_info().size() > kGroupInfoBytesMax) return fail(GroupError::kMalformed);
    state_.set_created_us(change_.made_us());
    *state_.mutable_permissions() = create.permissions();
    state_.set_sealed_info(create.sealed_info());
    if (const Applied put = put_member(author(), wire::kGroupAdmin); !put) return put;
    return put_members(create.members());
  }
  Applied add(const wire::AddMembers& add) {
    if (const Applied allowed = allow(state_.permissions().members_add()); !allowed) return allowed;
    if (add.accounts().empty()) return fail(GroupError::kNothing);
    return put_members(add.accounts());
  }
  Applied remove(const wire::RemoveMembers& remove) {
    if (const Applied allowed = allow(false); !allowed) return allowed;
    if (remove.accounts().empty()) return fail(GroupError::kNothing);
    for (const std::string& account : remove.accounts()) {
      if (account == author()) return fail(GroupError::kNotAllowed);  // leaves instead
      if (!take_out(*state_.mutable_members(), account)) return fail(GroupError::kNoSuchMember);
    }
    return {};
  }
  Applied leave() {
    if (!take_out(*state_.mutable_members(), author())) return fail(GroupError::kNotMember);
    auto& members = *state_.mutable_members();
    const auto admin = [](const GroupState::Member& member) { return member.role() == wire::kGroupAdmin; };
    if (members.empty() || std::any_of(members.begin(), members.end(), admin)) return {};
    std::min_element(members.begin(), members.end(), [](const auto& one, const auto& other) {
      return one.joined_revision() < other.joined_revision();  // of equal ones the first
    })->set_role(wire::kGroupAdmin);
    return {};
  }
  Applied set_role(const wire::SetGroupRole& set) {
    if (const Applied allowed = allow(false); !allowed) return allowed;
    if (set.role() != wire::kGroupMember && set.role() != wire::kGroupAdmin) return fail(GroupError::kMalformed);
    auto& members = *state_.mutable_members();
    const auto place = place_of(members, set.account());
    if (place == members.end() || place->account_id() != set.account()) return fail(GroupError::kNoSuchMember);
    if (place->role() == set.role()) return fail(GroupError::kNothing);
    place->set_role(set.role());
    const bool admins = std::any_of(members.begin(), members.end(),
                                    [](const auto& member) { return member.role() == wire::kGroupAdmin; });
    return admins ? Applied{} : fail(GroupError::kNotAllowed);  // somebody has to be one
  }
  Applied set_info(const wire::SetGroupInfo& set) {
    if (const Applied allowed = allow(state_.permissions().members_edit_info()); !allowed) return allowed;
    if (set.sealed_info().size() > kGroupInfoBytesMax) return fail(GroupError::kMalformed);
    state_.set_sealed_info(set.sealed_info());
    return {};
  }
  Applied set_permissions(const wire::SetGroupPermissions& set) {
    if (const Applied allowed = allow(false); !allowed) return allowed;
    *state_.mutable_permissions() = set.permissions();
    return {};
  }
  Applied set_link(const wire::SetGroupLink& set) {
    if (const Applied allowed = allow(false); !allowed) return allowed;
    if (!set.has_link() && !state_.has_link()) return fail(GroupError::kNothing);
    if (set.has_link() && set.link().public_key().size() != kLinkKeyBytes) return fail(GroupError::kMalformed);
    state_.clear_link();
    if (set.has_link()) *state_.mutable_link() = set.link();
    return {};
  }
  Applied join() {
    if (!state_.has_link()) return fail(GroupError::kNoLink);
    if (!state_.link().approval()) return put_member(author(), wire::kGroupMember);
    if (holds(state_.members(), author())) return fail(GroupError::kAlreadyMember);
    if (holds(state_.applicants(), author())) return fail(GroupError::kNothing);
    if (static_cast<size_t>(state_.applicants_size()) >= kGroupApplicantsMax) return fail(GroupError::kTooManyMembers);
    GroupState::Applicant applicant;
    applicant.set_account_id(author());
    applicant.set_asked_revision(change_.revision());
    put_in(*state_.mutable_applicants(), std::move(applicant));
    return {};
  }
  Applied answer(const wire::AnswerApplicants& answer) {
    if (const Applied allowed = allow(false); !allowed) return allowed;
    if (answer.let_in().empty() && answer.turned_away().empty()) return fail(GroupError::kNothing);
    for (const std::string& account : answer.turned_away()) {
      if (!take_out(*state_.mutable_applicants(), account)) return fail(GroupError::kNoSuchMember);
    }
    for (const std::string& account : answer.let_in()) {
      if (!holds(state_.applicants(), account)) return fail(GroupError::kNoSuchMember);
    }
    return put_members(answer.let_in());
  }

  GroupState& state_;
  const GroupChange& change_;
  const GroupLimits& limits_;
};

}  // namespace

Result<GroupState, GroupError> apply_change(const std::optional<GroupState>& before, const GroupChange& change,
                                            const GroupLimits& limits) {
  const auto group = GroupId::from_bytes(change.group_id());
  if (!group || group->is_none() || !is_account(change.author()) || change.author_device() == 0)
    return Fail(GroupError::kMalformed);
  if (before && before->group_id() != change.group_id()) return Fail(GroupError::kOtherRevision);
  const uint64_t revision = before ? before->revision() : 0;
  if (change.revision() != revision + 1 || change.revision() > kRevisionMax) return Fail(GroupError::kOtherRevision);
  if (!before && !change.has_create()) return Fail(GroupError::kOtherRevision);
  GroupState state = before.value_or(GroupState());
  state.set_group_id(change.group_id());
  state.set_revision(change.revision());
  if (const Applied applied = Step(state, change, limits).run(); !applied) return Fail(applied.error());
  return state;
}

const GroupState::Member* member_of(const GroupState& state, const AccountId& account) {
  const auto place = place_of(state.members(), account.bytes());
  return place != state.members().end() && place->account_id() == account.view() ? &*place : nullptr;
}

bool is_admin(const GroupState& state, const AccountId& account) {
  const GroupState::Member* const member = member_of(state, account);
  return member != nullptr && member->role() == wire::kGroupAdmin;
}

bool may_send(const GroupState& state, const AccountId& account) {
  const GroupState::Member* const member = member_of(state, account);
  return member != nullptr && (member->role() == wire::kGroupAdmin || state.permissions().members_send());
}

Bytes join_statement(const GroupChange& change) {
  Bytes statement("kith group join v1");
  statement.push_back('\0');
  statement += change.group_id();
  statement += change.author();
  for (int shift = 56; shift >= 0; shift -= 8) statement.push_back(static_cast<char>(change.revision() >> shift));
  return statement;
}

Bytes read_statement(const GroupId& group, const AccountId& account) {
  Bytes statement("kith group read v1");
  statement.push_back('\0');
  statement += group.view();
  statement += account.view();
  return statement;
}

}  // namespace kith
