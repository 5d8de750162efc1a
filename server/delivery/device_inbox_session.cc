// SPDX-License-Identifier: AGPL-3.0-or-later

// The half of DeviceInbox that faces the session: the window, the backlog, confirmations.
#include <algorithm>
#include <array>
#include <utility>

#include "server/delivery/device_inbox.h"
#include "server/delivery/shard.h"

namespace kith {
namespace {

constexpr size_t kTrimCount = 256;
constexpr size_t kTrimBytes = 1 << 20;

}  // namespace

void DeviceInbox::reset_session() {
  session_ = nullptr;
  started_ = false;
  ++session_number_;
  in_flight_.clear();
  in_flight_bytes_ = 0;
}

void DeviceInbox::receipt_for(Position position, const DeviceAddress& from, const wire::ReceiptRun& run,
                              std::span<const Position> withheld) {
  if (run.none() || std::binary_search(withheld.begin(), withheld.end(), position)) return;
  shard_.send_receipt(address_, from, run);
}

void DeviceInbox::attach(Session& session, Position confirmed, std::vector<Position> withheld) {
  if (session_ != nullptr) session_->close(wire::kReplaced, "the device has connected again");
  reset_session();
  session_ = &session;
  last_used_s = static_cast<uint32_t>(shard_.now_ms() / 1000);
  const Position before = confirmed_;
  if (confirmed > confirmed_) {
    while (!undurable_.empty() && undurable_.front().stored.position <= confirmed) {
      const Undurable& entry = undurable_.front();
      if (entry.kind == Kind::kMessage) receipt_for(entry.stored.position, entry.origin, entry.run, withheld);
      ++shard_.counters().entries_confirmed;
      pop_front(Settled::kSafe);
    }
    confirmed_ = confirmed;
    spent_ = std::max(spent_, confirmed_);
    withheld_ = withheld.empty() ? nullptr : std::make_unique<std::vector<Position>>(std::move(withheld));
    if (stored_count_ > 0 && before < durable_last_) {
      if (trim_from_ >= trim_to_) trim_from_ = before;
      trim_to_ = std::min(confirmed_, durable_last_);
    } else if (before < std::max({durable_last_, batch_last_, maybe_written_})) {
      forget_later();
    }
  }
  sent_ = confirmed_;
  start_trim();
}

Task<Result<Position, StoreError>> DeviceInbox::first_position(Position claimed) {
  if (stored_count_ > 0 && confirmed_ < durable_last_) {
    ++reads_;
    const auto entries = co_await shard_.ports().inboxes.read(address_, confirmed_, 1, 1);
    co_await enter(shard_.executor());
    --reads_;
    if (!entries) co_return Fail(entries.error());
    if (!entries->empty() && entries->front().position <= durable_last_) co_return entries->front().position;
  }
  if (!undurable_.empty()) co_return undurable_[0].stored.position;
  // Empty. If the next entry would look like a gap to the device (entries have expired, or it has lost some of its
  // past), it is told now.
  const Position next{last_.value + 1};
  co_return next.sequence() == 1 || claimed.may_be_followed_by(next) ? Position{} : next;
}

void DeviceInbox::start() {
  started_ = true;
  fresh_ = true;
  backlog_ended_ = false;
  backlog_end_ = std::max(durable_last_, undurable_.empty() ? Position{} : undurable_.back().stored.position);
  pump();
}

bool DeviceInbox::detach(const Session& session) {
  if (session_ != &session) return false;
  reset_session();
  return true;
}

// ---------------------------------------------------------------- sending

bool DeviceInbox::window_open() const {
  return in_flight_.size() < shard_.settings().window_entries && in_flight_bytes_ < shard_.settings().window_bytes;
}

// Reading the disk is worth it for half a window, not for one entry.
bool DeviceInbox::window_half_open() const {
  return in_flight_.size() * 2 <= shard_.settings().window_entries &&
         in_flight_bytes_ * 2 <= shard_.settings().window_bytes;
}

void DeviceInbox::count_sent(const InboxEntry& entry, const DeviceAddress& from, const wire::ReceiptRun& run) {
  in_flight_.push({entry.position, from, run, static_cast<uint32_t>(entry.body->size())});
  in_flight_bytes_ += entry.body->size();
  sent_ = entry.position;
  spent_ = std::max(spent_, sent_);
  fresh_ = false;
  ++shard_.counters().entries_delivered;
}

void DeviceInbox::send_expired(Position position) {
  const InboxEntry entry{position, {}, {}, expired_body()};
  count_sent(entry, {}, {});
  in_flight_.back().expired = true;
  const InboxEntry* const one = &entry;
  session_->deliver({&one, 1});
}

void DeviceInbox::pump() {
  if (session_ == nullptr || !started_) return;
  if (sent_ < durable_last_) {
    if (!reading_ && window_half_open()) {
      reading_ = true;
      shard_.scope().spawn(read_backlog());
    }
    return;
  }
  send_from_memory();
  if (session_ != nullptr) end_backlog();
}

void DeviceInbox::send_from_memory() {
  constexpr size_t kRunMax = 64;
  std::array<const InboxEntry*, kRunMax> run;
  size_t count = 0;
  const auto deliver = [&] {
    if (count > 0) session_->deliver(std::span(run.data(), std::exchange(count, 0)));
  };
  size_t next = first_after(sent_);
  if (next < undurable_.size() && !follows(undurable_[next].stored.position))
    send_expired({undurable_[next].stored.position.value - 1});
  for (; next < undurable_.size() && window_open(); ++next) {
    Undurable& entry = undurable_[next];
    if (shard_.is_over(entry.stored.expires_at)) {
      deliver();
      entry.run = {};  // nobody gets it
      send_expired(entry.stored.position);
      continue;
    }
    count_sent(entry.stored, entry.origin, entry.kind == Kind::kMessage ? entry.run : wire::ReceiptRun{});
    run[count++] = &entry.stored;
    if (count == kRunMax) deliver();
  }
  deliver();
}

Task<void> DeviceInbox::read_backlog() {
  while (session_ != nullptr && started_ && sent_ < durable_last_ && window_half_open()) {
    const uint32_t session_number = session_number_;
    const Position after = sent_;
    const Position limit = durable_last_;  // what is beyond may be half a batch, or left by one that failed
    const size_t count_max = shard_.settings().window_entries - in_flight_.size();
    const size_t bytes_max =
        shard_.settings().window_bytes - std::min(shard_.settings().window_bytes, in_flight_bytes_);
    auto entries = co_await shard_.ports().inboxes.read(address_, after, count_max, bytes_max);
    co_await enter(shard_.executor());
    if (session_number_ != session_number || sent_ != after) continue;
    if (!entries) {
      session_->close(wire::kUnavailable, "the inbox store is away");
      reset_session();
      break;
    }
    deliver_stored(*entries, limit);
  }
  reading_ = false;
  // When the window closed, a confirmation calls pump().
  if (session_ != nullptr && sent_ >= durable_last_) pump();
}

// The entries that were read after sent_, in one call for each stretch without a hole.
void DeviceInbox::deliver_stored(std::span<const InboxEntry> entries, Position limit) {
  std::vector<const InboxEntry*> run;
  const auto deliver = [&] {
    if (!run.empty()) session_->deliver(std::exchange(run, {}));
  };
  Position over;  // the last of those that have expired and are not yet said to have
  const auto say_over = [&] {
    deliver();
    send_expired(std::exchange(over, {}));
  };
  for (const InboxEntry& entry : entries) {
    if (entry.position > limit) break;
    if (shard_.is_over(entry)) {
      count_forgotten(1, entry.body->size());
      over = entry.position;
      continue;
    }
    // Before the first of an epoch there may be anything.
    if (over.value == 0 && !follows(entry.position)) over = {entry.position.value - 1};
    if (over.value != 0) say_over();
    const auto origin = message_origin(*entry.body);
    if (origin) remember(*origin);
    count_sent(entry, origin ? origin->from : DeviceAddress{}, origin ? origin->run : wire::ReceiptRun{});
    run.push_back(&entry);
  }
  if (run.empty() && over.value == 0) {  // what was there has expired
    over = limit;
    stored_count_ = stored_bytes_ = 0;
  }
  if (over.value != 0) say_over();
  deliver();
}

void DeviceInbox::end_backlog() {
  if (backlog_ended_) return;
  const bool more = sent_ < durable_last_ || first_after(sent_) < undurable_.size();
  if (sent_ < backlog_end_ && more) return;
  backlog_ended_ = true;
  wire::ServerFrame frame;
  frame.mutable_backlog_end()->set_position(fresh_ ? 0 : sent_.value);
  session_->send(frame);
}

// ---------------------------------------------------------------- confirmations

void DeviceInbox::confirm(Position position, std::span<const Position> withheld) {
  if (session_ == nullptr || !started_) return;
  position = std::min(position, sent_);
  if (position <= confirmed_) return;
  bool on_disk = confirmed_ < maybe_written_;
  while (!in_flight_.empty() && in_flight_.front().position <= position) {
    const InFlight& entry = in_flight_.front();
    receipt_for(entry.position, entry.from, entry.run, withheld);
    if (entry.position <= durable_last_) {
      if (!entry.expired) count_forgotten(1, entry.bytes);
      on_disk = true;
    } else if (entry.position <= batch_last_) {
      on_disk = true;  // or will be in a moment: forgotten with a later batch
    } else {
      ++shard_.counters().confirmed_before_commit;
    }
    ++shard_.counters().entries_confirmed;
    in_flight_bytes_ -= entry.bytes;
    in_flight_.pop_front();
  }
  while (!undurable_.empty() && undurable_.front().stored.position <= position) pop_front(Settled::kSafe);
  confirmed_ = position;
  if (confirmed_ >= durable_last_) stored_count_ = stored_bytes_ = 0;  // sweeps of what has expired are not counted
  if (on_disk) forget_later();
  start_trim();  // when an earlier one met a store that was away
  pump();
}

void DeviceInbox::redeliver(Position after) {
  if (session_ == nullptr || !started_ || after >= sent_) return;
  if (after < confirmed_) {
    session_->close(wire::kUnavailable, "older entries are gone; connect again");
    reset_session();
    return;
  }
  while (!in_flight_.empty() && in_flight_.back().position > after) {
    in_flight_bytes_ -= in_flight_.back().bytes;
    in_flight_.pop_back();
  }
  sent_ = after;
  fresh_ = after == confirmed_;
  pump();
}

void DeviceInbox::start_trim() {
  if (trimming_ || trim_from_ >= trim_to_) return;
  trimming_ = true;
  shard_.scope().spawn(trim());
}

// Makes the receipts of stored entries that a Hello has confirmed: nothing else remembers who sent them.
Task<void> DeviceInbox::trim() {
  while (!ended_ && trim_from_ < trim_to_) {
    const auto entries = co_await shard_.ports().inboxes.read(address_, trim_from_, kTrimCount, kTrimBytes);
    co_await enter(shard_.executor());
    if (!entries) break;
    Position last = trim_to_;
    if (!entries->empty() && entries->back().position < last) last = entries->back().position;
    for (const InboxEntry& entry : *entries) {
      if (entry.position > trim_to_) break;
      if (const auto origin = message_origin(*entry.body)) {
        remember(*origin);
        // One that is over now may have been over when it was to be delivered.
        if (!shard_.is_over(entry.expires_at)) {
          receipt_for(entry.position, origin->from, origin->run,
                      withheld_ ? std::span<const Position>(*withheld_) : std::span<const Position>());
        }
      }
      count_forgotten(1, entry.body->size());
      ++shard_.counters().entries_confirmed;
    }
    trim_from_ = last;
  }
  trimming_ = false;
  if (trim_from_ >= trim_to_) withheld_.reset();
  if (!ended_) forget_later();  // when the store was away: forgettable() begins again
}

}  // namespace kith
