// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups: taking a change, and showing what holds. Members trust each other's signatures and check everything again;
// the server checks so that one client's mistake, or a stranger, does not part them (GROUP-1, GROUP-2).
//
// Whoever is no member, and does not show the link, gets the same answer of a group as of none, whatever is asked: what
// can be refused without the group is refused before it is looked up, and all else is kNoSuchGroup.
#include <algorithm>
#include <iterator>

#include "crypto/group_signatures.h"
#include "server/handlers/checks.h"
#include "server/handlers/device_list.h"
#include "server/handlers/handlers.h"
#include "server/ports/group_store.h"
#include "wire/group_state.h"

namespace kith::handlers {
namespace {

// Of the changes in an answer, and in a refusal.
constexpr size_t kAnswerBytes = 256 * 1024;
constexpr size_t kNewerBytes = 64 * 1024;
// Additions that count as one change more.
constexpr size_t kMembersOfARate = 64;

using wire::GroupChange;
using wire::GroupState;

Refusal refusal_of(GroupError error) {
  switch (error) {
    case GroupError::kTooLarge: return {wire::kTooLarge, "change", 0};
    case GroupError::kMalformed: return {wire::kInvalidArgument, "change", 0};
    case GroupError::kOtherRevision: return {wire::kInvalidRevision, "revision", 0};
    case GroupError::kNotMember: return {wire::kNoSuchGroup, "group_id", 0};
    case GroupError::kNotAllowed: return {wire::kNotAllowed, "author", 0};
    case GroupError::kNoSuchMember: return {wire::kNoSuchMember, "account", 0};
    case GroupError::kAlreadyMember: return {wire::kAlreadyMember, "account", 0};
    case GroupError::kTooManyMembers: return {wire::kTooManyMembers, "the group has as many members as it may", 0};
    case GroupError::kNoLink: return {wire::kNoSuchGroup, "group_id", 0};
    case GroupError::kNothing: return {wire::kInvalidArgument, "the change would change nothing", 0};
  }
  return {wire::kInternal, "", 0};
}

std::unexpected<Refusal> refuse_group(GroupError error) { return std::unexpected<Refusal>(refusal_of(error)); }
std::unexpected<Refusal> refuse_stranger() { return refuse(wire::kNoSuchGroup, "group_id"); }

std::unexpected<Refusal> refuse_accounts(wire::ErrorCode code, const std::vector<AccountId>& accounts) {
  wire::GroupRefusal refusal;
  for (const AccountId& account : accounts) refusal.add_accounts(account.bytes());
  return std::unexpected<Refusal>(Refusal{.code = code,
                                          .detail = "account",
                                          .retry_after_ms = 0,
                                          .device_list = nullptr,
                                          .group = std::make_shared<wire::GroupRefusal>(std::move(refusal))});
}

// The link as it holds now; null when there is none, or it is over.
const wire::GroupLink* link_now(const GroupState& state, UnixMicros now) {
  if (!state.has_link()) return nullptr;
  const uint64_t expires = state.link().expires_us();
  return expires == 0 || now.value < expires ? &state.link() : nullptr;
}

bool shows_link(const GroupState& state, UnixMicros now, BytesView statement, BytesView signature) {
  const wire::GroupLink* const link = link_now(state, now);
  return link != nullptr && crypto::verify_group_link(link->public_key(), statement, signature);
}

// Whether the change is of somebody who may know that there is such a group.
bool is_of_the_group(const GroupState& state, UnixMicros now, const GroupChange& change) {
  const auto author = AccountId::from_bytes(change.author());
  if (author && member_of(state, *author) != nullptr) return true;
  return change.has_join() && shows_link(state, now, join_statement(change), change.join().link_signature());
}

// A change that came, as it is kept: the signed parts alone.
struct Signed {
  GroupChange change;
  wire::SignedGroupChange parts;
  Bytes bytes;   // of `parts`
  Bytes digest;  // which the next change names
};

// Checks what needs no store.
Outcome<Signed> signed_of(GroupId group, DeviceAddress caller, const wire::SignedGroupChange& request) {
  auto change = read_group_change(request.change());
  if (!change) return refuse_group(change.error());
  if (change->group_id() != group.view()) return refuse(wire::kInvalidArgument, "group_id");
  if (change->author() != caller.account.view() || change->author_device() != caller.device.value)
    return refuse(wire::kInvalidArgument, "author");
  if (change->has_create() != (change->revision() == 1)) return refuse(wire::kInvalidArgument, "revision");
  if (change->previous().size() != (change->has_create() ? 0 : crypto::kGroupDigestBytes))
    return refuse(wire::kInvalidArgument, "previous");
  if (request.state_digest().size() != crypto::kGroupDigestBytes) return refuse(wire::kInvalidArgument, "state_digest");
  Signed one{.change = std::move(*change), .parts = {}, .bytes = {}, .digest = {}};
  one.parts.set_change(request.change());
  one.parts.set_signature(request.signature());
  one.parts.set_state_digest(request.state_digest());
  one.bytes = one.parts.SerializeAsString();
  one.digest = crypto::group_change_digest(request.change(), request.state_digest(), request.signature());
  return one;
}

bool is_signed_by(const AccountRecord& account, DeviceId device, const wire::SignedGroupChange& parts) {
  const auto list = current_list(account);
  const Bytes identity = list ? identity_in(*list, device) : Bytes();
  return crypto::verify_group_change(identity, parts.change(), parts.state_digest(), parts.signature());
}

uint32_t rate_of(const GroupChange& change) {
  const int accounts = change.has_create() ? change.create().members_size()
                       : change.has_add()  ? change.add().accounts_size()
                                           : 0;
  return static_cast<uint32_t>(1 + static_cast<size_t>(accounts) / kMembersOfARate);
}

std::vector<AccountId> members_of(const GroupState& state) {
  std::vector<AccountId> members;
  members.reserve(static_cast<size_t>(state.members_size()));
  for (const auto& member : state.members()) members.push_back(*AccountId::from_bytes(member.account_id()));
  return members;
}

// What the change makes of the state, for the store.
Outcome<GroupStore::Change> step_of(const Services& services, const std::optional<GroupState>& before,
                                    const Signed& one) {
  const auto after = apply_change(before, one.change, {services.settings.group_members_max});
  if (!after) return refuse_group(after.error());
  GroupStore::Change step{.revision = {one.change.revision()},
                          .change = one.bytes,
                          .change_digest = one.digest,
                          .state = {},
                          .joined = {},
                          .left = {},
                          .taken_at = services.clock.now()};
  step.state = group_state_bytes(*after);
  if (crypto::group_state_digest(step.state) != one.parts.state_digest())
    return refuse(wire::kInvalidArgument, "state_digest");
  const std::vector<AccountId> earlier = before ? members_of(*before) : std::vector<AccountId>();
  const std::vector<AccountId> later = members_of(*after);
  std::vector<AccountId> joined;
  std::ranges::set_difference(later, earlier, std::back_inserter(joined));
  std::ranges::set_difference(earlier, later, std::back_inserter(step.left));
  for (const AccountId& account : joined) {
    const bool asked = account.view() == one.change.author() || (before && applicant_of(*before, account) != nullptr);
    step.joined.push_back({account, asked});
  }
  if (later.empty()) step.over_at = {services.clock.now().value + GroupStore::kAbandonedLifeMicros};
  return step;
}

// Whether those who come in are there, and let the author add them: one question to each store, however many they are.
Task<Outcome<void>> check_joining(Services& services, AccountId author, std::vector<GroupStore::Joined> joined) {
  std::vector<AccountId> others, unasked;
  for (const GroupStore::Joined& each : joined) {
    if (each.account != author) others.push_back(each.account);
    if (!each.asked) unasked.push_back(each.account);
  }
  if (others.empty()) co_return Outcome<void>();
  const auto active = co_await services.accounts.find_active(others);
  if (!active) co_return refuse_store(active.error());
  std::vector<AccountId> missing;
  std::ranges::set_difference(others, *active, std::back_inserter(missing));
  if (!missing.empty()) co_return refuse_accounts(wire::kNoSuchAccount, missing);
  if (unasked.empty()) co_return Outcome<void>();
  const auto blocking = co_await services.profiles.find_blocking(unasked, author);
  if (!blocking) co_return refuse_store(blocking.error());
  if (!blocking->empty()) co_return refuse_accounts(wire::kCannotBeAdded, *blocking);
  co_return Outcome<void>();
}

// Absent: there is none, or it is over.
Task<Outcome<std::optional<GroupRecord>>> load(Services& services, GroupId group) {
  auto record = co_await services.groups.load(group);
  if (!record && record.error() == StoreError::kNotFound) co_return std::optional<GroupRecord>();
  if (!record) co_return refuse_store(record.error());
  if (record->over_at.value != 0 && record->over_at <= services.clock.now()) co_return std::optional<GroupRecord>();
  co_return std::optional<GroupRecord>(std::move(*record));
}

// Adds to the answer changes after that one, as many as have room.
Task<Outcome<void>> add_changes(Services& services, GroupId group, Revision after, size_t bytes_max,
                                wire::GroupAnswer& answer) {
  const auto changes = co_await services.groups.changes(group, after, {answer.revision()}, bytes_max);
  if (!changes) co_return refuse_store(changes.error());
  for (const GroupChangeRecord& record : *changes) {
    wire::SignedGroupChange& change = *answer.add_changes();
    if (!change.ParseFromString(record.change)) co_return refuse(wire::kInternal, "change");
    change.set_server_time_us(record.taken_at.value);
  }
  co_return Outcome<void>();
}

// Of a change that is not the next one: with what came instead, for whoever may see it.
Task<Refusal> refusal_of_stale(Services& services, GroupId group, GroupChange change) {
  Task<Outcome<std::optional<GroupRecord>>> loading = load(services, group);
  const auto record = co_await std::move(loading);
  if (!record) co_return record.error();
  if (!*record) co_return refuse_stranger().error();
  const auto state = read_group_state((*record)->state);
  if (!state) co_return Refusal{wire::kInternal, "state", 0};
  if (!is_of_the_group(*state, services.clock.now(), change)) co_return refuse_stranger().error();
  Refusal refusal{wire::kInvalidRevision, "revision", 0};
  if (change.revision() > (*record)->revision.value) co_return refusal;
  auto details = std::make_shared<wire::GroupRefusal>();
  details->mutable_newer()->set_revision((*record)->revision.value);
  Task<Outcome<void>> adding =
      add_changes(services, group, {change.revision() - 1}, kNewerBytes, *details->mutable_newer());
  const auto added = co_await std::move(adding);
  if (!added) co_return added.error();
  refusal.group = std::move(details);
  co_return refusal;
}

// Whether this very change is the one of its revision: the answer to it was lost.
Task<Outcome<bool>> was_taken(Services& services, GroupId group, Revision revision, Bytes change) {
  const auto there = co_await services.groups.changes(group, {revision.value - 1}, revision, 0);
  if (!there) co_return refuse_store(there.error());
  co_return there->size() == 1 && there->front().change == change;
}

// What the group is before the change, when that is its next one; absent when it was taken already. Of a change that
// makes a group nothing is asked: whether there is one already says the store that takes it.
Task<Outcome<std::optional<GroupState>>> state_before(Services& services, GroupId group, GroupChange change,
                                                      Bytes bytes) {
  Task<Outcome<std::optional<GroupRecord>>> loading = load(services, group);
  const auto record = co_await std::move(loading);
  if (!record) co_return std::unexpected<Refusal>(record.error());
  if (!*record) co_return refuse_stranger();
  if (change.revision() <= (*record)->revision.value) {
    Task<Outcome<bool>> looking = was_taken(services, group, {change.revision()}, std::move(bytes));
    const auto taken = co_await std::move(looking);
    if (!taken) co_return std::unexpected<Refusal>(taken.error());
    if (*taken) co_return std::optional<GroupState>();
  }
  auto state = read_group_state((*record)->state);
  if (!state) co_return refuse(wire::kInternal, "state");
  if (!is_of_the_group(*state, services.clock.now(), change)) co_return refuse_stranger();
  const bool is_next =
      change.revision() == (*record)->revision.value + 1 && change.previous() == (*record)->change_digest;
  if (is_next) co_return std::move(state);
  Task<Refusal> refusing = refusal_of_stale(services, group, std::move(change));
  co_return std::unexpected<Refusal>(co_await std::move(refusing));
}

// Whom the change is told: the members before it and after it, and whoever it answers.
std::vector<AccountId> told_of(const std::optional<GroupState>& before, const GroupStore::Change& step,
                               const GroupChange& change) {
  std::vector<AccountId> told = before ? members_of(*before) : std::vector<AccountId>();
  for (const GroupStore::Joined& joined : step.joined) told.push_back(joined.account);
  for (const Bytes& each : change.answer().turned_away()) told.push_back(*AccountId::from_bytes(each));
  return told;
}

Task<Outcome<wire::Empty>> write(Services& services, DeviceAddress author, GroupId group, GroupStore::Change step,
                                 GroupChange change, std::vector<AccountId> told) {
  const size_t most = services.settings.groups_max;
  // Others may fill half of what somebody has room for, and not what they join or make by themselves.
  const GroupStore::Bounds bounds{.groups_max = most, .unasked_max = (most + 1) / 2};
  const auto answer = co_await services.groups.take(group, std::move(step), bounds);
  if (!answer) co_return refuse_store(answer.error());
  switch (answer->taken) {
    case GroupStore::Taken::kTaken:
    case GroupStore::Taken::kAlready:  // whoever was to be told may not have been: the process ended in between
      services.group_home.tell_changed(told, author, group, {change.revision()});
      co_return wire::Empty();
    case GroupStore::Taken::kTooManyGroups:
      if (std::ranges::binary_search(answer->full, author.account))
        co_return refuse(wire::kTooManyGroups, "the author is in as many groups as it may");
      co_return refuse_accounts(wire::kCannotBeAdded, answer->full);
    case GroupStore::Taken::kConflict: break;
  }
  Task<Refusal> refusing = refusal_of_stale(services, group, std::move(change));
  co_return std::unexpected<Refusal>(co_await std::move(refusing));
}

Task<Outcome<wire::Empty>> take(Services& services, DeviceAddress caller, GroupId group,
                                wire::SignedGroupChange request) {
  const auto one = signed_of(group, caller, request);
  if (!one) co_return std::unexpected<Refusal>(one.error());
  if (const uint32_t wait_ms =
          services.rate_limits.take(Limit::kGroupChange, caller.account.view(), rate_of(one->change));
      wait_ms != 0) {
    co_return refuse_rate(wait_ms);
  }
  const auto account = co_await services.accounts.load(caller.account);
  if (!account) co_return refuse_store(account.error());
  if (!is_signed_by(*account, caller.device, one->parts)) co_return refuse(wire::kInvalidSignature, "signature");

  std::optional<GroupState> before;
  if (!one->change.has_create()) {
    Task<Outcome<std::optional<GroupState>>> finding = state_before(services, group, one->change, one->bytes);
    auto found = co_await std::move(finding);
    if (!found) co_return std::unexpected<Refusal>(found.error());
    if (!*found) co_return wire::Empty();
    before = std::move(*found);
  }
  auto step = step_of(services, before, *one);
  if (!step) co_return std::unexpected<Refusal>(step.error());
  Task<Outcome<void>> checking = check_joining(services, caller.account, step->joined);
  const auto checked = co_await std::move(checking);
  if (!checked) co_return std::unexpected<Refusal>(checked.error());
  std::vector<AccountId> told = told_of(before, *step, one->change);
  Task<Outcome<wire::Empty>> writing = write(services, caller, group, std::move(*step), one->change, std::move(told));
  co_return co_await std::move(writing);
}

// Up to which revision the caller may see it.
Task<Outcome<Revision>> seen_until(Services& services, DeviceAddress caller, GroupId group, Bytes link_signature) {
  Task<Outcome<std::optional<GroupRecord>>> loading = load(services, group);
  const auto record = co_await std::move(loading);
  if (!record) co_return std::unexpected<Refusal>(record.error());
  if (!*record) co_return refuse_stranger();
  const auto membership = co_await services.groups.membership(group, caller.account);
  if (!membership) co_return refuse_store(membership.error());
  if (membership->present) co_return (*record)->revision;
  const auto state = read_group_state((*record)->state);
  if (!state) co_return refuse(wire::kInternal, "state");
  if (shows_link(*state, services.clock.now(), read_statement(group, caller.account), link_signature))
    co_return (*record)->revision;
  if (membership->left.value > 0) co_return membership->left;
  co_return refuse_stranger();
}

Task<Outcome<wire::GroupAnswer>> read(Services& services, DeviceAddress caller, GroupId group,
                                      wire::ReadGroupRequest request) {
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileRead, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  Task<Outcome<Revision>> seen = seen_until(services, caller, group, request.link_signature());
  const auto until = co_await std::move(seen);
  if (!until) co_return std::unexpected<Refusal>(until.error());
  wire::GroupAnswer answer;
  answer.set_revision(until->value);
  Revision after{request.after_revision()};
  if (after.value == 0) {
    const Revision asked{request.checkpoint_at_most()};
    const Revision at_most = asked.value == 0 ? *until : std::min(asked, *until);
    auto checkpoint = co_await services.groups.checkpoint(group, at_most);
    if (!checkpoint && checkpoint.error() == StoreError::kNotFound) co_return refuse_stranger();  // forgotten just now
    if (!checkpoint) co_return refuse_store(checkpoint.error());
    after = {checkpoint->revision.value - 1};  // with the change that made it: its digest proves the state
    answer.set_state(std::move(checkpoint->state));
  }
  Task<Outcome<void>> adding =
      add_changes(services, group, after, kAnswerBytes - std::min(kAnswerBytes, answer.state().size()), answer);
  const auto added = co_await std::move(adding);
  if (!added) co_return std::unexpected<Refusal>(added.error());
  co_return answer;
}

Task<Outcome<wire::OwnGroups>> list(Services& services, DeviceAddress caller) {
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileRead, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const auto groups = co_await services.groups.groups_of(caller.account);
  if (!groups) co_return refuse_store(groups.error());
  wire::OwnGroups answer;
  for (const GroupStore::OwnGroup& own : *groups) {
    wire::OwnGroups::OwnGroup& one = *answer.add_groups();
    one.set_group_id(own.group.bytes());
    one.set_revision(own.revision.value);
  }
  co_return answer;
}

}  // namespace

Task<Outcome<wire::Empty>> change_group(Services& services, DeviceAddress caller, GroupId group,
                                        wire::SignedGroupChange request) {
  return come_back(take(services, caller, group, std::move(request)));
}
Task<Outcome<wire::GroupAnswer>> read_group(Services& services, DeviceAddress caller, GroupId group,
                                            wire::ReadGroupRequest request) {
  return come_back(read(services, caller, group, std::move(request)));
}
Task<Outcome<wire::OwnGroups>> own_groups(Services& services, DeviceAddress caller) {
  return come_back(list(services, caller));
}

}  // namespace kith::handlers
