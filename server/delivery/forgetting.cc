// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/forgetting.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace kith {

void Forgetting::count_gone(uint64_t count, uint64_t bytes) {
  stored_count_ -= std::min(stored_count_, count);
  stored_bytes_ -= std::min(stored_bytes_, bytes);
}

// ---------------------------------------------------------------- forgetting

bool Forgetting::later(Position confirmed) {
  confirmed_ = confirmed;
  if (is_listed()) return false;
  listed_to_ = confirmed;
  return is_listed();
}

Forgetting::Answer Forgetting::come_up() {
  Answer answer;
  const Position up_to = std::exchange(listed_to_, {});
  if (up_to.value == 0 || has_to_trim()) return answer;
  answer.up_to = up_to;
  if (confirmed_ > up_to) {
    listed_to_ = confirmed_;
    answer.list_again = true;
  }
  return answer;
}

// ---------------------------------------------------------------- trimming

void Forgetting::trim(Position after, Position up_to, std::vector<Position> withheld) {
  if (!trim_) {
    trim_ = std::make_unique<Trim>(Trim{after, up_to, std::move(withheld)});
    return;
  }
  // What an earlier Hello has withheld stays so.
  trim_->up_to = std::max(trim_->up_to, up_to);
  std::vector<Position> both;
  std::set_union(trim_->withheld.begin(), trim_->withheld.end(), withheld.begin(), withheld.end(),
                 std::back_inserter(both));
  trim_->withheld = std::move(both);
}

bool Forgetting::begin_trim() {
  if (!trim_ || trim_->reading) return false;
  trim_->reading = true;
  return true;
}

std::span<const InboxEntry> Forgetting::trimmed(std::span<const InboxEntry> read) {
  Position last = trim_->up_to;
  if (!read.empty()) last = std::min(last, read.back().position);
  size_t count = 0;
  for (; count < read.size() && read[count].position <= trim_->up_to; ++count) count_gone(1, read[count].body->size());
  trim_->after = last;
  return read.first(count);
}

void Forgetting::end_trim() {
  trim_->reading = false;
  if (is_trimmed()) trim_.reset();
}

}  // namespace kith
