// SPDX-License-Identifier: AGPL-3.0-or-later

// A first-in first-out queue that is one pointer when it is empty (std::deque holds half a kilobyte even then, and
// there are two for each device).
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace kith {

template <class T>
class Queue {
 public:
  [[nodiscard]] bool empty() const { return !block_ || block_->head == block_->items.size(); }
  [[nodiscard]] size_t size() const { return block_ ? block_->items.size() - block_->head : 0; }
  [[nodiscard]] T& front() { return block_->items[block_->head]; }
  [[nodiscard]] T& back() { return block_->items.back(); }
  [[nodiscard]] T& operator[](size_t index) { return block_->items[block_->head + index]; }
  [[nodiscard]] const T& operator[](size_t index) const { return block_->items[block_->head + index]; }

  T& push(T item) {
    if (!block_) block_ = std::make_unique<Block>();
    return block_->items.emplace_back(std::move(item));
  }

  void pop_front() {
    std::vector<T>& items = block_->items;
    size_t& head = block_->head;
    items[head] = T{};
    ++head;
    if (head == items.size()) {
      clear();
    } else if (head >= kCompactAt && head * 2 >= items.size()) {
      items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(head));
      head = 0;
    }
  }
  void pop_back() {
    block_->items.pop_back();
    if (empty()) clear();
  }
  void clear() {
    if (!block_) return;
    if (block_->items.capacity() > kKeptCapacity) {
      block_.reset();
    } else {
      block_->items.clear();
      block_->head = 0;
    }
  }
  // Gives back the block of an empty queue.
  void release() {
    if (empty()) block_.reset();
  }

 private:
  static constexpr size_t kCompactAt = 16;
  static constexpr size_t kKeptCapacity = 16;

  struct Block {
    std::vector<T> items;
    size_t head = 0;
  };
  std::unique_ptr<Block> block_;
};

}  // namespace kith
