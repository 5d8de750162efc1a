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
constexpr size_t kLinkSecretBytesMax = 128;

Applied fail(GroupError error) { return Fail(error); }

// Members and applicants stand in ascending order of account; ids are of one length, so that of bytes is that of ids.
template <class Entries>
auto place_of(Entries& entries, BytesView account) {
  return std::lower_bound(entries.begin(), entries.end(), account,
                          [](const auto& entry, BytesView id) { return entry.account_id() < id; });
}

// Null when there is none.
template <class Entries>
auto find_in(Entries& entries, BytesView account) -> decltype(&*entries.begin()) {
  const auto place = place_of(entries, account);
  return place != entries.end() && place->account_id() == account ? &*place : nullptr;
}

// Puts entries in of which none is there.
template <class Entry>
void put_in(google::protobuf::RepeatedPtrField<Entry>& entries, std::vector<Entry> added) {
  const auto by_account = [](const Entry* one, const Entry* other) { return one->account_id() < other->account_id(); };
  const int there = entries.size();
  for (Entry& entry : added) entries.Add(std::move(entry));
  std::sort(entries.pointer_begin() + there, entries.pointer_end(), by_account);
  std::inplace_merge(entries.pointer_begin(), entries.pointer_begin() + there, entries.pointer_end(), by_account);
}

// `accounts` in ascending order. How many were there.
template <class Entries>
size_t take_out(Entries& entries, const std::vector<BytesView>& accounts) {
  const auto first = std::remove_if(entries.begin(), entries.end(), [&accounts](const auto& entry) {
    return std::binary_search(accounts.begin(), accounts.end(), BytesView(entry.account_id()));
  });
  const auto count = static_cast<size_t>(entries.end() - first);
  entries.erase(first, entries.end());
  return count;
}

bool is_account(BytesView bytes) {
  const auto id = AccountId::from_bytes(bytes);
  return id && !id->is_none();
}

// The accounts in ascending order; absent when one is none, or is there twice.
template <class... Accounts>
std::optional<std::vector<BytesView>> set_of(const Accounts&... accounts) {
  std::vector<BytesView> all;
  (all.insert(all.end(), accounts.begin(), accounts.end()), ...);
  std::sort(all.begin(), all.end());
  if (!std::all_of(all.begin(), all.end(), is_account)) return std::nullopt;
  if (std::adjacent_find(all.begin(), all.end()) != all.end()) return std::nullopt;
  return all;
}

bool any_admin(const GroupState& state) {
  return std::any_of(state.members().begin(), state.members().end(),
                     [](const auto& member) { return member.role() == wire::kGroupAdmin; });
}

// ---- the same with the schema's own fields alone: what else was read with a message is not copied. Field by field, as
// the browser's protobuf has no reflection; one that is forgotten here is refused by read_group_change().

wire::GroupPermissions known(const wire::GroupPermissions& from) {
  wire::GroupPermissions to;
  to.set_members_send(from.members_send());
  to.set_members_edit_info(from.members_edit_info());
  to.set_members_add(from.members_add());
  return to;
}

wire::GroupLink known(const wire::GroupLink& from) {
  wire::GroupLink to;
  to.set_public_key(from.public_key());
  to.set_approval(from.approval());
  to.set_expires_us(from.expires_us());
  to.set_sealed_secret(from.sealed_secret());
  return to;
}

GroupState known(const GroupState& from) {
  GroupState to;
  to.set_group_id(from.group_id());
  to.set_revision(from.revision());
  to.set_created_us(from.created_us());
  to.mutable_members()->Reserve(from.members_size());
  for (const auto& each : from.members()) {
    GroupState::Member& member = *to.add_members();
    member.set_account_id(each.account_id());
    member.set_role(each.role());
    member.set_joined_revision(each.joined_revision());
  }
  if (from.has_permissions()) *to.mutable_permissions() = known(from.permissions());
  to.set_sealed_info(from.sealed_info());
  if (from.has_link()) *to.mutable_link() = known(from.link());
  for (const auto& each : from.applicants()) {
    GroupState::Applicant& applicant = *to.add_applicants();
    applicant.set_account_id(each.account_id());
    applicant.set_asked_revision(each.asked_revision());
  }
  return to;
}

void copy_known_action(const GroupChange& from, GroupChange& to) {
  switch (from.action_case()) {
    case GroupChange::kCreate:
      *to.mutable_create()->mutable_members() = from.create().members();
      to.mutable_create()->set_sealed_info(from.create().sealed_info());
      if (from.create().has_permissions())
        *to.mutable_create()->mutable_permissions() = known(from.create().permissions());
      break;
    case GroupChange::kAdd: *to.mutable_add()->mutable_accounts() = from.add().accounts(); break;
    case GroupChange::kRemove: *to.mutable_remove()->mutable_accounts() = from.remove().accounts(); break;
    case GroupChange::kLeave: to.mutable_leave(); break;
    case GroupChange::kSetRole:
      to.mutable_set_role()->set_account(from.set_role().account());
      to.mutable_set_role()->set_role(from.set_role().role());
      break;
    case GroupChange::kSetInfo: to.mutable_set_info()->set_sealed_info(from.set_info().sealed_info()); break;
    case GroupChange::kSetPermissions:
      to.mutable_set_permissions();
      if (from.set_permissions().has_permissions())
        *to.mutable_set_permissions()->mutable_permissions() = known(from.set_permissions().permissions());
      break;
    case GroupChange::kSetLink:
      to.mutable_set_link();
      if (from.set_link().has_link()) *to.mutable_set_link()->mutable_link() = known(from.set_link().link());
      break;
    case GroupChange::kJoin: to.mutable_join()->set_link_signature(from.join().link_signature()); break;
    case GroupChange::kAnswer:
      *to.mutable_answer()->mutable_let_in() = from.answer().let_in();
      *to.mutable_answer()->mutable_turned_away() = from.answer().turned_away();
      break;
    case GroupChange::ACTION_NOT_SET: break;
  }
}

GroupChange known(const GroupChange& from) {
  GroupChange to;
  to.set_group_id(from.group_id());
  to.set_revision(from.revision());
  to.set_previous(from.previous());
  to.set_author(from.author());
  to.set_author_device(from.author_device());
  to.set_made_us(from.made_us());
  copy_known_action(from, to);
  return to;
}

// In strictly ascending order, each of an account and of a revision up to the state's.
template <class Entries, class Revision>
bool is_in_order(const Entries& entries, uint64_t last, Revision revision) {
  BytesView before;
  for (const auto& entry : entries) {
    if (!is_account(entry.account_id()) || entry.account_id() <= before) return false;
    if (revision(entry) == 0 || revision(entry) > last) return false;
    before = entry.account_id();
  }
  return true;
}

bool is_link(const wire::GroupLink& link) {
  return link.public_key().size() == kLinkKeyBytes && link.sealed_secret().size() <= kLinkSecretBytesMax;
}

// Whether changes can make it.
bool can_be(const GroupState& state) {
  const auto group = GroupId::from_bytes(state.group_id());
  if (!group || group->is_none() || state.revision() == 0 || state.revision() > kRevisionMax) return false;
  if (static_cast<size_t>(state.members_size()) > kGroupMembersMax) return false;
  if (static_cast<size_t>(state.applicants_size()) > kGroupApplicantsMax) return false;
  if (!state.has_permissions() || state.sealed_info().size() > kGroupInfoBytesMax) return false;
  if (state.has_link() && !is_link(state.link())) return false;
  if (!is_in_order(state.members(), state.revision(), [](const auto& member) { return member.joined_revision(); }))
    return false;
  if (!is_in_order(state.applicants(), state.revision(), [](const auto& each) { return each.asked_revision(); }))
    return false;
  for (const auto& member : state.members()) {
    if (member.role() != wire::kGroupMember && member.role() != wire::kGroupAdmin) return false;
  }
  for (const auto& applicant : state.applicants()) {
    if (find_in(state.members(), applicant.account_id()) != nullptr) return false;
  }
  if (state.members().empty()) return !state.has_link() && state.applicants().empty();
  return any_admin(state);
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
    const GroupState::Member* const member = find_in(state_.members(), author());
    return member != nullptr ? member->role() : wire::kGroupRoleUnspecified;
  }
  // For what members may when `granted`, and admins always.
  Applied allow(bool granted) const {
    if (role() == wire::kGroupRoleUnspecified) return fail(GroupError::kNotMember);
    if (!granted && role() != wire::kGroupAdmin) return fail(GroupError::kNotAllowed);
    return {};
  }

  // `accounts` in ascending order. They are applicants no more.
  Applied put_members(const std::vector<BytesView>& accounts, wire::GroupRole role) {
    auto& members = *state_.mutable_members();
    for (const BytesView account : accounts) {
      if (find_in(members, account) != nullptr) return fail(GroupError::kAlreadyMember);
    }
    if (static_cast<size_t>(members.size()) + accounts.size() > limits_.members_max)
      return fail(GroupError::kTooManyMembers);
    std::vector<GroupState::Member> added(accounts.size());
    for (size_t i = 0; i < accounts.size(); ++i) {
      added[i].set_account_id(Bytes(accounts[i]));
      added[i].set_role(role);
      added[i].set_joined_revision(change_.revision());
    }
    put_in(members, std::move(added));
    (void)take_out(*state_.mutable_applicants(), accounts);
    return {};
  }

  Applied create(const wire::CreateGroup& create) {
    if (state_.revision() != 1) return fail(GroupError::kOtherRevision);
    if (create.sealed_info().size() > kGroupInfoBytesMax) return fail(GroupError::kMalformed);
    state_.set_created_us(change_.made_us());
    *state_.mutable_permissions() = known(create.permissions());
    state_.set_sealed_info(create.sealed_info());
    const auto accounts = set_of(create.members());
    if (!accounts) return fail(GroupError::kMalformed);
    if (const Applied put = put_members({author()}, wire::kGroupAdmin); !put) return put;
    return put_members(*accounts, wire::kGroupMember);
  }
  Applied add(const wire::AddMembers& add) {
    if (const Applied allowed = allow(state_.permissions().members_add()); !allowed) return allowed;
    if (add.accounts().empty()) return fail(GroupError::kNothing);
    const auto accounts = set_of(add.accounts());
    return accounts ? put_members(*accounts, wire::kGroupMember) : fail(GroupError::kMalformed);
  }
  Applied remove(const wire::RemoveMembers& remove) {
    if (const Applied allowed = allow(false); !allowed) return allowed;
    if (remove.accounts().empty()) return fail(GroupError::kNothing);
    const auto accounts = set_of(remove.accounts());
    if (!accounts) return fail(GroupError::kMalformed);
    if (std::binary_search(accounts->begin(), accounts->end(), BytesView(author())))
      return fail(GroupError::kNotAllowed);  // leaves instead
    const size_t taken = take_out(*state_.mutable_members(), *accounts);
    return taken == accounts->size() ? Applied{} : fail(GroupError::kNoSuchMember);
  }
  Applied leave() {
    auto& members = *state_.mutable_members();
    if (take_out(members, {author()}) == 0) return fail(GroupError::kNotMember);
    if (members.empty()) {  // nobody comes in any more
      state_.clear_link();
      state_.clear_applicants();
      return {};
    }
    if (any_admin(state_)) return {};
    std::min_element(members.begin(), members.end(), [](const auto& one, const auto& other) {
      return one.joined_revision() < other.joined_revision();  // of equal ones the first
    })->set_role(wire::kGroupAdmin);
    return {};
  }
  Applied set_role(const wire::SetGroupRole& set) {
    if (const Applied allowed = allow(false); !allowed) return allowed;
    if (set.role() != wire::kGroupMember && set.role() != wire::kGroupAdmin) return fail(GroupError::kMalformed);
    GroupState::Member* const member = find_in(*state_.mutable_members(), set.account());
    if (member == nullptr) return fail(GroupError::kNoSuchMember);
    if (member->role() == set.role()) return fail(GroupError::kNothing);
    member->set_role(set.role());
    return any_admin(state_) ? Applied{} : fail(GroupError::kNotAllowed);  // somebody has to be one
  }
  Applied set_info(const wire::SetGroupInfo& set) {
    if (const Applied allowed = allow(state_.permissions().members_edit_info()); !allowed) return allowed;
    if (set.sealed_info().size() > kGroupInfoBytesMax) return fail(GroupError::kMalformed);
    state_.set_sealed_info(set.sealed_info());
    return {};
  }
  Applied set_permissions(const wire::SetGroupPermissions& set) {
    if (const Applied allowed = allow(false); !allowed) return allowed;
    *state_.mutable_permissions() = known(set.permissions());
    return {};
  }
  Applied set_link(const wire::SetGroupLink& set) {
    if (const Applied allowed = allow(false); !allowed) return allowed;
    if (!set.has_link() && !state_.has_link()) return fail(GroupError::kNothing);
    if (set.has_link() && !is_link(set.link())) return fail(GroupError::kMalformed);
    state_.clear_link();
    if (set.has_link()) *state_.mutable_link() = known(set.link());
    return {};
  }
  Applied join() {
    if (!state_.has_link()) return fail(GroupError::kNoLink);
    if (!state_.link().approval()) return put_members({author()}, wire::kGroupMember);
    if (find_in(state_.members(), author()) != nullptr) return fail(GroupError::kAlreadyMember);
    if (find_in(state_.applicants(), author()) != nullptr) return fail(GroupError::kNothing);
    if (static_cast<size_t>(state_.applicants_size()) >= kGroupApplicantsMax) return fail(GroupError::kTooManyMembers);
    std::vector<GroupState::Applicant> applicant(1);
    applicant[0].set_account_id(author());
    applicant[0].set_asked_revision(change_.revision());
    put_in(*state_.mutable_applicants(), std::move(applicant));
    return {};
  }
  Applied answer(const wire::AnswerApplicants& answer) {
    if (const Applied allowed = allow(false); !allowed) return allowed;
    if (answer.let_in().empty() && answer.turned_away().empty()) return fail(GroupError::kNothing);
    const auto answered = set_of(answer.let_in(), answer.turned_away());
    if (!answered) return fail(GroupError::kMalformed);
    if (take_out(*state_.mutable_applicants(), *answered) != answered->size()) return fail(GroupError::kNoSuchMember);
    return put_members(*set_of(answer.let_in()), wire::kGroupMember);
  }

  GroupState& state_;
  const GroupChange& change_;
  const GroupLimits& limits_;
};

}  // namespace

Result<GroupChange, GroupError> read_group_change(BytesView bytes) {
  if (bytes.size() > kGroupChangeBytesMax) return Fail(GroupError::kTooLarge);
  GroupChange change;
  if (!change.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return Fail(GroupError::kMalformed);
  if (known(change).SerializeAsString() != bytes) return Fail(GroupError::kMalformed);
  return change;
}

Bytes group_state_bytes(const GroupState& state) { return known(state).SerializeAsString(); }

std::optional<GroupState> read_group_state(BytesView bytes) {
  // More than a state of the largest size has.
  constexpr size_t kBytesMax = (kGroupMembersMax + kGroupApplicantsMax) * 64 + kGroupInfoBytesMax + 1024;
  if (bytes.size() > kBytesMax) return std::nullopt;
  GroupState state;
  if (!state.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  if (!can_be(state) || group_state_bytes(state) != bytes) return std::nullopt;
  return state;
}

Result<GroupState, GroupError> apply_change(const std::optional<GroupState>& before, const GroupChange& change,
                                            const GroupLimits& limits) {
  const auto group = GroupId::from_bytes(change.group_id());
  if (!group || group->is_none() || !is_account(change.author()) || change.author_device() == 0)
    return Fail(GroupError::kMalformed);
  if (before && before->group_id() != change.group_id()) return Fail(GroupError::kOtherRevision);
  const uint64_t revision = before ? before->revision() : 0;
  if (change.revision() != revision + 1 || change.revision() > kRevisionMax) return Fail(GroupError::kOtherRevision);
  if (!before && !change.has_create()) return Fail(GroupError::kOtherRevision);
  GroupState state = before ? known(*before) : GroupState();
  state.set_group_id(change.group_id());
  state.set_revision(change.revision());
  if (const Applied applied = Step(state, change, limits).run(); !applied) return Fail(applied.error());
  return state;
}

const GroupState::Member* member_of(const GroupState& state, const AccountId& account) {
  return find_in(state.members(), account.view());
}
const GroupState::Applicant* applicant_of(const GroupState& state, const AccountId& account) {
  return find_in(state.applicants(), account.view());
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
