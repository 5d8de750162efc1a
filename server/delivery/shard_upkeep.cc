// SPDX-License-Identifier: AGPL-3.0-or-later

// What a shard does by time: expiry of old entries, mailboxes, abandoned groups and files, and giving back the memory
// of quiet accounts.
#include <algorithm>
#include <utility>

#include "server/delivery/shard.h"

namespace kith {
namespace {

constexpr uint64_t kSweepMs = 10'000;

}  // namespace

void Shard::schedule_expiry(uint64_t delay_ms) {
  expiry_timer_ = timers_.after(delay_ms, [this] {
    expiry_timer_ = 0;
    scope_.spawn(expire());
  });
}

// Of all processes on the same stores one sweeps: whoever holds the lease, asked for before each step. One that can't
// be asked for stops nobody: two that sweep do no harm, and a disk that is full needs a sweep to have room again.
Task<bool> Shard::is_sweeper() {
  constexpr uint64_t kIntervalsHeld = 2;
  const auto held =
      co_await ports_.leases.take("expiry", time_.believed(), kIntervalsHeld * settings_.expiry_interval_s * 1'000'000);
  co_await enter(executor_);
  co_return !held || *held;
}

Task<void> Shard::expire() {
  if (!ports_.inboxes.expires_by_itself()) {
    Task<void> entries = expire_entries();
    co_await std::move(entries);
  }
  Task<void> links = expire_links();
  co_await std::move(links);
  Task<void> groups = expire_groups();
  co_await std::move(groups);
  Task<void> files = expire_files();
  co_await std::move(files);
  if (!closing_) schedule_expiry(uint64_t{settings_.expiry_interval_s} * 1000);
}

Task<void> Shard::expire_entries() {
  // What came since the start may go later than it is over: it is looked at as it is delivered.
  const UnixMicros now = time_.believed_from_before();
  for (bool more = true; more && !closing_;) {
    const bool sweeps = co_await is_sweeper();
    if (!sweeps) break;
    const auto count = co_await ports_.inboxes.expire(now, settings_.expiry_count_max);
    co_await enter(executor_);
    if (count) counters_.entries_expired += *count;
    more = count && *count >= settings_.expiry_count_max;
  }
}

Task<void> Shard::expire_links() {
  constexpr size_t kStep = 64;  // of up to 32 KiB each: other writes of the database wait meanwhile
  for (bool more = true; more && !closing_;) {
    const bool sweeps = co_await is_sweeper();
    if (!sweeps) break;
    const auto count = co_await ports_.links.expire(time_.clock_time(), kStep);
    co_await enter(executor_);
    more = count && *count >= kStep;
  }
}

Task<void> Shard::expire_groups() {
  constexpr size_t kStep = 64;  // changes, of up to 24 KiB each
  for (bool more = true; more && !closing_;) {
    const bool sweeps = co_await is_sweeper();
    if (!sweeps) break;
    const auto count = co_await ports_.groups.forget_abandoned(time_.clock_time(), kStep);
    co_await enter(executor_);
    more = count && *count >= kStep;
  }
}

// The index lets go first, then the bytes are removed, then the index forgets: media_index.h. Their lives are told by
// the clock, which may have been set back since the server believed it.
Task<void> Shard::expire_files() {
  constexpr size_t kStep = 64;
  for (bool more = true; more && !closing_;) {
    const bool sweeps = co_await is_sweeper();
    if (!sweeps) break;
    const auto files =
        co_await ports_.media.take_due(std::min(time_.believed_from_before(), time_.clock_time()), kStep);
    co_await enter(executor_);
    for (size_t i = 0; files && i < files->size() && !closing_; ++i) {
      const auto removed = co_await ports_.blobs.remove((*files)[i]);
      if (removed) (void)co_await ports_.media.forget((*files)[i]);
      co_await enter(executor_);
    }
    more = files && files->size() >= kStep;
  }
}

void Shard::schedule_sweep() {
  sweep_timer_ = timers_.after(kSweepMs, [this] {
    sweep_timer_ = 0;
    scope_.spawn(sweep());
  });
}

bool Shard::evictable(const Account& account) const {
  const auto now_s = static_cast<uint32_t>(time_.now_ms() / 1000);
  if (account.subscribers || now_s - account.last_used_s < settings_.idle_account_s) return false;
  return std::all_of(account.devices.begin(), account.devices.end(),
                     [](const Device& device) { return !device.inbox || device.inbox->idle(); });
}

// Looks at a part of the accounts, so that all of them come up once in idle_account_s. An inbox that has given out
// positions of its slot's present epoch may leave only when there is a later one: read again it would count from 1, and
// name other entries by the same positions.
Task<void> Shard::sweep() {
  const size_t steps = std::max<size_t>(1, uint64_t{settings_.idle_account_s} * 1000 / kSweepMs);
  const size_t buckets = accounts_.bucket_count();
  std::vector<AccountId> leaving;
  OwnedSlots::Set used;
  for (size_t n = buckets / steps + 1; n > 0; --n, ++sweep_bucket_) {
    if (sweep_bucket_ >= buckets) sweep_bucket_ = 0;
    for (auto one = accounts_.begin(sweep_bucket_); one != accounts_.end(sweep_bucket_); ++one) {
      Account& account = *one->second;
      if (evictable(account)) {
        const uint32_t epoch = slots_.epoch_of(account.id);
        const bool uses_epoch = std::any_of(
            account.devices.begin(), account.devices.end(),
            [epoch](const Device& device) { return device.inbox && device.inbox->used_positions_of(epoch); });
        if (uses_epoch) {
          used.set(slot_of(account.id).value);
        } else {
          leaving.push_back(account.id);
        }
        continue;
      }
      bool quiet = true;
      for (Device& device : account.devices) {
        if (!device.inbox) continue;
        if (device.inbox->is_quiet(settings_.idle_window_s)) {
          device.inbox->shrink();
        } else {
          quiet = false;
        }
      }
      if (quiet) account.recent_peers.reset();
    }
  }
  for (const AccountId& id : leaving) accounts_.erase(id);
  groups_.sweep();
  group_receipts_.sweep();
  if (used.any()) co_await renew_epochs(used);
  std::erase_if(ended_, [](const std::unique_ptr<DeviceInbox>& inbox) { return inbox->idle(); });
  if (!closing_) schedule_sweep();
}

// Whoever is away of a slot that gets a new epoch leaves memory with a later sweep.
Task<void> Shard::renew_epochs(OwnedSlots::Set needed) {
  const auto claims = slots_.claims(needed, time_.now_ms(), uint64_t{settings_.epoch_renewal_s} * 1000);
  if (claims.empty()) co_return;
  const auto answers = co_await ports_.inboxes.take_epochs(slots_.owner(), claims);
  co_await enter(executor_);
  if (!answers) co_return;  // asked again with the next sweep
  const OwnedSlots::Set lost = slots_.take(claims, *answers, time_.now_ms());
  if (lost.any()) give_up(lost);
}

}  // namespace kith
