// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/group_home.h"

#include <functional>
#include <utility>

#include "server/delivery/scatter.h"

namespace kith {

void GroupHome::tell_changed(const std::vector<AccountId>& accounts, const DeviceAddress& by, const GroupId& group,
                             Revision revision) {
  for (size_t i = 0; i < shards_.size(); ++i) {
    Shard& shard = shards_.at(i);
    shard.executor().post(
        std::move_only_function<void()>([&shard, group, revision] { shard.groups().changed(group, revision); }));
  }
  Shard::send_group_changed(shards_, accounts, by, group, revision);
}

void GroupHome::appended(const GroupId& group, uint64_t number) {
  const Slot slot = slot_of(group);
  Shard& shard = shards_.of(slot);
  shard.executor().post(
      std::move_only_function<void()>([&shard, slot, number] { shard.group_handler().appended(slot, number); }));
}

void GroupHome::tell_read(const AccountId& reader, const GroupId& group, std::vector<GroupRead> reads) {
  scatter(
      shards_, std::move(reads), [](const GroupRead& read) { return read.sender.account; },
      [reader, group](Shard& shard, std::vector<GroupRead> taken) {
        shard.take_group_reads(reader, group, std::move(taken));
      });
}

void GroupHome::show_typing(const AccountId& from, const GroupId& group, std::vector<AccountId> accounts, bool active) {
  wire::ServerFrame frame;
  frame.mutable_typing()->set_from_account(from.bytes());
  frame.mutable_typing()->set_active(active);
  frame.mutable_typing()->set_group_id(group.bytes());
  std::erase(accounts, from);
  scatter(
      shards_, std::move(accounts), [](const AccountId& account) { return account; },
      [frame](Shard& shard, const std::vector<AccountId>& taken) {
        for (const AccountId& account : taken) shard.send_to_sessions(account, frame);
      });
}

}  // namespace kith
