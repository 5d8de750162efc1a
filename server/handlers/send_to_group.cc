// SPDX-License-Identifier: AGPL-3.0-or-later

// One message from a device to a group (GROUP-3), what it has read in one (GROUP-5), and that somebody types there.
//
// Invariant (SEND-2 for groups): Accepted leaves only when the groups' log has the message durably. From there it is
// taken to each device of each member, whatever is killed meanwhile (server/delivery/group_handler.h).
//
//   1  check the form
//   2  hold it against what this loop knows of the group: membership, who may write, revision, lists of devices. What
//      the device names otherwise is read anew before it is refused: another process may have taken a change. For who
//      is no member that is seldom, and each look into the stores costs the account what reading a profile does
//   3  take the server time, append to the log; of a message that was appended before the log answers the first time
//      (SEND-1)
//
// Whoever is no member gets the same answer of a group as of none. Order (ORDER-1): nothing waits between taking the
// time and the call of the log; sends of one device that wait for the group go on in order.
#include "server/handlers/send_to_group.h"

#include "crypto/group_signatures.h"
#include "server/delivery/shard.h"
#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

constexpr int kRunsMax = 256;

const Bytes& group_of(const wire::Send& send) {
  return send.has_group() ? send.group().group_id() : send.read_in_group().group_id();
}

wire::ServerFrame accepted(const wire::Send& send, UnixMicros server_time) {
  wire::ServerFrame frame;
  wire::Accepted& accepted = *frame.mutable_accepted();
  accepted.set_message_id(send.message_id());
  accepted.set_group(group_of(send));
  accepted.set_server_time_us(server_time.value);
  return frame;
}

wire::ServerFrame refused(const wire::Send& send, wire::ErrorCode code, const char* detail,
                          uint32_t retry_after_ms = 0) {
  wire::ServerFrame frame;
  wire::Refused& refused = *frame.mutable_refused();
  refused.set_message_id(send.message_id().substr(0, MessageId::kBytes));
  refused.set_group(group_of(send).substr(0, GroupId::kBytes));
  refused.set_code(code);
  refused.set_detail(detail);
  refused.set_retry_after_ms(retry_after_ms);
  return frame;
}

wire::ServerFrame refused(const wire::Send& send, StoreError error) {
  if (error == StoreError::kNotFound) return refused(send, wire::kNoSuchGroup, "group_id");
  const Refusal refusal = refusal_of(error);
  return refused(send, refusal.code, refusal.detail.c_str(), refusal.retry_after_ms);
}

// Checks the form; takes the payload out of the frame.
Outcome<GroupLogRecord> check(DeviceAddress from, wire::Send& send) {
  wire::ToGroup& to = *send.mutable_group();
  const auto id = MessageId::from_bytes(send.message_id());
  if (!id || id->is_none()) return refuse(wire::kInvalidArgument, "message_id");
  const auto group = GroupId::from_bytes(to.group_id());
  if (!group || group->is_none()) return refuse(wire::kInvalidArgument, "group_id");
  if (to.lists_digest().size() != crypto::kGroupDigestBytes) return refuse(wire::kInvalidArgument, "lists_digest");
  if (to.payload().empty()) return refuse(wire::kInvalidArgument, "payload");
  if (to.payload().size() > kEnvelopeBytesMax) return refuse(wire::kTooLarge, "payload");
  GroupLogRecord record;
  record.group = *group;
  record.message = *id;
  record.from = from;
  record.revision = {to.revision()};
  record.receipt_number = to.receipt_number();
  record.life_ms = send.life_ms();
  record.payload = std::move(*to.mutable_payload());
  return record;
}

const Bytes& digest_of(KnownGroup& group) {
  if (group.lists_digest.empty()) {
    std::vector<crypto::MemberList> lists;
    lists.reserve(group.members.size());
    for (const KnownGroup::Member& member : group.members) lists.push_back({member.account, member.list});
    group.lists_digest = crypto::group_lists_digest(lists);
  }
  return group.lists_digest;
}

// How long the account has to wait before the server looks the group up for it; 0: it may, or knows.
uint32_t wait_to_look(Services& services, const AccountId& account, const GroupId& group, uint64_t age_max_ms) {
  if (services.shards.of(account).groups().knows(group, age_max_ms)) return 0;
  return services.rate_limits.take(Limit::kProfileRead, account.view());
}

wire::ServerFrame refused_rate(const wire::Send& send, uint32_t wait_ms) {
  return refused(send, wire::kRateLimited, "groups looked up", wait_ms);
}

// Why the message is not taken as the group is; kErrorUnspecified: it is.
wire::ErrorCode why_not(KnownGroup& group, DeviceAddress from, const wire::ToGroup& to) {
  if (group.member(from.account) == nullptr) return wire::kNoSuchGroup;
  if (!group.members_send && !group.is_admin(from.account)) return wire::kNotAllowed;
  if (group.revision.value != to.revision()) return wire::kStaleGroup;
  return digest_of(group) == to.lists_digest() ? wire::kErrorUnspecified : wire::kStaleDevices;
}

wire::ServerFrame refused(const wire::Send& send, const KnownGroup& group, wire::ErrorCode code) {
  if (code == wire::kNoSuchGroup) return refused(send, code, "group_id");
  wire::ServerFrame frame = refused(send, code, "");
  if (code == wire::kNotAllowed) return frame;
  wire::StaleGroup& stale = *frame.mutable_refused()->mutable_stale_group();
  stale.set_revision(group.revision.value);
  if (code == wire::kStaleGroup) return frame;
  for (const KnownGroup::Member& member : group.members) {
    wire::StaleGroup::MemberList& list = *stale.add_lists();
    list.set_account_id(member.account.bytes());
    list.set_device_list_revision(member.list.value);
  }
  return frame;
}

// The runs of messages that were read; those of the account itself, and of who is no member, are left out.
Outcome<std::vector<GroupRead>> runs_of(const wire::ReadInGroup& read) {
  if (read.runs_size() > kRunsMax) return refuse(wire::kTooLarge, "runs");
  std::vector<GroupRead> all;
  all.reserve(static_cast<size_t>(read.runs_size()));
  for (const wire::ReadInGroup::Run& run : read.runs()) {
    const auto account = AccountId::from_bytes(run.account());
    if (!account) return refuse(wire::kInvalidArgument, "runs.account");
    if (run.device_id() == 0) return refuse(wire::kInvalidArgument, "runs.device_id");
    if (run.first_number() == 0 || run.last_number() < run.first_number())
      return refuse(wire::kInvalidArgument, "runs.last_number");
    all.push_back({{*account, {run.device_id()}}, {run.first_number(), run.last_number(), run.marks()}});
  }
  return all;
}

}  // namespace

Task<wire::ServerFrame> send_to_group(Services& services, DeviceAddress from, wire::Send send) {
  auto record = check(from, send);
  if (!record) co_return refused(send, record.error().code, record.error().detail.c_str());
  Shard& home = services.shards.of(from.account);
  uint64_t age_max_ms = GroupCache::kAgeMaxMs;
  if (const uint32_t wait_ms = wait_to_look(services, from.account, record->group, age_max_ms); wait_ms != 0)
    co_return refused_rate(send, wait_ms);
  const GroupCache::Found known = co_await home.groups().get(record->group, age_max_ms);
  if (!known) co_return refused(send, known.error());
  const wire::ErrorCode why_known_not = why_not(**known, from, send.group());
  if (why_known_not != wire::kErrorUnspecified) {
    age_max_ms = why_known_not == wire::kNoSuchGroup ? GroupCache::kStrangersMs : GroupCache::kFreshMs;
    if (const uint32_t wait_ms = wait_to_look(services, from.account, record->group, age_max_ms); wait_ms != 0)
      co_return refused_rate(send, wait_ms);
    const GroupCache::Found anew = co_await home.groups().get(record->group, age_max_ms);
    if (!anew) co_return refused(send, anew.error());
    const wire::ErrorCode why = why_not(**anew, from, send.group());
    if (why != wire::kErrorUnspecified) co_return refused(send, **anew, why);
  }
  record->server_time = home.server_time();
  const GroupId group = record->group;
  const auto appended = co_await services.group_log.append(std::move(*record));
  co_await enter(home.executor());
  if (!appended) co_return refused(send, appended.error());
  services.group_home.appended(group, appended->number);
  co_return accepted(send, appended->server_time);
}

Task<wire::ServerFrame> read_in_group(Services& services, DeviceAddress from, wire::Send send) {
  const auto id = MessageId::from_bytes(send.message_id());
  if (!id || id->is_none()) co_return refused(send, wire::kInvalidArgument, "message_id");
  const auto group = GroupId::from_bytes(send.read_in_group().group_id());
  if (!group || group->is_none()) co_return refused(send, wire::kInvalidArgument, "group_id");
  auto runs = runs_of(send.read_in_group());
  if (!runs) co_return refused(send, runs.error().code, runs.error().detail.c_str());
  Shard& home = services.shards.of(from.account);
  if (const uint32_t wait_ms = wait_to_look(services, from.account, *group, GroupCache::kAgeMaxMs); wait_ms != 0)
    co_return refused_rate(send, wait_ms);
  const GroupCache::Found known = co_await home.groups().get(*group);
  if (!known) co_return refused(send, known.error());
  if ((*known)->member(from.account) == nullptr) co_return refused(send, wire::kNoSuchGroup, "group_id");
  std::erase_if(*runs, [&](const GroupRead& read) {
    return read.sender.account == from.account || (*known)->member(read.sender.account) == nullptr;
  });
  services.group_home.tell_read(from.account, *group, std::move(*runs));
  co_return accepted(send, home.server_time());
}

Task<void> type_in_group(Services& services, DeviceAddress from, wire::Typing typing) {
  const auto group = GroupId::from_bytes(typing.group());
  if (!group || services.rate_limits.take(Limit::kTyping, limit_key(from)) != 0) co_return;
  const GroupCache::Found known = co_await services.shards.of(from.account).groups().get(*group);
  if (!known || (*known)->member(from.account) == nullptr) co_return;
  services.group_home.show_typing(from.account, *group, (*known)->accounts(), typing.active());
}

}  // namespace kith::handlers
