// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/group_inboxes.h"

#include <utility>

#include "server/delivery/shard.h"

namespace kith {
namespace {

constexpr uint64_t kAgainMs = 1000;

}  // namespace

void GroupInboxes::take(Job job) {
  if (!closed_) scope_.spawn(run(std::move(job)));
}

Task<void> GroupInboxes::run(Job job) {
  const GroupId group = job.message->group;
  co_await turns_.take(group);
  Settlement settlement(shard_.executor());
  std::vector<AccountId> failed, to_load;
  for (const AccountId& member : job.members) {
    if (shard_.find(member) == nullptr) {
      to_load.push_back(member);
      continue;
    }
    Task<bool> putting = put(member, job, settlement);
    if (!co_await std::move(putting)) failed.push_back(member);
  }
  for (const AccountId& member : to_load) {
    Task<bool> putting = put(member, job, settlement);
    if (!co_await std::move(putting)) failed.push_back(member);
  }
  turns_.end(group);
  const Settled settled = co_await settlement;
  if (closed_) co_return;
  // Which of them it was nobody knows; those who have it are told by their inboxes.
  if (settled != Settled::kSafe) failed = job.members;
  if (failed.empty()) {
    counters_.group_entries_dropped += job.dropped.size();
    job.done();
    co_return;
  }
  job.members = std::move(failed);
  try_again(std::move(job));
}

// Goes through the devices by their ids: the account may change at each wait.
Task<bool> GroupInboxes::put(AccountId member, Job& job, Settlement& settlement) {
  const GroupMessage& message = *job.message;
  bool all = true;
  DeviceId done;   // up to here
  DeviceId asked;  // of it the store was asked, which a message of an earlier run of the program may be in
  bool stored = false;
  for (;;) {
    const auto account = co_await shard_.account(member);
    if (!account) co_return account.error() == StoreError::kNotFound;
    DeviceInbox* unsure = nullptr;
    for (Device& device : (*account)->devices) {
      if (device.id <= done || !device.inbox || DeviceAddress{member, device.id} == message.from) continue;
      UnixMicros time;
      const DeviceInbox::Seen seen = device.inbox->seen(message.id, message.from, time);
      if (seen == DeviceInbox::Seen::kUnsure && device.id != asked) {
        unsure = device.inbox.get();
        asked = device.id;
        break;
      }
      const bool repeated = seen == DeviceInbox::Seen::kRepeated || (seen == DeviceInbox::Seen::kUnsure && stored);
      if (!append(**account, *device.inbox, job, repeated, settlement)) all = false;
      done = device.id;
    }
    if (unsure == nullptr) co_return all;
    const auto found = co_await unsure->find_stored(message.id, message.from);
    if (!found) co_return false;
    stored = found->has_value();
  }
}

bool GroupInboxes::append(const Account& account, DeviceInbox& inbox, Job& job, bool repeated, Settlement& settlement) {
  const GroupMessage& message = *job.message;
  const AccountId& sender = message.from.account;
  if (repeated) {
    ++counters_.messages_repeated;
    inbox.wait_for(message.id, message.from, settlement);
    return true;
  }
  const size_t bytes = message.body->size();
  const bool has_share = inbox.has_share(sender, bytes) || !account.is_stranger(sender);
  const DeviceInbox::Room room = has_share ? inbox.room(bytes, true) : DeviceInbox::Room::kInboxFull;
  if (room == DeviceInbox::Room::kEnough) {
    inbox.append(message, settlement.add());
    job.dropped.erase(inbox.address());
  } else if (room == DeviceInbox::Room::kInboxFull) {
    job.dropped.insert(inbox.address());
  }
  return room == DeviceInbox::Room::kEnough || room == DeviceInbox::Room::kInboxFull;
}

void GroupInboxes::try_again(Job job) {
  waiting_.push_back(std::move(job));
  if (timer_ != 0) return;
  timer_ = timers_.after(kAgainMs, [this] {
    timer_ = 0;
    for (Job& each : std::exchange(waiting_, {})) take(std::move(each));
  });
}

void GroupInboxes::close() {
  closed_ = true;
  if (timer_ != 0) timers_.cancel(std::exchange(timer_, 0));
  waiting_.clear();
}

}  // namespace kith
