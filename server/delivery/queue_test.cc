// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>

namespace kith {
namespace {

TEST(Queue, BehavesLikeADeque) {
  std::mt19937 random(5);
  Queue<std::string> queue;
  std::deque<std::string> model;
  for (int i = 0; i < 20'000; ++i) {
    const unsigned what = random() % 10;
    if (what < 5) {
      queue.push(std::to_string(i));
      model.push_back(std::to_string(i));
    } else if (what < 9 && !model.empty()) {
      queue.pop_front();
      model.pop_front();
    } else if (!model.empty()) {
      queue.pop_back();
      model.pop_back();
    }
    ASSERT_EQ(queue.size(), model.size());
    if (!model.empty()) {
      ASSERT_EQ(queue.front(), model.front());
      ASSERT_EQ(queue.back(), model.back());
      ASSERT_EQ(queue[model.size() / 2], model[model.size() / 2]);
    }
  }
}

}  // namespace
}  // namespace kith
