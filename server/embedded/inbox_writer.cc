// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/embedded/inbox_writer.h"

#include <pthread.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>

#include "server/embedded/inbox_record.h"

namespace kith {

namespace {

constexpr uint64_t kRecoverEveryMs = 1000;
constexpr uint64_t kEpochsBeganUs = 1'767'225'600'000'000;  // 2026-01-01 UTC
constexpr uint64_t kMinuteUs = 60'000'000;
constexpr uint64_t kQuietMs = 5000;
constexpr Position kUnknown{UINT64_MAX};  // as DeviceMark.appended: somewhere there may be entries

rocksdb::Slice slice(BytesView bytes) { return {bytes.data(), bytes.size()}; }
BytesView view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

bool is_no_space(const rocksdb::Status& status) {
  return status.IsNoSpace() || status.subcode() == rocksdb::Status::SubCode::kNoSpace ||
         status.subcode() == rocksdb::Status::SubCode::kSpaceLimit;
}

// Minutes since 2026: with it, a store put back from a backup continues with an epoch that its devices have not seen. 0
// when the clock is far off.
uint32_t epoch_by_clock(UnixMicros now) {
  if (now.value < kEpochsBeganUs) return 0;
  const uint64_t minutes = (now.value - kEpochsBeganUs) / kMinuteUs;
  return minutes < UINT32_MAX / 2 ? static_cast<uint32_t>(minutes) : 0;
}

}  // namespace

struct InboxWriter::Enqueued {
  InboxWriter& writer;
  Item& item;
  [[nodiscard]] bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) const {
    item.waiter = waiter;
    item.executor = Executor::current();
    return writer.enqueue(&item);
  }
  void await_resume() const {}
};

struct InboxWriter::Stage {
  rocksdb::WriteBatch batch;
  uint64_t held = 0;
  bool sync = false;
  bool has_forgets = false;
  struct Fresh {
    Position position;
    size_t bytes;
    std::optional<SharedBodies::Ref> body;
  };
  // Appended in this very batch, which the iterator doesn't see
  std::unordered_map<DeviceAddress, std::vector<Fresh>> fresh;
  // Changed in this very batch: a second claim in one group sees the first only here
  std::unordered_map<uint8_t, SlotRecord> slots;
};

InboxWriter::InboxWriter(InboxDatabase& database, InboxBounds bounds, DiskSpace& disk, Clock& clock)
    : database_(database),
      bounds_(bounds),
      disk_(disk),
      clock_(clock),
      bodies_(database),
      group_log_(database, bodies_, {bounds.group_log_bytes_max, bounds.group_bytes_of_account_max}),
      held_(database.stored_bytes_held()),
      thread_([this] { run(); }) {}

InboxWriter::~InboxWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

Task<InboxStore::Written> InboxWriter::write(InboxStore::Batch batch) {
  Item item;
  item.batch = std::move(batch);
  co_await Enqueued{*this, item};
  co_return InboxStore::Written(item.outcome);
}

Task<Result<std::vector<SlotEpoch>, StoreError>> InboxWriter::take_epochs(SlotOwner owner,
                                                                          std::vector<SlotClaim> claims) {
  if (claims.empty()) co_return std::vector<SlotEpoch>();
  Item item;
  item.claimant = owner;
  item.claims = std::move(claims);
  co_await Enqueued{*this, item};
  if (!item.outcome) co_return Fail(item.outcome.error());
  co_return std::move(item.epochs);
}

Task<Result<size_t, StoreError>> InboxWriter::erase(Erasure erasure) {
  Item item;
  item.erasure = std::move(erasure);
  co_await Enqueued{*this, item};
  if (!item.outcome) co_return Fail(item.outcome.error());
  co_return item.erased;
}

Task<Result<GroupLog::Appended, StoreError>> InboxWriter::append(GroupLogRecord record) {
  Item item;
  item.record = &record;
  co_await Enqueued{*this, item};
  if (!item.outcome) co_return Fail(item.outcome.error());
  co_return item.appended;
}

void InboxWriter::settled(Slot slot, uint64_t up_to) {
  bool is_first = false;  // the others go with it, without waking the thread each
  {
    const std::lock_guard lock(mutex_);
    is_first = !group_log_.has_settled();
    group_log_.settled(slot, up_to);
  }
  if (is_first) wake_.notify_one();
}

bool InboxWriter::has_room_for(const Item& item) const {
  if (item.record == nullptr) return queue_.size() < kQueueMax;
  return queue_.size() < kRecordsQueuedMax && record_bytes_queued_ < kRecordBytesQueuedMax;
}

bool InboxWriter::enqueue(Item* item) {
  {
    const std::lock_guard lock(mutex_);
    if (!has_room_for(*item)) {
      item->outcome = Fail(StoreError::kUnavailable);
      return false;
    }
    queue_.push_back(item);
    if (item->record != nullptr) record_bytes_queued_ += item->record->payload.size();
  }
  wake_.notify_one();
  return true;
}

void InboxWriter::run() {
  pthread_setname_np(pthread_self(), "kith-inbox");
  std::vector<Item*> waiting;
  std::vector<Item*> group;
  for (;;) {
    bool quiet = false;
    {
      std::unique_lock lock(mutex_);
      const auto ready = [this] { return stopping_ || !queue_.empty(); };
      const bool needs_care =
          health_.load() != StoreHealth::kOk || !deferred_forgets_.empty() || group_log_.has_settled();
      if (needs_care) {
        wake_.wait_for(lock, std::chrono::milliseconds(kRecoverEveryMs), ready);
      } else if (has_forgotten_) {
        quiet = !wake_.wait_for(lock, std::chrono::milliseconds(kQuietMs), ready);
      } else {
        wake_.wait(lock, [&] { return ready() || group_log_.has_settled(); });
        if (!ready()) continue;  // for a second others gather
      }
      if (queue_.empty() && stopping_) break;
      waiting.swap(queue_);
      record_bytes_queued_ = 0;
    }
    if (quiet) {
      has_forgotten_ = false;
      database_.give_space_back();
      continue;
    }
    size_t next = 0;
    do {
      group.clear();
      for (size_t bytes = 0; next < waiting.size() && bytes < kGroupBytesMax; ++next) {
        for (const auto& append : waiting[next]->batch.appends)
          bytes += append.entry.shared == 0 ? append.entry.body->size() : inbox_record::kSharedValueBytes;
        if (waiting[next]->record != nullptr) bytes += waiting[next]->record->payload.size();
        group.push_back(waiting[next]);
      }
      process(group);
    } while (next < waiting.size());
    waiting.clear();
  }
  group.clear();
  process(group);  // what was deferred
}

void InboxWriter::process(std::vector<Item*>& group) {
  if (health_.load() != StoreHealth::kOk) try_recover();
  const bool writable = health_.load() == StoreHealth::kOk;
  const bool full = is_full();

  Stage stage;
  stage.held = held_.load();
  for (const Item* item : group) stage.has_forgets |= !item->batch.forgets.empty();

  group_log_.begin(clock_.now());
  std::vector<Item*> staged;
  if (writable) {
    for (const auto& [device, up_to] : deferred_forgets_) stage_forget(stage, {device, up_to});
  }
  for (Item* item : group) {
    if (!writable && item->only_forgets()) {
      if (!defer(item->batch)) item->outcome = Fail(StoreError::kUnavailable);
    } else if (full && item->appends()) {
      item->outcome = Fail(StoreError::kFull);
    } else if (!writable) {
      item->outcome = Fail(health_.load() == StoreHealth::kFull ? StoreError::kFull : StoreError::kUnavailable);
    } else {
      if (item->record != nullptr) stage_record(stage, *item, full);
      this->stage(stage, *item);
      staged.push_back(item);
    }
  }
  if (writable) {
    if (group_log_.end(stage.batch)) stage.has_forgets = true;
    stage.held -= std::min(stage.held, bodies_.end(stage.batch));
  }

  if (stage.batch.Count() > 0) {
    Bytes held;
    append_u64(held, stage.held);
    stage.batch.Put(database_.handles().meta, inbox_record::kHeldKey, held);
    rocksdb::WriteOptions options;
    options.sync = stage.sync;
    const rocksdb::Status status = database_.handles().db->Write(options, &stage.batch);
    if (status.ok()) {
      held_.store(stage.held);
      group_log_.written();
      bodies_.written();
      deferred_forgets_.clear();
      has_forgotten_ = has_forgotten_ || stage.has_forgets;
    }
    finish(staged, status);
  } else if (writable) {
    deferred_forgets_.clear();
  }
  if (marks_.size() > kMarksMax) lose_marks();
  for (const Item* item : group) item->executor->post(item->waiter);
}

void InboxWriter::finish(const std::vector<Item*>& staged, const rocksdb::Status& status) {
  if (status.ok()) return;
  lose_marks();  // they say what the batch would have done
  group_log_.failed();
  bodies_.failed();
  const bool no_space = is_no_space(status);
  recovery_tried_at_ = clock_.monotonic();
  note_failure(status);
  spdlog::error("inbox store: a write failed: {}", status.ToString());
  for (Item* item : staged) {
    if (item->only_forgets() && defer(item->batch)) continue;
    item->outcome = Fail(no_space ? StoreError::kFull : StoreError::kUnavailable);
  }
}

void InboxWriter::stage(Stage& stage, Item& item) {
  for (const auto& append : item.batch.appends) stage_append(stage, append);
  for (const auto& forget : item.batch.forgets) stage_forget(stage, forget);
  if (!item.erasure.none()) stage_erasure(stage, item);
  if (!item.claims.empty() && !stage_claims(stage, item)) item.outcome = Fail(StoreError::kUnavailable);
  if (item.appends() || !item.claims.empty()) stage.sync = true;
}

void InboxWriter::stage_append(Stage& stage, const InboxStore::Append& append) {
  const Bytes key = inbox_record::key(append.device, append.entry.position);
  const Bytes value = inbox_record::value(append.entry);
  const size_t bytes = key.size() + value.size();

  const auto [place, is_new] = marks_.try_emplace(append.device);
  DeviceMark& mark = place->second;
  const bool is_certainly_new =
      is_new ? append.entry.position.epoch() == fresh_epochs_[slot_of(append.device.account).value]
             : mark.appended < append.entry.position;
  if (!is_certainly_new) stage.held -= std::min(stage.held, bytes_of(key));
  // A forget of this batch may have seen what is there go, and a later one would see it once more.
  if (append.entry.position <= mark.forgotten) bodies_.uncount_all();
  mark.forgotten = std::min(mark.forgotten, Position{append.entry.position.value - 1});
  mark.appended = std::max(mark.appended, append.entry.position);

  const uint32_t day = inbox_record::day_of(append.entry.expires_at);
  if (mark.day != day) {
    stage.batch.Put(database_.handles().days, slice(inbox_record::day_key(day, append.device)), {});
    mark.day = day;
  }
  stage.batch.Put(database_.handles().records, slice(key), slice(value));
  stage.held += bytes;
  if (append.entry.shared != 0) stage.held += bodies_.stage(stage.batch, append.entry);
  if (stage.has_forgets)
    stage.fresh[append.device].push_back({append.entry.position, bytes, inbox_record::body_ref_of(value)});
}

void InboxWriter::stage_forget(Stage& stage, const InboxStore::Forget& forget) {
  const auto [place, is_new] = marks_.try_emplace(forget.device);
  DeviceMark& mark = place->second;
  if (is_new) mark.appended = kUnknown;
  if (forget.up_to <= mark.forgotten || mark.appended <= mark.forgotten) return;  // nothing is there

  const auto remove = [&](BytesView key, size_t bytes, const std::optional<SharedBodies::Ref>& body) {
    stage.batch.Delete(database_.handles().records, slice(key));
    stage.held -= std::min<uint64_t>(stage.held, bytes);
    if (body) bodies_.release(*body);
  };
  // Bounded by the device, or an empty inbox would have the iterator walk through what its neighbours have deleted.
  const Bytes end = inbox_record::end_key(forget.device);
  const rocksdb::Slice upper = slice(end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> iterator(
      database_.handles().db->NewIterator(options, database_.handles().records));
  const Bytes first = inbox_record::key(forget.device, Position{mark.forgotten.value + 1});
  const Bytes last = inbox_record::key(forget.device, forget.up_to);
  for (iterator->Seek(slice(first)); iterator->Valid() && view(iterator->key()) <= last; iterator->Next()) {
    remove(view(iterator->key()), iterator->key().size() + iterator->value().size(),
           inbox_record::body_ref_of(view(iterator->value())));
  }
  if (const auto fresh = stage.fresh.find(forget.device); fresh != stage.fresh.end()) {
    std::erase_if(fresh->second, [&](const Stage::Fresh& entry) {
      if (entry.position > forget.up_to) return false;
      remove(inbox_record::key(forget.device, entry.position), entry.bytes, entry.body);
      return true;
    });
    if (fresh->second.empty()) stage.fresh.erase(fresh);
  }
  mark.forgotten = std::max(mark.forgotten, forget.up_to);
  if (mark.appended == kUnknown) {
    const bool is_more = iterator->Valid() || stage.fresh.contains(forget.device);
    if (!is_more) mark.appended = mark.forgotten;
  }
  if (mark.appended <= mark.forgotten && mark.day != 0) {
    stage.batch.Delete(database_.handles().days, slice(inbox_record::day_key(mark.day, forget.device)));
    mark.day = 0;
  }
}

void InboxWriter::stage_erasure(Stage& stage, Item& item) {
  for (const auto& record : item.erasure.records) {
    const Bytes key = inbox_record::key(record.device, record.position);
    const uint64_t bytes = bytes_of(key);
    if (bytes == 0) continue;
    stage.batch.Delete(database_.handles().records, slice(key));
    stage.held -= std::min(stage.held, bytes);
    ++item.erased;
  }
  stage.held -= std::min(stage.held, bodies_.forget_before(stage.batch, item.erasure.bodies_before));
  for (const Bytes& day_key : item.erasure.day_keys) {
    stage.batch.Delete(database_.handles().days, slice(day_key));
    const auto mark = marks_.find(inbox_record::device_of_day_key(day_key));
    if (mark != marks_.end() && mark->second.day == inbox_record::day_of_key(day_key)) mark->second.day = 0;
  }
}

// A forget of the same batch may see it go as well.
uint64_t InboxWriter::bytes_of(BytesView key) {
  rocksdb::PinnableSlice value;
  if (!database_.handles().db->Get({}, database_.handles().records, slice(key), &value).ok()) return 0;
  if (const auto body = inbox_record::body_ref_of(view(value))) bodies_.uncount(*body);
  return key.size() + value.size();
}

void InboxWriter::stage_record(Stage& stage, Item& item, bool is_full) {
  const auto appended = group_log_.stage(stage.batch, *item.record, is_full);
  if (!appended) {
    item.outcome = Fail(appended.error());
    return;
  }
  item.appended = *appended;
  stage.sync = true;
}

bool InboxWriter::stage_claims(Stage& stage, Item& item) {
  const uint32_t least = epoch_by_clock(clock_.now());
  for (const SlotClaim& claim : item.claims) {
    const Bytes key = inbox_record::slot_key(claim.slot);
    const auto [place, is_first] = stage.slots.try_emplace(claim.slot.value);
    SlotRecord& record = place->second;
    if (is_first) {
      std::string stored;
      const rocksdb::Status status = database_.handles().db->Get({}, database_.handles().meta, slice(key), &stored);
      const auto parsed = status.ok() ? inbox_record::parse_slot(stored) : std::nullopt;
      if (!parsed && !status.IsNotFound()) {
        stage.slots.erase(place);
        return false;
      }
      if (parsed) record = *parsed;
    }
    const SlotEpoch answer = record.claim(item.claimant, claim.known, least);
    item.epochs.push_back(answer);
    if (!answer.taken) continue;
    stage.batch.Put(database_.handles().meta, slice(key), slice(inbox_record::slot_value(record)));
    fresh_epochs_[claim.slot.value] = record.epoch;
  }
  return true;
}

void InboxWriter::lose_marks() {
  marks_.clear();
  fresh_epochs_.fill(0);
}

bool InboxWriter::defer(const InboxStore::Batch& batch) {
  for (const auto& forget : batch.forgets) {
    if (deferred_forgets_.size() >= kDeferredForgetsMax && !deferred_forgets_.contains(forget.device)) return false;
    Position& up_to = deferred_forgets_[forget.device];
    up_to = std::max(up_to, forget.up_to);
  }
  return true;
}

bool InboxWriter::is_full() {
  return health_.load() == StoreHealth::kFull || bytes_held() >= bounds_.bytes_max ||
         disk_.free_bytes() < bounds_.free_bytes_min;
}

void InboxWriter::note_failure(const rocksdb::Status& status) {
  health_.store(is_no_space(status) ? StoreHealth::kFull : StoreHealth::kUnavailable);
}

void InboxWriter::try_recover() {
  const MonotonicMs now = clock_.monotonic();
  if (now.value - recovery_tried_at_.value < kRecoverEveryMs) return;
  recovery_tried_at_ = now;
  if (health_.load() == StoreHealth::kFull && disk_.free_bytes() < bounds_.free_bytes_min) return;
  // First of all, for what is closed while the disk is read-only can't be opened again, not even for reading.
  rocksdb::Status status = database_.try_disk();
  if (!status.ok()) return note_failure(status);
  status = database_.handles().db ? database_.handles().db->Resume() : rocksdb::Status::Aborted();
  if (status.IsBusy()) return;  // RocksDB tries by itself
  if (!status.ok()) {
    status = database_.reopen();
    if (!status.ok()) return note_failure(status);
    held_.store(database_.stored_bytes_held());
    group_log_.reopened();
    bodies_.failed();
  }
  spdlog::info("inbox store: writing again");
  health_.store(StoreHealth::kOk);
}

StoreHealth InboxWriter::health() {
  const StoreHealth own = health_.load();
  return own == StoreHealth::kOk && is_full() ? StoreHealth::kFull : own;
}

}  // namespace kith
