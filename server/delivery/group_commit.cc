// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/group_commit.h"

#include <algorithm>
#include <utility>

namespace kith {
namespace {

constexpr uint64_t kNoticeLookMs = 250;  // how often inboxes with nothing but notices are looked at
constexpr uint64_t kRetryMs = 1000;
// Inboxes of which something is forgotten in one batch, unless the store is full. Those that began together come up
// together, and whoever waits for a message would wait for all of what they have confirmed since.
constexpr size_t kForgetsMax = 16;

}  // namespace

GroupCommit::GroupCommit(const Ports& ports)
    : ports_(ports), flights_(std::clamp<size_t>(ports.settings.commit_batches_max, 1, kGivenUp - 1)) {}

void GroupCommit::add(Member& member, Due due) {
  if (due.only_notices) {
    if (!member.in_messages_ && !member.in_notices_) {
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

void GroupCommit::forget_all(Member& member) {
  constexpr Position kEverything{UINT64_MAX};
  if (member.in_again_) {
    for (Forgotten& waiting : again_) {
      if (waiting.member == &member) waiting.up_to = kEverything;
    }
  } else {
    member.in_again_ = true;
    again_.push_back({&member, kEverything});
  }
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

// ---------------------------------------------------------------- gathering

GroupCommit::Flight* GroupCommit::free_flight() {
  if (giving_back_ || in_flight_ == flights_.size()) return nullptr;
  return &*std::find_if(flights_.begin(), flights_.end(), [](const Flight& flight) { return !flight.in_use; });
}

uint8_t GroupCommit::number_of(const Flight& flight) const {
  return static_cast<uint8_t>(&flight - flights_.data() + 1);
}

bool GroupCommit::is_elsewhere(const Member& member, const Flight& flight) const {
  return member.batch_ != 0 && member.batch_ != number_of(flight);
}

void GroupCommit::take(Flight& flight, Member& member, uint64_t now_ms) {
  if (!member.collect(now_ms, flight.batch, bytes_left_)) return;
  member.batch_ = number_of(flight);
  flight.members.push_back(&member);
}

void GroupCommit::forget(Flight& flight, Member& member, Position up_to) {
  member.batch_ = number_of(flight);
  flight.batch.forgets.push_back({member.address(), up_to});
  flight.forgets.push_back({&member, up_to});
}

void GroupCommit::collect_messages(Flight& flight, uint64_t now_ms, uint64_t& next_due_ms) {
  size_t kept = 0;
  for (Member* const member : messages_) {
    if (member->batch_ != 0) {  // the end of its batch comes back here
      messages_[kept++] = member;
      continue;
    }
    const Due due = member->due();
    if (due.at_ms == UINT64_MAX || due.only_notices) {
      member->in_messages_ = false;
      if (due.at_ms != UINT64_MAX && !member->in_notices_) {
        member->in_notices_ = true;
        notices_.push_back(member);
      }
    } else if (due.at_ms <= now_ms && bytes_left_ > 0) {
      member->in_messages_ = false;  // registers again after the commit, if something is left
      take(flight, *member, now_ms);
    } else {
      messages_[kept++] = member;
      next_due_ms = std::min(next_due_ms, due.at_ms);
    }
  }
  messages_.resize(kept);
}

void GroupCommit::collect_notices(Flight& flight, uint64_t now_ms, uint64_t& next_due_ms) {
  if (notices_.empty()) return;
  if (now_ms >= notice_look_ms_) {
    size_t kept = 0;
    for (Member* const member : notices_) {
      if (member->batch_ != 0) {
        notices_[kept++] = member;
        continue;
      }
      const uint64_t due_ms = member->due().at_ms;
      if (due_ms == UINT64_MAX || member->in_messages_) {
        member->in_notices_ = false;
      } else if (due_ms <= now_ms && bytes_left_ > 0) {
        member->in_notices_ = false;
        take(flight, *member, now_ms);
      } else {
        notices_[kept++] = member;
      }
    }
    notices_.resize(kept);
    notice_look_ms_ = this->now_ms() + kNoticeLookMs;
  }
  if (!notices_.empty()) next_due_ms = std::min(next_due_ms, notice_look_ms_);
}

void GroupCommit::collect_again(Flight& flight, uint64_t now_ms, uint64_t& next_due_ms) {
  if (again_.empty()) return;
  if (now_ms < retry_ms_) {
    next_due_ms = std::min(next_due_ms, retry_ms_);
    return;
  }
  std::erase_if(again_, [&](const Forgotten& waiting) {
    if (is_elsewhere(*waiting.member, flight)) return false;
    waiting.member->in_again_ = false;
    forget(flight, *waiting.member, waiting.up_to);
    return true;
  });
}

void GroupCommit::collect_forgets(Flight& flight, uint64_t now_ms, size_t count_max, uint64_t& next_due_ms) {
  collect_again(flight, now_ms, next_due_ms);
  size_t count = forgets_.size();
  while (count > 0 && forgets_[count - 1].due_ms > now_ms) --count;
  size_t kept = 0;
  size_t looked_at = 0;
  for (size_t taken = 0; looked_at < count && taken < count_max; ++looked_at) {
    const Forgettable due = forgets_[looked_at];
    if (is_elsewhere(*due.member, flight) || due.member->in_again_) {  // comes after that
      forgets_[kept++] = due;
    } else if (const auto up_to = due.member->forgettable()) {  // may register it again, behind those that were there
      forget(flight, *due.member, *up_to);
      ++taken;
    }
  }
  forgets_.erase(forgets_.begin() + static_cast<std::ptrdiff_t>(kept),
                 forgets_.begin() + static_cast<std::ptrdiff_t>(looked_at));
  if (forgets_.size() > kept) next_due_ms = std::min(next_due_ms, forgets_[kept].due_ms);
}

void GroupCommit::gather(Flight& flight, uint64_t now_ms, uint64_t& next_due_ms) {
  bytes_left_ = ports_.settings.commit_bytes_max;
  flight.only_forgets = false;
  if (std::exchange(forgets_first_, false)) {
    retry_ms_ = 0;
    collect_forgets(flight, UINT64_MAX, SIZE_MAX, next_due_ms);
    flight.only_forgets = !flight.forgets.empty();
  }
  if (flight.only_forgets) return;
  collect_messages(flight, now_ms, next_due_ms);
  collect_notices(flight, now_ms, next_due_ms);
  collect_forgets(flight, now_ms, kForgetsMax, next_due_ms);
}

bool GroupCommit::tick(uint64_t now_ms) {
  bool any = false;
  for (;;) {
    Flight* const flight = free_flight();
    if (flight == nullptr) return any;  // the end of a batch in flight comes back here
    uint64_t next_due_ms = UINT64_MAX;
    gather(*flight, now_ms, next_due_ms);
    const bool is_all = bytes_left_ > 0;
    if (!flight->members.empty() || !flight->forgets.empty()) {
      any = true;
      flight->in_use = true;
      ++in_flight_;
      giving_back_ = flight->only_forgets;
      ports_.scope.spawn(write(*flight));
    }
    if (is_all) {
      if (next_due_ms != UINT64_MAX && free_flight() != nullptr) arm(next_due_ms);
      return any;
    }
  }
}

// ---------------------------------------------------------------- writing

Task<void> GroupCommit::write(Flight& flight) {
  InboxStore::Batch batch = std::exchange(flight.batch, {});
  const InboxStore::Written written = co_await ports_.store.write(std::move(batch));
  co_await enter(ports_.executor);
  answered(flight, written);
  if (written_ != nullptr) {
    std::exchange(written_, nullptr)->set(true);
  } else if (!draining_) {
    tick(now_ms());
  }
}

void GroupCommit::answered(Flight& flight, const InboxStore::Written& written) {
  const std::vector<Member*> members = std::exchange(flight.members, {});
  const std::vector<Forgotten> forgets = std::exchange(flight.forgets, {});
  flight.in_use = false;
  --in_flight_;
  if (flight.only_forgets) giving_back_ = false;
  if (!written.all_good()) {
    ++ports_.counters.commit_failures;
    retry_ms_ = now_ms() + kRetryMs;
  }
  for (Member* const member : members) member->batch_ = 0;
  for (const Forgotten& one : forgets) {
    one.member->batch_ = 0;
    // What waits already is of a device that has ended meanwhile, and is everything.
    if (written.of(one.member->address()) || one.member->in_again_ || draining_) continue;
    one.member->in_again_ = true;
    again_.push_back(one);
  }
  bool any = false;
  for (Member* const member : members) {
    const Result<void, StoreError> result = written.of(member->address());
    any = any || result;
    forgets_first_ = forgets_first_ || (!result && result.error() == StoreError::kFull);
    if (!result && draining_) member->batch_ = kGivenUp;
    member->committed(result);
  }
  if (any) ++ports_.counters.commits;
}

Task<void> GroupCommit::drain() {
  draining_ = true;
  if (timer_ != 0) ports_.timers.cancel(std::exchange(timer_, 0));
  for (;;) {
    notice_look_ms_ = 0;
    const bool any = tick(UINT64_MAX);
    if (in_flight_ > 0) {
      OneShot<bool> written;
      written_ = &written;
      co_await written;
    } else if (!any) {
      break;
    }
  }
  for (Member* const member : messages_) member->refuse_waiting();
}

}  // namespace kith
