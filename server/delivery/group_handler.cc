// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/group_handler.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "server/delivery/shard.h"

namespace kith {
namespace {

constexpr uint64_t kAgainMs = 1000;
constexpr size_t kReadCount = 64;
constexpr size_t kReadBytes = 2 << 20;

}  // namespace

void GroupHandler::start(const std::vector<Slot>& slots) {
  for (const Slot slot : slots) {
    slots_[slot.value].more = true;
    go_on(slot);
  }
}

void GroupHandler::appended(Slot slot, uint64_t number) {
  Progress& progress = slots_[slot.value];
  progress.known = std::max(progress.known, number);
  go_on(slot);
}

bool GroupHandler::has_room() const {
  return records_ + reads_ * kReadCount < kRecordsMax && bytes_ + reads_ * kReadBytes < kBytesMax;
}

void GroupHandler::go_on(Slot slot) {
  Progress& progress = slots_[slot.value];
  if (closed_ || progress.reading || !progress.is_behind()) return;
  progress.reading = true;
  waiting_.push_back(slot);
  read_on();
}

void GroupHandler::read_on() {
  while (!closed_ && !waiting_.empty() && has_room()) {
    const Slot slot = waiting_.front();
    waiting_.pop_front();
    ++reads_;
    ports_.scope.spawn(read(slot));
  }
}

Task<void> GroupHandler::read(Slot slot) {
  Progress& progress = slots_[slot.value];
  const uint64_t told = progress.known;
  auto records = co_await ports_.log.read(slot, progress.taken, kReadCount, kReadBytes);
  co_await enter(ports_.executor);
  --reads_;
  if (!records) {
    unread_.push_back(slot);
    try_again();
    co_return;
  }
  for (const GroupLogRecord& record : *records) {
    progress.taken = record.number;
    progress.records.push_back({record.number});
    ++records_;
    bytes_ += record.payload.size();
  }
  if (records->empty() && progress.known == told) {
    // Nothing is there, or not any more; what was told of meanwhile came after this look.
    progress.known = progress.taken;
    progress.more = false;
  }
  progress.known = std::max(progress.known, progress.taken);
  read_on();
  for (GroupLogRecord& record : *records) {
    if (closed_) co_return;
    Task<void> finding = find_members(std::make_shared<const GroupLogRecord>(std::move(record)));
    co_await std::move(finding);
  }
  progress.reading = false;
  go_on(slot);
}

Task<void> GroupHandler::find_members(std::shared_ptr<const GroupLogRecord> record) {
  Task<Result<std::vector<AccountId>, StoreError>> finding = ports_.cache.members_at(record->group, record->revision);
  const auto members = co_await std::move(finding);
  if (closed_) co_return;
  if (members) {
    hand_out(*record, *members);
  } else if (members.error() == StoreError::kDamaged) {
    spdlog::error("group {}: a message of {} is lost, for who its members are can't be read", record->group.hex(),
                  record->from.account.hex());
    ++ports_.counters.group_messages_lost;
    done(Flight::of(*record));
  } else {
    without_members_.push_back(std::move(record));
    try_again();
  }
}

// One hop to each loop. Who is done says so by a hop back; a loop that closes before never does.
void GroupHandler::hand_out(const GroupLogRecord& record, const std::vector<AccountId>& members) {
  std::vector<std::vector<AccountId>> by_shard(ports_.shards.size());
  for (const AccountId& member : members) by_shard[ports_.shards.index_of(member)].push_back(member);
  const auto flight = std::make_shared<Flight>(Flight::of(record));
  for (const auto& some : by_shard) flight->loops += some.empty() ? 0 : 1;
  if (flight->loops == 0) return delivered(*flight);
  const auto message = std::make_shared<const GroupMessage>(GroupMessage::of(record));
  for (size_t i = 0; i < by_shard.size(); ++i) {
    if (by_shard[i].empty()) continue;
    Shard& shard = ports_.shards.at(i);
    auto landed = [this, flight] {
      if (--flight->loops == 0 && !closed_) delivered(*flight);
    };
    GroupInboxes::Job job;
    job.message = message;
    job.members = std::move(by_shard[i]);
    job.done = [&executor = ports_.executor, landed] { executor.post(std::move_only_function<void()>(landed)); };
    shard.executor().post(std::move_only_function<void()>(
        [&shard, job = std::move(job)]() mutable { shard.group_inboxes().take(std::move(job)); }));
  }
}

void GroupHandler::delivered(const Flight& flight) {
  ++ports_.counters.group_messages_delivered;
  done(flight);
}

void GroupHandler::done(const Flight& flight) {
  Progress& progress = slots_[flight.slot.value];
  const auto found = std::ranges::lower_bound(progress.records, flight.number, {}, &Record::number);
  found->done = true;
  --records_;
  bytes_ -= flight.bytes;
  uint64_t settled = 0;
  while (!progress.records.empty() && progress.records.front().done) {
    settled = progress.records.front().number;
    progress.records.pop_front();
  }
  if (settled != 0) ports_.log.settled(flight.slot, settled);
  read_on();
}

void GroupHandler::try_again() {
  if (timer_ != 0 || closed_) return;
  timer_ = ports_.timers.after(kAgainMs, [this] {
    timer_ = 0;
    for (auto& record : std::exchange(without_members_, {})) ports_.scope.spawn(find_members(std::move(record)));
    for (const Slot slot : std::exchange(unread_, {})) waiting_.push_back(slot);
    read_on();
  });
}

void GroupHandler::close() {
  closed_ = true;
  if (timer_ != 0) ports_.timers.cancel(std::exchange(timer_, 0));
}

}  // namespace kith
