// SPDX-License-Identifier: AGPL-3.0-or-later

// Timeouts of many objects at the price of two pointers each: a list per timeout, in the order of deadlines.
//
// All members of one list have the same timeout, so that whoever is touched goes to the end and the first is always the
// next to expire.
#pragma once

#include <cstdint>

namespace kith::net {

class DeadlineList;

// Base of what is in a list; in at most one at a time.
class DeadlineMember {
 public:
  DeadlineMember() = default;
  DeadlineMember(const DeadlineMember&) = delete;
  DeadlineMember& operator=(const DeadlineMember&) = delete;
  ~DeadlineMember() { unlink(); }

  void unlink() {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
  }

 private:
  friend class DeadlineList;
  DeadlineMember* previous_ = nullptr;
  DeadlineMember* next_ = nullptr;
  uint64_t since_ms_ = 0;
};

class DeadlineList {
 public:
  // Touching an object again within this time changes nothing: an object may expire so much earlier after its last
  // touch.
  static constexpr uint64_t kCoarseMs = 256;

  explicit DeadlineList(uint64_t timeout_ms) : timeout_ms_(timeout_ms) { head_.next_ = head_.previous_ = &head_; }
  ~DeadlineList() {
    while (head_.next_ != &head_) head_.next_->unlink();
    head_.next_ = nullptr;
  }

  // Takes the member in, out of the list that it is in if it is in one; its time begins. now_ms never goes back.
  void add(DeadlineMember& member, uint64_t now_ms) {
    member.unlink();
    member.since_ms_ = now_ms;
    member.previous_ = head_.previous_;
    member.next_ = &head_;
    head_.previous_->next_ = &member;
    head_.previous_ = &member;
  }
  // The time of a member of this list begins anew.
  void touch(DeadlineMember& member, uint64_t now_ms) {
    if (now_ms >= member.since_ms_ + kCoarseMs) add(member, now_ms);
  }
  // The first member whose time is over, taken out of the list; null when there is none.
  [[nodiscard]] DeadlineMember* take_expired(uint64_t now_ms) {
    DeadlineMember* const first = head_.next_;
    if (first == &head_ || now_ms < first->since_ms_ + timeout_ms_) return nullptr;
    first->unlink();
    return first;
  }
  // Calls visit(member) for each; it may unlink that member and no other.
  template <class Visit>
  void for_each(Visit visit) {
    for (DeadlineMember* member = head_.next_; member != &head_;) {
      DeadlineMember* const next = member->next_;
      visit(*member);
      member = next;
    }
  }
  [[nodiscard]] bool empty() const { return head_.next_ == &head_; }

 private:
  DeadlineMember head_;
  uint64_t timeout_ms_;
};

}  // namespace kith::net
