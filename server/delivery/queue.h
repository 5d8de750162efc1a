// SPDX-License-Identifier: AGPL-3.0-or-later

// A first-in first-out queue in one block of memory that an empty queue does without (std::deque holds half a kilobyte
// even when empty, and there is one per device).
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace kith {

template <class T>
class Queue {
 public:
  [[nodiscard]] bool empty() const { return head_ == items_.size(); }
  [[nodiscard]] size_t size() const { return items_.size() - head_; }
  [[nodiscard]] T& front() { return items_[head_]; }
  [[nodiscard]] T& back() { return items_.back(); }
  [[nodiscard]] T& operator[](size_t index) { return items_[head_ + index]; }
  [[nodiscard]] const T& operator[](size_t index) const { return items_[head_ + index]; }

  T& push(T item) { return items_.emplace_back(std::move(item)); }

  void pop_front() {
    items_[head_] = T{};
    ++head_;
    if (empty()) {
      clear();
    } else if (head_ >= kCompactAt && head_ * 2 >= items_.size()) {
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
  }
  void pop_back() {
    items_.pop_back();
    if (empty()) clear();
  }
  void clear() {
    head_ = 0;
    if (items_.capacity() > kKeptCapacity) {
      items_ = {};
    } else {
      items_.clear();
    }
  }
  // Gives back the block of an empty queue.
  void release() {
    if (empty()) items_ = {}, head_ = 0;
  }

 private:
  static constexpr size_t kCompactAt = 16;
  static constexpr size_t kKeptCapacity = 16;

  std::vector<T> items_;
  size_t head_ = 0;
};

}  // namespace kith
