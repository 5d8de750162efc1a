// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/group_commit.h"

#include <algorithm>
#include <utility>

#include "server/delivery/shard.h"

namespace kith {
namespace {

constexpr uint64_t kNoticeLookMs = 250;  // how often inboxes with nothing but notices are looked at
constexpr uint64_t kRetryMs = 1000;

}  // namespace

void GroupCommit::add(DeviceInbox& inbox, uint64_t due_ms, bool notice) {
  if (notice) {
    if (!inbox.in_notice_list && !inbox.in_message_list) {
      inbox.in_notice_list = true;
      notices_.push_back(&inbox);
    }
    arm(std::max(due_ms, notice_look_ms_));
    return;
  }
  if (!inbox.in_message_list) {
    inbox.in_message_list = true;
    messages_.push_back(&inbox);
  }
  arm(due_ms);
}

void GroupCommit::forget_later(DeviceInbox& inbox) {
  const uint64_t due_ms = shard_.now_ms() + shard_.settings().forget_delay_ms;
  inbox.in_forget_list = true;
  forgets_.push_back({&inbox, due_ms});
  arm(due_ms);
}

void GroupCommit::forget_all(DeviceAddress device) {
  forget_all_.push_back({device, Position{UINT64_MAX}});
  arm(std::max(shard_.now_ms() + shard_.settings().commit_delay_ms, retry_ms_));
}

void GroupCommit::arm(uint64_t due_ms) {
  if (draining_ || due_ms >= armed_ms_) return;
  if (timer_ != 0) shard_.timers().cancel(timer_);
  armed_ms_ = due_ms;
  const uint64_t now_ms = shard_.now_ms();
  timer_ = shard_.timers().after(due_ms > now_ms ? due_ms - now_ms : 0, [this] {
    timer_ = 0;
    armed_ms_ = UINT64_MAX;
    tick(shard_.now_ms());
  });
}

void GroupCommit::take(DeviceInbox& inbox, uint64_t now_ms) {
  if (inbox.collect(now_ms, batch_, bytes_left_)) batch_inboxes_.push_back(&inbox);
}

void GroupCommit::collect_messages(uint64_t now_ms, uint64_t& next_due_ms) {
  size_t kept = 0;
  for (DeviceInbox* const inbox : messages_) {
    bool only_notices = false;
    const uint64_t due_ms = inbox->next_due_ms(only_notices);
    if (due_ms == UINT64_MAX || only_notices) {
      inbox->in_message_list = false;
      if (due_ms != UINT64_MAX && !inbox->in_notice_list) {
        inbox->in_notice_list = true;
        notices_.push_back(inbox);
      }
    } else if (due_ms <= now_ms && bytes_left_ > 0) {
      inbox->in_message_list = false;  // registers again after the commit, if something is left
      take(*inbox, now_ms);
    } else {
      messages_[kept++] = inbox;
      next_due_ms = std::min(next_due_ms, due_ms);
    }
  }
  messages_.resize(kept);
}

void GroupCommit::collect_notices(uint64_t now_ms, uint64_t& next_due_ms) {
  if (notices_.empty()) return;
  if (now_ms >= notice_look_ms_) {
    size_t kept = 0;
    for (DeviceInbox* const inbox : notices_) {
      bool only_notices = false;
      const uint64_t due_ms = inbox->next_due_ms(only_notices);
      if (due_ms == UINT64_MAX || inbox->in_message_list || inbox->in_batch()) {
        inbox->in_notice_list = false;
      } else if (due_ms <= now_ms && bytes_left_ > 0) {
        inbox->in_notice_list = false;
        take(*inbox, now_ms);
      } else {
        notices_[kept++] = inbox;
      }
    }
    notices_.resize(kept);
    notice_look_ms_ = shard_.now_ms() + kNoticeLookMs;
  }
  if (!notices_.empty()) next_due_ms = std::min(next_due_ms, notice_look_ms_);
}

void GroupCommit::collect_forgets(uint64_t now_ms, uint64_t& next_due_ms) {
  if (now_ms >= retry_ms_) {
    batch_.forgets.insert(batch_.forgets.end(), forget_all_.begin(), forget_all_.end());
    forget_all_.clear();
  } else if (!forget_all_.empty()) {
    next_due_ms = std::min(next_due_ms, retry_ms_);
  }
  // forgettable() may register an inbox again, behind those that were there.
  size_t count = forgets_.size();
  while (count > 0 && forgets_[count - 1].due_ms > now_ms) --count;
  for (size_t i = 0; i < count; ++i) {
    DeviceInbox& inbox = *forgets_[i].inbox;
    inbox.in_forget_list = false;
    if (const auto up_to = inbox.forgettable()) batch_.forgets.push_back({inbox.address(), *up_to});
  }
  forgets_.erase(forgets_.begin(), forgets_.begin() + static_cast<std::ptrdiff_t>(count));
  if (!forgets_.empty()) next_due_ms = std::min(next_due_ms, forgets_.front().due_ms);
}

void GroupCommit::tick(uint64_t now_ms) {
  if (writing_) return;  // the end of the batch in flight comes back here
  uint64_t next_due_ms = UINT64_MAX;
  bytes_left_ = shard_.settings().commit_bytes_max;
  if (forgets_first_) {
    forgets_first_ = false;
    retry_ms_ = 0;
    collect_forgets(UINT64_MAX, next_due_ms);
    next_due_ms = now_ms;
  }
  if (batch_.forgets.empty()) {
    collect_messages(now_ms, next_due_ms);
    collect_notices(now_ms, next_due_ms);
    collect_forgets(now_ms, next_due_ms);
  }
  if (!batch_.appends.empty() || !batch_.forgets.empty()) {
    writing_ = true;
    shard_.scope().spawn(write());
  }
  if (!writing_ && next_due_ms != UINT64_MAX) arm(next_due_ms);
}

Task<void> GroupCommit::write() {
  const std::vector<InboxStore::Forget> forgets = batch_.forgets;
  const bool appends = !batch_.appends.empty();
  InboxStore::Batch batch = std::exchange(batch_, {});
  const auto result = co_await shard_.ports().inboxes.write(std::move(batch));
  co_await enter(shard_.executor());
  const std::vector<DeviceInbox*> inboxes = std::exchange(batch_inboxes_, {});
  failed_ = !result;
  if (result) {
    if (appends) ++shard_.counters().commits;
  } else {
    ++shard_.counters().commit_failures;
    forget_all_.insert(forget_all_.end(), forgets.begin(), forgets.end());
    retry_ms_ = shard_.now_ms() + kRetryMs;
    forgets_first_ = appends && result.error() == StoreError::kFull;
  }
  for (DeviceInbox* const inbox : inboxes) inbox->committed(result);
  writing_ = false;
  if (written_ != nullptr) {
    std::exchange(written_, nullptr)->set(result.has_value());
  } else if (!draining_) {
    tick(shard_.now_ms());
  }
}

Task<void> GroupCommit::drain() {
  draining_ = true;
  if (timer_ != 0) shard_.timers().cancel(std::exchange(timer_, 0));
  failed_ = false;
  notice_look_ms_ = 0;
  while (!failed_) {
    notice_look_ms_ = 0;
    tick(UINT64_MAX);
    if (!writing_) break;
    OneShot<bool> written;
    written_ = &written;
    co_await written;
  }
  for (DeviceInbox* const inbox : messages_) inbox->refuse_waiting(Settled::kUnavailable);
}

}  // namespace kith
