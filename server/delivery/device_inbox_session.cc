// SPDX-License-Identifier: AGPL-3.0-or-later

// The half of DeviceInbox that faces the session: the window, the backlog, confirmations.
#include <algorithm>
#include <array>

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
  in_flight_.push({entry.position, from, run, static_cast<uint32_t>(entry.entry.size())});
  in_flight_bytes_ += entry.entry.size();
  sent_ = entry.position;
  spent_ = std::max(spent_, sent_);
  fresh_ = false;
  ++shard_.counters().entries_delivered;
}

bool DeviceInbox::follows(Position next) {
  if (fresh_ || sent_.may_be_followed_by(next)) return true;
  // What was sent before the hole may still be confirmed.
  if (in_flight_.empty()) {
    session_->close(wire::kUnavailable, "entries have expired; connect again");
    reset_session();
  }
  return false;
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
  size_t next = first_after(sent_);
  if (next < undurable_.size() && !follows(undurable_[next].stored.position)) return;
  for (; next < undurable_.size() && window_open(); ++next) {
    const Undurable& entry = undurable_[next];
    count_sent(entry.stored, entry.origin, entry.kind == Kind::kMessage ? entry.run : wire::ReceiptRun{});
    run[count++] = &entry.stored;
    if (count == kRunMax) {
      session_->deliver(std::span(run.data(), count));
      count = 0;
    }
  }
  if (count > 0) session_->deliver(std::span(run.data(), count));
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
    std::vector<const InboxEntry*> run;
    bool hole = false;
    for (const InboxEntry& entry : *entries) {
      if (entry.position > limit) break;
      if (!follows(entry.position)) {
        hole = true;
        break;
      }
      const auto origin = message_origin(entry.entry);
      if (origin) remember(*origin);
      count_sent(entry, origin ? origin->from : DeviceAddress{}, origin ? origin->run : wire::ReceiptRun{});
      run.push_back(&entry);
    }
    if (session_ != nullptr && !run.empty()) session_->deliver(run);
    if (hole) break;
    if (run.empty()) {  // what was there has expired
      if (!follows({limit.value + 1})) break;
      sent_ = limit;
      stored_count_ = stored_bytes_ = 0;
    }
  }
  reading_ = false;
  // When the window closed or a hole waits for confirmations, those call pump().
  if (session_ != nullptr && sent_ >= durable_last_) pump();
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
      count_forgotten(1, entry.bytes);
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
      if (const auto origin = message_origin(entry.entry)) {
        remember(*origin);
        receipt_for(entry.position, origin->from, origin->run,
                    withheld_ ? std::span<const Position>(*withheld_) : std::span<const Position>());
      }
      count_forgotten(1, entry.entry.size());
      ++shard_.counters().entries_confirmed;
    }
    trim_from_ = last;
  }
  trimming_ = false;
  if (trim_from_ >= trim_to_) withheld_.reset();
  if (!ended_) forget_later();  // when the store was away: forgettable() begins again
}

}  // namespace kith
