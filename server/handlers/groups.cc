// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups: taking a change, and showing what holds. Members trust each other's signatures and check everything again;
// the server checks so that one client's mistake, or a stranger, does not part them (GROUP-1, GROUP-2).
#include <algorithm>
#include <map>

#include "crypto/group_signatures.h"
#include "server/handlers/checks.h"
#include "server/handlers/device_list.h"
#include "server/handlers/handlers.h"
#include "server/ports/group_store.h"
#include "wire/group_state.h"

namespace kith::handlers {
namespace {

constexpr size_t kChangesOfAnAnswer = 64;
constexpr size_t kAnswerBytes = 256 * 1024;
// Additions that count as one change more.
constexpr size_t kMembersOfARate = 64;
constexpr size_t kDigestBytes = 32;

Refusal refusal_of(GroupError error) {
  switch (error) {
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

// The link as it holds now; null when there is none, or it is over.
const wire::GroupLink* link_now(const wire::GroupState& state, UnixMicros now) {
  if (!state.has_link()) return nullptr;
  const uint64_t expires = state.link().expires_us();
  return expires == 0 || now.value < expires ? &state.link() : nullptr;
}

struct Members {
  std::vector<AccountId> joined;
  std::vector<AccountId> left;
};

// Both are in ascending order.
Members difference_of(const std::optional<wire::GroupState>& before, const wire::GroupState& after) {
  std::map<AccountId, int> change;
  for (const auto& member : after.members()) ++change[*AccountId::from_bytes(member.account_id())];
  if (before) {
    for (const auto& member : before->members()) --change[*AccountId::from_bytes(member.account_id())];
  }
  Members members;
  for (const auto& [account, sign] : change) {
    if (sign > 0) members.joined.push_back(account);
    if (sign < 0) members.left.push_back(account);
  }
  return members;
}

// Checks what needs no store but the caller's account: who signs, and that the link was shown.
std::optional<Refusal> refusal_of_author(const AccountRecord& account, DeviceAddress caller,
                                         const wire::SignedGroupChange& request, const wire::GroupChange& change) {
  if (change.author() != caller.account.view() || change.author_device() != caller.device.value)
    return Refusal{wire::kInvalidArgument, "author", 0};
  const auto list = current_list(account);
  const Bytes identity = list ? identity_in(*list, caller.device) : Bytes();
  if (!crypto::verify_group_change(identity, request.change(), request.state_digest(), request.signature()))
    return Refusal{wire::kInvalidSignature, "signature", 0};
  return std::nullopt;
}

Task<Outcome<void>> check_accounts(Services& services, std::vector<AccountId> accounts) {
  for (const AccountId& each : accounts) {
    const auto record = co_await services.accounts.load(each);
    if (!record && record.error() != StoreError::kNotFound) co_return refuse_store(record.error());
    if (!record || record->device_list_revision.value == 0) co_return refuse(wire::kNoSuchAccount, "account");
  }
  co_return Outcome<void>();
}

// The state before, and the change that comes next.
struct Next {
  std::optional<wire::GroupState> before;
  wire::GroupState after;
};

Outcome<Next> next_of(const Services& services, const std::optional<GroupRecord>& record,
                      const wire::SignedGroupChange& request, const wire::GroupChange& change) {
  Next next;
  if (record) {
    if (!next.before.emplace().ParseFromString(record->state)) return refuse(wire::kInternal, "state");
    if (change.revision() == record->revision.value + 1 && change.previous() != record->change_digest)
      return refuse(wire::kInvalidRevision, "previous");
  } else if (!change.previous().empty()) {
    return refuse(wire::kInvalidArgument, "previous");
  }
  if (change.has_join() && next.before) {
    const wire::GroupLink* const link = link_now(*next.before, services.clock.now());
    if (link == nullptr) return refuse(wire::kNoSuchGroup, "group_id");
    if (!crypto::verify_group_link(link->public_key(), join_statement(change), change.join().link_signature()))
      return refuse(wire::kInvalidSignature, "link_signature");
  }
  auto after = apply_change(next.before, change, {services.settings.group_members_max});
  if (!after) return refuse_group(after.error());
  next.after = std::move(*after);
  if (crypto::group_state_digest(next.after.SerializeAsString()) != request.state_digest())
    return refuse(wire::kInvalidArgument, "state_digest");
  return next;
}

Task<Outcome<wire::Empty>> take(Services& services, DeviceAddress caller, GroupId group,
                                wire::SignedGroupChange request) {
  RateLimits& limits = services.rate_limits;
  wire::GroupChange change;
  if (!change.ParseFromString(request.change()) || change.group_id() != group.view())
    co_return refuse(wire::kInvalidArgument, "change");
  if (request.state_digest().size() != kDigestBytes) co_return refuse(wire::kInvalidArgument, "state_digest");
  const size_t accounts = change.has_create() ? static_cast<size_t>(change.create().members_size())
                          : change.has_add()  ? static_cast<size_t>(change.add().accounts_size())
                                              : 0;
  if (accounts > kGroupMembersMax) co_return refuse(wire::kTooManyMembers, "the group would have too many members");
  const auto cost = static_cast<uint32_t>(1 + accounts / kMembersOfARate);
  if (const uint32_t wait_ms = limits.take(Limit::kGroupChange, caller.account.view(), cost); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const auto account = co_await services.accounts.load(caller.account);
  if (!account) co_return refuse_store(account.error());
  if (const auto refusal = refusal_of_author(*account, caller, request, change)) co_return std::unexpected(*refusal);

  const auto loaded = co_await services.groups.load(group);
  if (!loaded && loaded.error() != StoreError::kNotFound) co_return refuse_store(loaded.error());
  std::optional<GroupRecord> record;
  if (loaded) record = *loaded;
  GroupStore::Change taken;
  taken.change = request.SerializeAsString();
  taken.change_digest = crypto::group_change_digest(taken.change);
  taken.revision = {change.revision()};
  // The answer to it was lost.
  if (record && record->change_digest == taken.change_digest) co_return wire::Empty();
  const auto next = next_of(services, record, request, change);
  if (!next) co_return std::unexpected(next.error());
  Members members = difference_of(next->before, next->after);
  if (!change.has_join()) {
    Task<Outcome<void>> check = check_accounts(services, members.joined);
    const auto checked = co_await std::move(check);
    if (!checked) co_return std::unexpected(checked.error());
  }
  taken.state = next->after.SerializeAsString();
  taken.joined = std::move(members.joined);
  taken.left = std::move(members.left);
  const auto written = co_await services.groups.take(group, std::move(taken), services.settings.groups_max);
  if (!written && written.error() == StoreError::kConflict) co_return refuse(wire::kInvalidRevision, "revision");
  if (!written && written.error() == StoreError::kFull)
    co_return refuse(wire::kTooManyGroups, "a member is in as many groups as it may, or the disk is full");
  if (!written) co_return refuse_store(written.error());
  co_return wire::Empty();
}

// Up to which revision the caller may see it; refused as if there were no such group.
Task<Outcome<Revision>> seen_until(Services& services, DeviceAddress caller, GroupId group,
                                   wire::ReadGroupRequest request) {
  const auto record = co_await services.groups.load(group);
  if (!record && record.error() == StoreError::kNotFound) co_return refuse(wire::kNoSuchGroup, "group_id");
  if (!record) co_return refuse_store(record.error());
  const auto membership = co_await services.groups.membership(group, caller.account);
  if (!membership && membership.error() != StoreError::kNotFound) co_return refuse_store(membership.error());
  if (membership && membership->left.value == 0) co_return record->revision;
  wire::GroupState state;
  if (!state.ParseFromString(record->state)) co_return refuse(wire::kInternal, "state");
  const wire::GroupLink* const link = link_now(state, services.clock.now());
  if (link != nullptr &&
      crypto::verify_group_link(link->public_key(), read_statement(group, caller.account), request.link_signature()))
    co_return record->revision;
  if (membership) co_return membership->left;
  co_return refuse(wire::kNoSuchGroup, "group_id");
}

Task<Outcome<wire::GroupAnswer>> read(Services& services, DeviceAddress caller, GroupId group,
                                      wire::ReadGroupRequest request) {
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileRead, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  Revision after{request.after_revision()};
  Revision checkpoint{request.checkpoint_at_most()};
  Task<Outcome<Revision>> seen = seen_until(services, caller, group, std::move(request));
  const auto until = co_await std::move(seen);
  if (!until) co_return std::unexpected(until.error());
  wire::GroupAnswer answer;
  answer.set_revision(until->value);
  if (after.value == 0) {
    if (checkpoint.value == 0 || checkpoint > *until) checkpoint = *until;
    auto state = co_await services.groups.checkpoint(group, checkpoint);
    if (!state) co_return refuse_store(state.error());
    wire::GroupState parsed;
    if (!parsed.ParseFromString(*state)) co_return refuse(wire::kInternal, "state");
    after = {parsed.revision() - 1};  // with the change that made it: its digest proves the state
    answer.set_state(std::move(*state));
  }
  auto changes = co_await services.groups.changes(group, after, kChangesOfAnAnswer);
  if (!changes) co_return refuse_store(changes.error());
  size_t bytes = answer.state().size();
  for (GroupChangeRecord& record : *changes) {
    bytes += record.change.size();
    if (record.revision > *until || (answer.changes_size() > 0 && bytes > kAnswerBytes)) break;
    if (!answer.add_changes()->ParseFromString(record.change)) co_return refuse(wire::kInternal, "change");
  }
  co_return answer;
}

Task<Outcome<wire::OwnGroups>> list(Services& services, DeviceAddress caller) {
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileRead, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const auto groups = co_await services.groups.groups_of(caller.account);
  if (!groups) co_return refuse_store(groups.error());
  wire::OwnGroups answer;
  for (const GroupId& group : *groups) answer.add_group_ids(group.bytes());
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
