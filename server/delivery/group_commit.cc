// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/group_commit.h"

#include <algorithm>
#include <utility>

namespace kith {
namespace {

constexpr uint64_t kNoticeLookMs = 250;  // how often inboxes with nothing but notices are looked at
constexpr uint64_t kRetryMs = 1000;

}  // namespace

void GroupCommit::add(Member& member, Due due) {
  if (due.only_notices) {
    if (!member.is_listed()) {
      member.in_notices_ = true;
      notices_.push_back(&member);
    }
    arm(std::max(due.at_ms, notice_look_ms_));
    return;
  }
  if (!member.in_messages_) {
    member.in_messages_ = true;
    messages_.push_back(&member);
  }
  arm(due.at_ms);
}

void GroupCommit::forget_later(Member& member) {
  const uint64_t due_ms = now_ms() + ports_.settings.forget_delay_ms;
  forgets_.push_back({&member, due_ms});
  arm(due_ms);
}

void GroupCommit::forget_all(DeviceAddress device) {
  forget_all_.push_back({device, Position{UINT64_MAX}});
  arm(std::max(now_ms() + ports_.settings.commit_delay_ms, retry_ms_));
}

void GroupCommit::arm(uint64_t due_ms) {
  if (draining_ || due_ms >= armed_ms_) return;
  if (timer_ != 0) ports_.timers.cancel(timer_);
  armed_ms_ = due_ms;
  const uint64_t now = now_ms();
  timer_ = ports_.timers.after(due_ms > now ? due_ms - now : 0, [this] {
    timer_ = 0;
    armed_ms_ = UINT64_MAX;
    tick(now_ms());
  });
}

void GroupCommit::take(Member& member, uint64_t now_ms) {
  if (member.collect(now_ms, batch_, bytes_left_)) batch_members_.push_back(&member);
}

void GroupCommit::collect_messages(uint64_t now_ms, uint64_t& next_due_ms) {
  size_t kept = 0;
  for (Member* const member : messages_) {
    const Due due = member->due();
    if (due.at_ms == UINT64_MAX || due.only_notices) {
      member->in_messages_ = false;
      if (due.at_ms != UINT64_MAX && !member->in_notices_) {
        member->in_notices_ = true;
        notices_.push_back(member);
      }
    } else if (due.at_ms <= now_ms && bytes_left_ > 0) {
      member->in_messages_ = false;  // registers again after the commit, if something is left
      take(*member, now_ms);
    } else {
      messages_[kept++] = member;
      next_due_ms = std::min(next_due_ms, due.at_ms);
    }
  }
  messages_.resize(kept);
}

void GroupCommit::collect_notices(uint64_t now_ms, uint64_t& next_due_ms) {
  if (notices_.empty()) return;
  if (now_ms >= notice_look_ms_) {
    size_t kept = 0;
    for (Member* const member : notices_) {
      const uint64_t due_ms = member->due().at_ms;
      if (due_ms == UINT64_MAX || member->in_messages_ || member->in_batch()) {
        member->in_notices_ = false;
      } else if (due_ms <= now_ms && bytes_left_ > 0) {
        member->in_notices_ = false;
        take(*member, now_ms);
      } else {
        notices_[kept++] = member;
      }
    }
    notices_.resize(kept);
    notice_look_ms_ = this->now_ms() + kNoticeLookMs;
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
    if (const auto forget = forgets_[i].member->forgettable()) batch_.forgets.push_back(*forget);
  }
  forgets_.erase(forgets_.begin(), forgets_.begin() + static_cast<std::ptrdiff_t>(count));
  if (!forgets_.empty()) next_due_ms = std::min(next_due_ms, forgets_.front().due_ms);
}

void GroupCommit::tick(uint64_t now_ms) {
  if (writing_) return;  // the end of the batch in flight comes back here
  uint64_t next_due_ms = UINT64_MAX;
  bytes_left_ = ports_.settings.commit_bytes_max;
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
    ports_.scope.spawn(write());
  }
  if (!writing_ && next_due_ms != UINT64_MAX) arm(next_due_ms);
}

Task<void> GroupCommit::write() {
  const std::vector<InboxStore::Forget> forgets = batch_.forgets;
  const bool appends = !batch_.appends.empty();
  InboxStore::Batch batch = std::exchange(batch_, {});
  const auto result = co_await ports_.store.write(std::move(batch));
  co_await enter(ports_.executor);
  const std::vector<Member*> members = std::exchange(batch_members_, {});
  failed_ = !result;
  if (result) {
    if (appends) ++ports_.counters.commits;
  } else {
    ++ports_.counters.commit_failures;
    forget_all_.insert(forget_all_.end(), forgets.begin(), forgets.end());
    retry_ms_ = now_ms() + kRetryMs;
    forgets_first_ = appends && result.error() == StoreError::kFull;
  }
  for (Member* const member : members) member->committed(result);
  writing_ = false;
  if (written_ != nullptr) {
    std::exchange(written_, nullptr)->set(result.has_value());
  } else if (!draining_) {
    tick(now_ms());
  }
}

Task<void> GroupCommit::drain() {
  draining_ = true;
  if (timer_ != 0) ports_.timers.cancel(std::exchange(timer_, 0));
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
  for (Member* const member : messages_) member->refuse_waiting(Settled::kUnavailable);
}

}  // namespace kith
