// SPDX-License-Identifier: AGPL-3.0-or-later

// What goes between shards, one hop to each: receipts and changed accounts on their way to other accounts' inboxes
// (those of one turn), changed groups, and presence.
#include <algorithm>
#include <utility>

#include "server/delivery/scatter.h"

namespace kith {
namespace {

constexpr int kLoadAgainMax = 3;
constexpr size_t kMergeDepth = 8;  // how far back a receipt looks for one of the same pair of devices

}  // namespace

void Shard::send_receipt(const DeviceAddress& confirmed_by, const DeviceAddress& sender, const wire::ReceiptRun& run) {
  // Copies to one's own devices have no ticks.
  if (confirmed_by.account == sender.account) return;
  send_notice({sender.account, confirmed_by, sender.device, run, {}});
}

void Shard::send_group_receipt(const DeviceAddress& confirmed_by, const DeviceAddress& sender, const GroupId& group,
                               const wire::ReceiptRun& run) {
  if (confirmed_by.account == sender.account) return;
  send_notice({sender.account, confirmed_by, sender.device, run, {}, group});
}

void Shard::send_account_changed(const AccountId& to, const DeviceAddress& by, Revision revision) {
  send_notice({to, by, {}, {}, revision});
}

void Shard::send_notice(OutgoingNotice notice) {
  for (size_t i = 0; i < std::min(kMergeDepth, notices_.size()); ++i) {
    OutgoingNotice& known = notices_[notices_.size() - 1 - i];
    if (known.to != notice.to || known.origin != notice.origin || known.sender != notice.sender ||
        known.group != notice.group) {
      continue;
    }
    if (notice.sender.value == 0) {
      known.revision = std::max(known.revision, notice.revision);
    } else if (!known.run.extend(notice.run)) {
      break;
    }
    return;
  }
  if (notices_.empty()) executor_.post(std::move_only_function<void()>([this] { flush_notices(); }));
  notices_.push_back(notice);
}

void Shard::send_group_changed(Shards& shards, const std::vector<AccountId>& to, const DeviceAddress& by,
                               const GroupId& group, Revision revision) {
  std::vector<OutgoingNotice> notices;
  notices.reserve(to.size());
  for (const AccountId& account : to) notices.push_back({account, by, {}, {}, revision, group});
  scatter_notices(shards, std::move(notices));
}

void Shard::flush_notices() { scatter_notices(shards_, std::exchange(notices_, {})); }

void Shard::scatter_notices(Shards& shards, std::vector<OutgoingNotice> notices) {
  scatter(
      shards, std::move(notices), [](const OutgoingNotice& notice) { return notice.to; },
      [](Shard& shard, std::vector<OutgoingNotice> taken) {
        if (!shard.closing_) shard.scope_.spawn(shard.take_notices(std::move(taken)));
      });
}

void Shard::put_notice(Account& account, const OutgoingNotice& notice) {
  for (Device& device : account.devices) {
    if (!device.inbox) continue;
    if (DeviceAddress{account.id, device.id} == notice.origin) continue;
    if (!notice.group.is_none()) {
      device.inbox->append_group_changed(notice.group, notice.revision);
    } else if (notice.sender.value == 0) {
      device.inbox->append_account_changed(notice.origin.account, notice.revision);
    } else {
      device.inbox->append_receipt(notice.origin, notice.sender, notice.run);
    }
  }
}

void Shard::send(std::vector<Presence::Change> changes) {
  scatter(
      shards_, std::move(changes), [](const Presence::Change& change) { return change.target; },
      [](Shard& shard, std::vector<Presence::Change> taken) {
        shard.scope_.spawn(shard.presence_.apply(std::move(taken)));
      });
}

void Shard::send(std::vector<Presence::Notice> notices) {
  scatter(
      shards_, std::move(notices), [](const Presence::Notice& notice) { return notice.viewer.account; },
      [](Shard& shard, std::vector<Presence::Notice> taken) { shard.presence_.take_notices(taken); });
}

Task<void> Shard::take_notices(std::vector<OutgoingNotice> notices) {
  // Those in memory first: they need not wait for the others. Each receipt speaks for itself, so their order does not
  // matter.
  size_t waiting = 0;
  for (size_t i = 0; i < notices.size(); ++i) {
    const OutgoingNotice& notice = notices[i];
    if (!notice.group.is_none() && notice.sender.value != 0) {
      group_receipts_.add({notice.to, notice.sender}, notice.group, notice.origin.account, notice.run, false);
    } else if (Account* const account = find(notice.to)) {
      put_notice(*account, notice);
    } else {
      notices[waiting++] = notice;
    }
  }
  for (size_t i = 0; i < waiting; ++i) {
    Task<Account*> finding = account_for_notice(notices[i].to);
    if (Account* const account = co_await std::move(finding)) {
      put_notice(*account, notices[i]);
    } else {
      ++counters_.notices_dropped;
    }
  }
}

Task<Account*> Shard::account_for_notice(AccountId id) {
  auto account = co_await this->account(id);
  // No later receipt stands for one that is lost (TICK-1). A store that stays away is not waited for.
  for (int again = 0; !account && account.error() == StoreError::kUnavailable && again < kLoadAgainMax; ++again) {
    co_await later(executor_);  // until then everybody gets the answer of the load that failed
    account = co_await this->account(id);
  }
  co_return account.value_or(nullptr);
}

// ---------------------------------------------------------------- receipts of groups

void Shard::take_group_reads(AccountId reader, GroupId group, std::vector<GroupRead> reads) {
  if (!closing_) scope_.spawn(take_reads(reader, group, std::move(reads)));
}

Task<void> Shard::take_reads(AccountId reader, GroupId group, std::vector<GroupRead> reads) {
  for (const GroupRead& read : reads) {
    Task<Account*> finding = account_for_notice(read.sender.account);
    Account* const account = co_await std::move(finding);
    if (account != nullptr && account->device(read.sender.device) != nullptr)
      group_receipts_.add(read.sender, group, reader, read.run, true);
  }
}

void Shard::put_group_receipt(const AccountId& id, Bytes body) {
  if (Account* const account = find(id)) return append_group_receipt(*account, std::move(body));
  group_receipt_scope_.spawn(put_group_receipt_later(id, std::move(body)));
}

Task<void> Shard::put_group_receipt_later(AccountId id, Bytes body) {
  Task<Account*> finding = account_for_notice(id);
  if (Account* const account = co_await std::move(finding)) {
    append_group_receipt(*account, std::move(body));
  } else {
    ++counters_.notices_dropped;
  }
}

void Shard::append_group_receipt(Account& account, Bytes body) {
  const InboxBody shared = make_body(std::move(body));
  for (Device& device : account.devices) {
    if (device.inbox) device.inbox->append_group_receipt(shared);
  }
}

}  // namespace kith
