// SPDX-License-Identifier: AGPL-3.0-or-later

// What goes between shards, one hop to each: receipts and changed accounts on their way to other accounts' inboxes
// (those of one turn), and presence.
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

void Shard::send_account_changed(const AccountId& to, const DeviceAddress& by, Revision revision) {
  send_notice({to, by, {}, {}, revision});
}

void Shard::send_notice(OutgoingNotice notice) {
  for (size_t i = 0; i < std::min(kMergeDepth, notices_.size()); ++i) {
    OutgoingNotice& known = notices_[notices_.size() - 1 - i];
    if (known.to != notice.to || known.origin != notice.origin || known.sender != notice.sender) continue;
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

void Shard::flush_notices() {
  scatter(
      shards_, std::exchange(notices_, {}), [](const OutgoingNotice& notice) { return notice.to; },
      [](Shard& shard, std::vector<OutgoingNotice> notices) {
        shard.scope_.spawn(shard.take_notices(std::move(notices)));
      });
}

void Shard::put_notice(Account& account, const OutgoingNotice& notice) {
  for (Device& device : account.devices) {
    if (!device.inbox) continue;
    if (DeviceAddress{account.id, device.id} == notice.origin) continue;
    if (notice.sender.value == 0) {
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
    if (Account* const account = find(notices[i].to)) {
      put_notice(*account, notices[i]);
    } else {
      notices[waiting++] = notices[i];
    }
  }
  for (size_t i = 0; i < waiting; ++i) {
    auto account = co_await this->account(notices[i].to);
    // No later receipt stands for one that is lost (TICK-1). A store that stays away is not waited for.
    for (int again = 0; !account && account.error() == StoreError::kUnavailable && again < kLoadAgainMax; ++again) {
      co_await later(executor_);  // until then everybody gets the answer of the load that failed
      account = co_await this->account(notices[i].to);
    }
    if (account) {
      put_notice(**account, notices[i]);
    } else {
      ++counters_.notices_dropped;
    }
  }
}

}  // namespace kith
