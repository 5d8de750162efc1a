// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/group_cache.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "wire/group_state.h"

namespace kith {
namespace {

constexpr int kReadAgainMax = 3;           // of a group that changes while it is read
constexpr size_t kChangesBytes = 1 << 20;  // of a page of its history

std::vector<AccountId> members_of(const wire::GroupState& state) {
  std::vector<AccountId> members;
  members.reserve(static_cast<size_t>(state.members_size()));
  for (const auto& member : state.members()) members.push_back(*AccountId::from_bytes(member.account_id()));
  return members;
}

}  // namespace

const KnownGroup::Member* KnownGroup::member(const AccountId& account) const {
  const auto found = std::ranges::lower_bound(members, account, {}, &Member::account);
  return found != members.end() && found->account == account ? &*found : nullptr;
}

bool KnownGroup::is_admin(const AccountId& account) const { return std::ranges::binary_search(admins, account); }

std::vector<AccountId> KnownGroup::accounts() const {
  std::vector<AccountId> all;
  all.reserve(members.size());
  for (const Member& member : members) all.push_back(member.account);
  return all;
}

struct GroupCache::LoadWait {
  Loading& loading;
  [[nodiscard]] bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> continuation) const { loading.waiters.push_back(continuation); }
  [[nodiscard]] Found await_resume() const { return loading.found; }
};

GroupCache::Entry* GroupCache::find(const GroupId& group, uint64_t age_max_ms) {
  if (loading_.contains(group)) return nullptr;  // behind those who wait
  const auto found = groups_.find(group);
  if (found == groups_.end()) return nullptr;
  if (ports_.time.now_ms() - found->second.read_ms > age_max_ms) {
    groups_.erase(found);
    return nullptr;
  }
  found->second.used_ms = ports_.time.now_ms();
  return &found->second;
}

const GroupCache::Absent* GroupCache::find_absent(const GroupId& group) const {
  if (loading_.contains(group)) return nullptr;
  const auto found = absent_.find(group);
  if (found == absent_.end() || ports_.time.now_ms() - found->second.read_ms > kStrangersMs) return nullptr;
  return &found->second;
}

bool GroupCache::knows(const GroupId& group, uint64_t age_max_ms) const {
  if (loading_.contains(group) || find_absent(group) != nullptr) return true;
  const auto found = groups_.find(group);
  return found != groups_.end() && ports_.time.now_ms() - found->second.read_ms <= age_max_ms;
}

Task<GroupCache::Found> GroupCache::get(GroupId group, uint64_t age_max_ms) {
  if (const Entry* const entry = find(group, age_max_ms)) co_return entry->group;
  if (const Absent* const absent = find_absent(group)) co_return Fail(absent->error);
  auto& loading = loading_[group];
  if (!loading) {
    loading = std::make_unique<Loading>();
    ports_.scope.spawn(load(group));  // not before the next turn: this coroutine waits by then
  }
  LoadWait wait{*loading};
  co_return co_await wait;
}

Task<void> GroupCache::load(GroupId group) {
  later later(ports_.executor);
  co_await later;
  Loading& loading = *loading_.at(group);
  for (int again = 0; again < kReadAgainMax; ++again) {
    loading.stale = false;
    Task<Found> reading = read(group);
    loading.found = co_await std::move(reading);
    if (!loading.stale) break;
  }
  if (!loading.stale) keep(group, loading.found);
  // In order, and newcomers behind.
  for (size_t i = 0; i < loading.waiters.size(); ++i) loading.waiters[i].resume();
  loading_.erase(group);
}

void GroupCache::keep(const GroupId& group, const Found& found) {
  const uint64_t now = ports_.time.now_ms();
  absent_.erase(group);
  if (found) {
    groups_[group] = {*found, now, now};
  } else if (found.error() == StoreError::kNotFound || found.error() == StoreError::kDamaged) {
    if (absent_.size() >= kAbsentMax) absent_.clear();
    absent_[group] = {found.error(), now};
  }
}

Task<GroupCache::Found> GroupCache::read(GroupId group) {
  const auto record = co_await ports_.groups.load(group);
  co_await enter(ports_.executor);
  if (!record) co_return Fail(record.error());
  const auto state = read_group_state(record->state);
  if (!state) {
    spdlog::error("group {}: its state at revision {} is damaged", group.hex(), record->revision.value);
    co_return Fail(StoreError::kDamaged);
  }
  if (state->members_size() == 0) co_return Fail(StoreError::kNotFound);
  auto known = std::make_shared<KnownGroup>();
  known->revision = record->revision;
  known->members_send = state->permissions().members_send();
  known->members.reserve(static_cast<size_t>(state->members_size()));
  for (const auto& member : state->members()) {
    const AccountId account = *AccountId::from_bytes(member.account_id());
    known->members.push_back({account, {}});
    if (member.role() == wire::kGroupAdmin) known->admins.push_back(account);
  }
  const auto lists = co_await ports_.accounts.list_revisions(known->accounts());
  co_await enter(ports_.executor);
  if (!lists) co_return Fail(lists.error());
  size_t next = 0;
  for (KnownGroup::Member& member : known->members) {  // both ascend
    if (next < lists->size() && (*lists)[next].account == member.account) member.list = (*lists)[next++].revision;
  }
  co_return known;
}

Task<Result<std::vector<AccountId>, StoreError>> GroupCache::members_at(GroupId group, Revision revision) {
  Task<Found> finding = get(group);
  const Found found = co_await std::move(finding);
  if (found && (*found)->revision == revision) co_return (*found)->accounts();
  if (!found && found.error() == StoreError::kUnavailable) co_return Fail(found.error());
  Task<Result<std::vector<AccountId>, StoreError>> replaying = replay(group, revision);
  co_return co_await std::move(replaying);
}

Task<Result<std::vector<AccountId>, StoreError>> GroupCache::replay(GroupId group, Revision revision) {
  const auto checkpoint = co_await ports_.groups.checkpoint(group, revision);
  co_await enter(ports_.executor);
  if (!checkpoint && checkpoint.error() == StoreError::kNotFound) co_return std::vector<AccountId>();
  if (!checkpoint) co_return Fail(checkpoint.error());
  std::optional<wire::GroupState> state = read_group_state(checkpoint->state);
  while (state && state->revision() < revision.value) {
    const auto changes = co_await ports_.groups.changes(group, {state->revision()}, revision, kChangesBytes);
    co_await enter(ports_.executor);
    if (!changes) co_return Fail(changes.error());
    if (changes->empty()) co_return std::vector<AccountId>();  // forgotten just now
    for (const GroupChangeRecord& record : *changes) {
      wire::SignedGroupChange parts;
      const auto change =
          parts.ParseFromString(record.change) ? read_group_change(parts.change()) : Fail(GroupError::kMalformed);
      auto after = change ? apply_change(state, *change) : Fail(change.error());
      if (!after) co_return Fail(StoreError::kDamaged);
      state = std::move(*after);
    }
  }
  if (!state) co_return Fail(StoreError::kDamaged);
  co_return members_of(*state);
}

void GroupCache::changed(const GroupId& group, Revision revision) {
  if (const auto loading = loading_.find(group); loading != loading_.end()) loading->second->stale = true;
  absent_.erase(group);
  const auto found = groups_.find(group);
  if (found != groups_.end() && found->second.group->revision < revision) groups_.erase(found);
}

void GroupCache::list_changed(const AccountId& account, Revision revision) {
  for (const auto& [group, loading] : loading_) loading->stale = true;
  for (auto& [group, entry] : groups_) {
    const auto member = std::ranges::lower_bound(entry.group->members, account, {}, &KnownGroup::Member::account);
    if (member == entry.group->members.end() || member->account != account || member->list >= revision) continue;
    member->list = revision;
    entry.group->lists_digest.clear();
  }
}

void GroupCache::sweep() {
  const uint64_t now = ports_.time.now_ms();
  std::erase_if(absent_, [now](const auto& one) { return now - one.second.read_ms > kStrangersMs; });
  std::erase_if(groups_, [now](const auto& one) { return now - one.second.used_ms > uint64_t{kIdleS} * 1000; });
}

}  // namespace kith
