// SPDX-License-Identifier: AGPL-3.0-or-later

// LoopbackServer: groups, by the rules that the real server has (GROUP-1, GROUP-2).
#include <algorithm>

#include "core/testing/loopback_server.h"
#include "crypto/group_signatures.h"
#include "wire/group_state.h"

namespace kith::core::testing {

namespace {

using Reply = LoopbackServer::HttpReply;
using Group = LoopbackServer::Group;

Reply refused(uint32_t status, wire::ErrorCode code) {
  wire::ApiError error;
  error.set_code(code);
  return {status, error.SerializeAsString()};
}

Reply refused(GroupError error) {
  switch (error) {
    case GroupError::kTooLarge: return refused(413, wire::kTooLarge);
    case GroupError::kNotMember:
    case GroupError::kNoLink: return refused(404, wire::kNoSuchGroup);
    case GroupError::kNotAllowed: return refused(403, wire::kNotAllowed);
    case GroupError::kNoSuchMember: return refused(404, wire::kNoSuchMember);
    case GroupError::kAlreadyMember: return refused(409, wire::kAlreadyMember);
    case GroupError::kTooManyMembers: return refused(409, wire::kTooManyMembers);
    default: return refused(422, wire::kInvalidArgument);
  }
}

bool shows_link(const Group& group, UnixMicros now, BytesView statement, BytesView signature) {
  if (!group.state || !group.state->has_link()) return false;
  const wire::GroupLink& link = group.state->link();
  if (link.expires_us() != 0 && now.value >= link.expires_us()) return false;
  return crypto::verify_group_link(link.public_key(), statement, signature);
}

}  // namespace

Reply LoopbackServer::groups_call(const DeviceAddress& caller, const std::string& path, const std::string& body) {
  if (path == "/v1/groups") {
    wire::OwnGroups own;
    for (const auto& [id, group] : groups) {
      if (!member_of(*group.state, caller.account)) continue;
      wire::OwnGroups::OwnGroup& one = *own.add_groups();
      one.set_group_id(id.bytes());
      one.set_revision(group.state->revision());
    }
    return {200, own.SerializeAsString()};
  }
  const std::string prefix = "/v1/groups/";
  const auto group = GroupId::from_hex(path.substr(prefix.size(), 32));
  if (!group) return refused(404, wire::kNotFound);
  if (!path.ends_with("/read")) return change_group(caller, *group, body);
  wire::ReadGroupRequest request;
  if (!request.ParseFromString(body)) return refused(422, wire::kInvalidArgument);
  return read_group(caller, *group, request);
}

Reply LoopbackServer::change_group(const DeviceAddress& caller, const GroupId& id, const std::string& body) {
  wire::SignedGroupChange parts;
  if (!parts.ParseFromString(body)) return refused(422, wire::kInvalidArgument);
  const auto change = read_group_change(parts.change());
  if (!change) return refused(change.error());
  if (change->group_id() != id.view() || change->author() != caller.account.view() ||
      change->author_device() != caller.device.value)
    return refused(422, wire::kInvalidArgument);
  if (!crypto::verify_group_change(find(caller)->keys.identity_key(), parts.change(), parts.state_digest(),
                                   parts.signature()))
    return refused(400, wire::kInvalidSignature);
  const auto there = groups.find(id);
  if (there == groups.end() && !change->has_create()) return refused(404, wire::kNoSuchGroup);
  Group group = there == groups.end() ? Group() : there->second;
  if (group.state && !change->has_create() && !member_of(*group.state, caller.account) &&
      !(change->has_join() &&
        shows_link(group, clock_.now(), join_statement(*change), change->join().link_signature())))
    return refused(404, wire::kNoSuchGroup);
  for (const wire::SignedGroupChange& each : group.changes) {
    if (each.change() == parts.change() && each.signature() == parts.signature()) return {200, ""};
  }
  const uint64_t revision = group.state ? group.state->revision() : 0;
  if (change->revision() != revision + 1 || change->previous() != group.digest) {
    wire::ApiError error;
    error.set_code(wire::kInvalidRevision);
    if (change->revision() <= revision)
      *error.mutable_group()->mutable_newer() = changes_after(group, change->revision() - 1);
    return {409, error.SerializeAsString()};
  }
  const auto after = apply_change(group.state, *change);
  if (!after) return refused(after.error());
  if (crypto::group_state_digest(group_state_bytes(*after)) != parts.state_digest())
    return refused(422, wire::kInvalidArgument);
  wire::ApiError error;
  for (const auto& member : after->members()) {
    const AccountId account = *AccountId::from_bytes(member.account_id());
    if (group.state && member_of(*group.state, account)) continue;
    const auto known = accounts_.find(account);
    if (known == accounts_.end() || known->second.revision == 0) {
      error.set_code(wire::kNoSuchAccount);
    } else if (known->second.blocked.contains(caller.account)) {
      error.set_code(wire::kCannotBeAdded);
    } else {
      continue;
    }
    error.mutable_group()->add_accounts(account.bytes());
  }
  if (error.code() != wire::kErrorUnspecified) return {409, error.SerializeAsString()};
  std::set<AccountId> told;
  const auto tell = [&told](const wire::GroupState& state) {
    for (const auto& member : state.members()) told.insert(*AccountId::from_bytes(member.account_id()));
  };
  if (group.state) tell(*group.state);
  tell(*after);
  for (const AccountId& account : told) {
    if (!member_of(*after, account)) group.left[account] = after->revision();
  }
  wire::SignedGroupChange kept;
  kept.set_change(parts.change());
  kept.set_signature(parts.signature());
  kept.set_state_digest(parts.state_digest());
  kept.set_server_time_us(next_time());
  group.changes.push_back(kept);
  group.state = *after;
  group.digest = crypto::group_change_digest(parts.change(), parts.state_digest(), parts.signature());
  if (after->revision() % group_checkpoint_every == 1 || group_checkpoint_every == 1)
    group.checkpoints[after->revision()] = *after;
  groups[id] = std::move(group);
  wire::Entry entry;
  entry.mutable_group_changed()->set_group_id(id.bytes());
  entry.mutable_group_changed()->set_revision(after->revision());
  for (const AccountId& account : told) {
    for (const auto& [number, device] : accounts_.at(account).devices) {
      if (device.active && DeviceAddress{account, {number}} != caller) append({account, {number}}, entry);
    }
  }
  return {200, ""};
}

wire::GroupAnswer LoopbackServer::changes_after(const Group& group, uint64_t revision, uint64_t until) const {
  wire::GroupAnswer answer;
  answer.set_revision(std::min<uint64_t>(until, group.changes.size()));
  for (uint64_t i = revision; i < answer.revision() && static_cast<size_t>(answer.changes_size()) < group_page; ++i)
    *answer.add_changes() = group.changes[i];
  return answer;
}

Reply LoopbackServer::read_group(const DeviceAddress& caller, const GroupId& id,
                                 const wire::ReadGroupRequest& request) {
  const auto there = groups.find(id);
  if (there == groups.end()) return refused(404, wire::kNoSuchGroup);
  const Group& group = there->second;
  uint64_t until = group.state->revision();
  if (!member_of(*group.state, caller.account) &&
      !shows_link(group, clock_.now(), read_statement(id, caller.account), request.link_signature())) {
    const auto left = group.left.find(caller.account);
    if (left == group.left.end()) return refused(404, wire::kNoSuchGroup);
    until = left->second;
  }
  uint64_t after = request.after_revision();
  wire::GroupAnswer answer;
  if (after == 0) {
    const uint64_t most = request.checkpoint_at_most() == 0 ? until : std::min(until, request.checkpoint_at_most());
    auto checkpoint = group.checkpoints.upper_bound(most);
    if (checkpoint == group.checkpoints.begin()) return refused(404, wire::kNoSuchGroup);
    --checkpoint;
    answer = changes_after(group, checkpoint->first - 1, until);
    answer.set_state(group_state_bytes(checkpoint->second));
  } else {
    answer = changes_after(group, after, until);
  }
  look_at(caller, id, answer);
  return {200, answer.SerializeAsString()};
}

}  // namespace kith::core::testing
