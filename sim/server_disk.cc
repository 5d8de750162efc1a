// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/server_disk.h"

#include <algorithm>
#include <utility>

namespace kith::sim {
namespace {

using Loop = kith::testing::VirtualLoop;

constexpr uint64_t kSlowMs = 400;

// The disk's time: a turn of the loop, or some milliseconds.
struct Busy {
  uint64_t ms;
  [[nodiscard]] bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiter) const {
    Loop& loop = static_cast<Loop&>(*Executor::current());
    if (ms == 0) return loop.post(waiter);
    loop.after(ms, [waiter] { waiter.resume(); });
  }
  void await_resume() const {}
};

class Stores final : public ProcessStores {
 public:
  explicit Stores(ServerDisk& disk)
      : disk_(disk),
        accounts_(*this),
        keys_(*this),
        profiles_(*this),
        last_seen_(*this),
        pairs_(*this),
        leases_(*this),
        links_(*this),
        groups_(*this),
        group_log_(*this),
        media_(*this),
        blobs_(*this),
        inboxes_(*this),
        codes_(*this) {}
  [[nodiscard]] StorePorts ports() override {
    return {accounts_, keys_,      profiles_, last_seen_, pairs_,   leases_, links_,
            groups_,   group_log_, media_,    blobs_,     inboxes_, codes_};
  }

 private:
  Busy busy() {
    if (!alive) return {0};
    Dice& dice = disk_.dice;
    if (dice.percent(disk_.trouble.slow_percent)) return {dice.between(1, kSlowMs)};
    return {dice.percent(50) ? 0 : dice.between(1, 4)};
  }
  // A call of a store that is not the inboxes': `call` does it, at one moment.
  template <class T, class Call>
  Task<Result<T, StoreError>> work(Call call) {
    co_await busy();
    if (!alive || disk_.trouble.accounts_away || disk_.dice.percent(disk_.trouble.fail_percent))
      co_return Fail(StoreError::kUnavailable);
    Task<Result<T, StoreError>> task = call();
    Result<T, StoreError> result = co_await std::move(task);
    co_await busy();
    if (!alive) co_return Fail(StoreError::kUnavailable);
    co_return result;
  }
  template <class T>
  using Answer = Task<Result<T, StoreError>>;

  struct Accounts final : AccountStore {
    explicit Accounts(Stores& stores) : on(stores) {}
    AccountStore& disk() { return on.disk_.others.accounts; }
    Answer<ServerId> server_id(ServerId proposed) override { return disk().server_id(proposed); }
    Answer<AccountRecord> load(AccountId account) override {
      return on.work<AccountRecord>([this, account] { return disk().load(account); });
    }
    Answer<AccountRecord> find_by_handle(Handle handle) override {
      return on.work<AccountRecord>([this, handle = std::move(handle)] { return disk().find_by_handle(handle); });
    }
    Answer<std::vector<HandleAccount>> find_handles(std::vector<Handle> handles) override {
      return on.work<std::vector<HandleAccount>>(
          [this, handles = std::move(handles)] { return disk().find_handles(handles); });
    }
    Answer<std::vector<AccountId>> find_active(std::vector<AccountId> accounts) override {
      return on.work<std::vector<AccountId>>(
          [this, accounts = std::move(accounts)] { return disk().find_active(accounts); });
    }
    Answer<std::vector<ListRevision>> list_revisions(std::vector<AccountId> accounts) override {
      return on.work<std::vector<ListRevision>>(
          [this, accounts = std::move(accounts)] { return disk().list_revisions(accounts); });
    }
    Answer<AccountRecord> add_handle(AccountId account, Handle handle, Place place) override {
      return on.work<AccountRecord>(
          [this, account, handle = std::move(handle), place] { return disk().add_handle(account, handle, place); });
    }
    Answer<AccountRecord> remove_handle(AccountId account, Handle handle) override {
      return on.work<AccountRecord>(
          [this, account, handle = std::move(handle)] { return disk().remove_handle(account, handle); });
    }
    Answer<AccountRecord> add_device(Handle handle, AccountId id, Bytes token_hash, UnixMicros now) override {
      return on.work<AccountRecord>([this, handle = std::move(handle), id, token_hash = std::move(token_hash), now] {
        return disk().add_device(handle, id, token_hash, now);
      });
    }
    Answer<AccountRecord> link_device(AccountId account, Bytes token_hash, UnixMicros now) override {
      return on.work<AccountRecord>([this, account, token_hash = std::move(token_hash), now] {
        return disk().link_device(account, token_hash, now);
      });
    }
    Answer<AccountRecord> set_device_list(AccountId account, DeviceList list) override {
      return on.work<AccountRecord>(
          [this, account, list = std::move(list)] { return disk().set_device_list(account, list); });
    }
    Answer<void> set_pin_hash(AccountId account, std::string hash) override {
      return on.work<void>([this, account, hash = std::move(hash)] { return disk().set_pin_hash(account, hash); });
    }
    Answer<Try> take_pin_try(AccountId account, UnixMicros now, TryBudget budget) override {
      return on.work<Try>([this, account, now, budget] { return disk().take_pin_try(account, now, budget); });
    }
    Answer<void> return_pin_try(AccountId account, TryBudget budget) override {
      return on.work<void>([this, account, budget] { return disk().return_pin_try(account, budget); });
    }
    Answer<void> put_code(Handle handle, PendingCode code) override {
      return on.work<void>(
          [this, handle = std::move(handle), code = std::move(code)] { return disk().put_code(handle, code); });
    }
    Answer<PendingCode> try_code(Handle handle, Bytes request, UnixMicros now, uint32_t attempts_max) override {
      return on.work<PendingCode>([this, handle = std::move(handle), request = std::move(request), now, attempts_max] {
        return disk().try_code(handle, request, now, attempts_max);
      });
    }
    Answer<void> return_code_attempt(Handle handle, Bytes code_hash) override {
      return on.work<void>([this, handle = std::move(handle), code_hash = std::move(code_hash)] {
        return disk().return_code_attempt(handle, code_hash);
      });
    }
    Answer<void> use_code(Handle handle, Bytes code_hash, Bytes request) override {
      return on.work<void>([this, handle = std::move(handle), code_hash = std::move(code_hash),
                            request = std::move(request)] { return disk().use_code(handle, code_hash, request); });
    }
    Answer<void> remove_used_code(Handle handle) override {
      return on.work<void>([this, handle = std::move(handle)] { return disk().remove_used_code(handle); });
    }
    Stores& on;
  };

  struct Keys final : KeyStore {
    explicit Keys(Stores& stores) : on(stores) {}
    KeyStore& disk() { return on.disk_.others.keys; }
    Answer<void> put_keys(DeviceAddress device, DeviceKeys keys) override {
      return on.work<void>([this, device, keys = std::move(keys)] { return disk().put_keys(device, keys); });
    }
    Answer<void> put_signed_prekey(DeviceAddress device, PublicSignedPrekey prekey) override {
      return on.work<void>(
          [this, device, prekey = std::move(prekey)] { return disk().put_signed_prekey(device, prekey); });
    }
    Answer<uint32_t> add_prekeys(DeviceAddress device, std::vector<PublicPrekey> prekeys) override {
      return on.work<uint32_t>(
          [this, device, prekeys = std::move(prekeys)] { return disk().add_prekeys(device, prekeys); });
    }
    Answer<uint32_t> replace_prekeys(DeviceAddress device, std::vector<PublicPrekey> prekeys) override {
      return on.work<uint32_t>(
          [this, device, prekeys = std::move(prekeys)] { return disk().replace_prekeys(device, prekeys); });
    }
    Answer<uint32_t> count_prekeys(DeviceAddress device) override {
      return on.work<uint32_t>([this, device] { return disk().count_prekeys(device); });
    }
    Answer<DeviceKeyBundle> take_bundle(DeviceAddress device) override {
      return on.work<DeviceKeyBundle>([this, device] { return disk().take_bundle(device); });
    }
    Answer<void> remove_device(DeviceAddress device) override {
      return on.work<void>([this, device] { return disk().remove_device(device); });
    }
    Stores& on;
  };

  struct Profiles final : ProfileStore {
    explicit Profiles(Stores& stores) : on(stores) {}
    ProfileStore& disk() { return on.disk_.others.profiles; }
    Answer<ProfileRecord> load_profile(AccountId account) override {
      return on.work<ProfileRecord>([this, account] { return disk().load_profile(account); });
    }
    Answer<void> put_profile(AccountId account, ProfileRecord profile) override {
      return on.work<void>(
          [this, account, profile = std::move(profile)] { return disk().put_profile(account, profile); });
    }
    Answer<void> remove_profile(AccountId account) override {
      return on.work<void>([this, account] { return disk().remove_profile(account); });
    }
    Answer<PrivacyRecord> load_privacy(AccountId account) override {
      return on.work<PrivacyRecord>([this, account] { return disk().load_privacy(account); });
    }
    Answer<std::vector<AccountId>> find_blocking(std::vector<AccountId> accounts, AccountId other) override {
      return on.work<std::vector<AccountId>>(
          [this, accounts = std::move(accounts), other] { return disk().find_blocking(accounts, other); });
    }
    Answer<PrivacyRecord> change_privacy(AccountId account, PrivacyChange change) override {
      return on.work<PrivacyRecord>(
          [this, account, change = std::move(change)] { return disk().change_privacy(account, change); });
    }
    Stores& on;
  };

  struct LastSeen final : LastSeenStore {
    explicit LastSeen(Stores& stores) : on(stores) {}
    LastSeenStore& disk() { return on.disk_.others.last_seen; }
    void put(AccountId account, UnixMicros last_seen) override {
      if (on.alive) disk().put(account, last_seen);
    }
    Answer<UnixMicros> get(AccountId account) override {
      return on.work<UnixMicros>([this, account] { return disk().get(account); });
    }
    void put_active(DeviceAddress device, UnixMicros last_active) override {
      if (on.alive) disk().put_active(device, last_active);
    }
    Answer<UnixMicros> get_active(DeviceAddress device) override {
      return on.work<UnixMicros>([this, device] { return disk().get_active(device); });
    }
    Answer<void> flush() override {
      return on.work<void>([this] { return disk().flush(); });
    }
    Stores& on;
  };

  struct Pairs final : PairStore {
    explicit Pairs(Stores& stores) : on(stores) {}
    PairStore& disk() { return on.disk_.others.pairs; }
    Answer<std::vector<PeerMark>> load(AccountId account) override {
      return on.work<std::vector<PeerMark>>([this, account] { return disk().load(account); });
    }
    Answer<void> put(AccountId account, std::vector<PeerMark> peers) override {
      return on.work<void>([this, account, peers = std::move(peers)] { return disk().put(account, peers); });
    }
    Stores& on;
  };

  struct Leases final : LeaseStore {
    explicit Leases(Stores& stores) : on(stores) {}
    Answer<bool> take(std::string name, UnixMicros now, uint64_t life_us) override {
      return on.work<bool>(
          [this, name = std::move(name), now, life_us] { return on.disk_.others.leases.take(name, now, life_us); });
    }
    Stores& on;
  };

  struct Links final : LinkStore {
    explicit Links(Stores& stores) : on(stores) {}
    LinkStore& disk() { return on.disk_.others.links; }
    Answer<void> put(LinkId link, LinkSlot slot, Bytes payload, UnixMicros now, size_t links_max) override {
      return on.work<void>([this, link, slot, payload = std::move(payload), now, links_max] {
        return disk().put(link, slot, payload, now, links_max);
      });
    }
    Answer<std::vector<Message>> read(LinkId link, UnixMicros now) override {
      return on.work<std::vector<Message>>([this, link, now] { return disk().read(link, now); });
    }
    Answer<void> remove(LinkId link) override {
      return on.work<void>([this, link] { return disk().remove(link); });
    }
    Answer<size_t> expire(UnixMicros now, size_t count_max) override {
      return on.work<size_t>([this, now, count_max] { return disk().expire(now, count_max); });
    }
    Stores& on;
  };

  struct Groups final : GroupStore {
    explicit Groups(Stores& stores) : on(stores) {}
    GroupStore& disk() { return on.disk_.others.groups; }
    Answer<GroupRecord> load(GroupId group) override {
      return on.work<GroupRecord>([this, group] { return disk().load(group); });
    }
    Answer<TakeAnswer> take(GroupId group, Change change, Bounds bounds) override {
      return on.work<TakeAnswer>(
          [this, group, change = std::move(change), bounds] { return disk().take(group, change, bounds); });
    }
    Answer<std::vector<GroupChangeRecord>> changes(GroupId group, Revision after, Revision until,
                                                   size_t bytes_max) override {
      return on.work<std::vector<GroupChangeRecord>>(
          [this, group, after, until, bytes_max] { return disk().changes(group, after, until, bytes_max); });
    }
    Answer<Checkpoint> checkpoint(GroupId group, Revision at_most) override {
      return on.work<Checkpoint>([this, group, at_most] { return disk().checkpoint(group, at_most); });
    }
    Answer<Membership> membership(GroupId group, AccountId account) override {
      return on.work<Membership>([this, group, account] { return disk().membership(group, account); });
    }
    Answer<std::vector<OwnGroup>> groups_of(AccountId account) override {
      return on.work<std::vector<OwnGroup>>([this, account] { return disk().groups_of(account); });
    }
    Answer<size_t> forget_abandoned(UnixMicros now, size_t count_max) override {
      return on.work<size_t>([this, now, count_max] { return disk().forget_abandoned(now, count_max); });
    }
    Stores& on;
  };

  // What is appended is durable at one moment, as what the others write.
  struct GroupMessages final : GroupLog {
    explicit GroupMessages(Stores& stores) : on(stores) {}
    GroupLog& disk() { return on.disk_.others.group_log; }
    Answer<Appended> append(GroupLogRecord record) override {
      return on.work<Appended>([this, record = std::move(record)] { return disk().append(record); });
    }
    Answer<std::vector<GroupLogRecord>> read(Slot slot, uint64_t after, size_t count_max, size_t bytes_max) override {
      auto records = co_await on.work<std::vector<GroupLogRecord>>(
          [this, slot, after, count_max, bytes_max] { return disk().read(slot, after, count_max, bytes_max); });
      if (records && !records->empty() && on.disk_.mutation == Mutation::kSettleEarly) {
        disk().settled(slot, records->back().number);
        on.disk_.settled_early = true;
      }
      co_return records;
    }
    void settled(Slot slot, uint64_t up_to) override {
      if (on.alive) disk().settled(slot, up_to);
    }
    [[nodiscard]] std::optional<uint64_t> bytes_held() const override { return on.disk_.others.group_log.bytes_held(); }
    [[nodiscard]] uint64_t damaged() const override { return 0; }
    Stores& on;
  };

  struct Media final : MediaIndex {
    explicit Media(Stores& stores) : on(stores) {}
    MediaIndex& disk() { return on.disk_.others.media; }
    Answer<MakeAnswer> make(FileId file, Wish wish, Bounds bounds) override {
      return on.work<MakeAnswer>([this, file, wish, bounds] { return disk().make(file, wish, bounds); });
    }
    Answer<FileRecord> find(FileId file) override {
      return on.work<FileRecord>([this, file] { return disk().find(file); });
    }
    Answer<FileRecord> find_held(FileId file, AccountId account) override {
      return on.work<FileRecord>([this, file, account] { return disk().find_held(file, account); });
    }
    Answer<void> finish(FileId file, UnixMicros expires_at) override {
      return on.work<void>([this, file, expires_at] { return disk().finish(file, expires_at); });
    }
    Answer<void> prolong(FileId file, UnixMicros expires_at) override {
      return on.work<void>([this, file, expires_at] { return disk().prolong(file, expires_at); });
    }
    Answer<bool> let_go(FileId file, AccountId account, UnixMicros now) override {
      return on.work<bool>([this, file, account, now] { return disk().let_go(file, account, now); });
    }
    Answer<std::vector<FileId>> take_due(UnixMicros now, size_t count_max) override {
      return on.work<std::vector<FileId>>([this, now, count_max] { return disk().take_due(now, count_max); });
    }
    Answer<void> forget(FileId file) override {
      return on.work<void>([this, file] { return disk().forget(file); });
    }
    Answer<Usage> usage(AccountId account) override {
      return on.work<Usage>([this, account] { return disk().usage(account); });
    }
    [[nodiscard]] Totals totals() const override { return on.disk_.others.media.totals(); }
    Stores& on;
  };

  // What is appended is durable at one moment, the whole body or none of it.
  struct Blobs final : BlobStore {
    explicit Blobs(Stores& stores) : on(stores) {}
    BlobStore& disk() { return on.disk_.others.blobs; }
    Answer<void> begin(FileId file, uint64_t size) override {
      return on.work<void>([this, file, size] { return disk().begin(file, size); });
    }
    Answer<Appended> append(FileId file, uint64_t offset, uint64_t size, ByteSource& body) override {
      return on.work<Appended>([this, file, offset, size, &body] { return disk().append(file, offset, size, body); });
    }
    Answer<Held> held(FileId file) override {
      return on.work<Held>([this, file] { return disk().held(file); });
    }
    Answer<void> finish(FileId file, uint64_t size) override {
      return on.work<void>([this, file, size] { return disk().finish(file, size); });
    }
    Answer<std::unique_ptr<ByteSource>> open(FileId file, uint64_t first, uint64_t size) override {
      return on.work<std::unique_ptr<ByteSource>>([this, file, first, size] { return disk().open(file, first, size); });
    }
    Answer<void> remove(FileId file) override {
      return on.work<void>([this, file] { return disk().remove(file); });
    }
    [[nodiscard]] Traffic traffic() const override { return on.disk_.others.blobs.traffic(); }
    Stores& on;
  };

  struct Codes final : CodeSender {
    explicit Codes(Stores& stores) : on(stores) {}
    Answer<void> send(Handle handle, std::string code) override {
      return on.work<void>([this, handle = std::move(handle), code = std::move(code)] {
        return on.disk_.others.codes.send(handle, code);
      });
    }
    [[nodiscard]] bool echoes() const override { return true; }
    Stores& on;
  };

  struct Inboxes final : InboxStore {
    explicit Inboxes(Stores& stores) : on(stores), disk(stores.disk_) {}

    [[nodiscard]] bool away() const { return !on.alive || disk.trouble.inbox_away; }

    Answer<std::vector<SlotEpoch>> take_epochs(SlotOwner owner, std::vector<SlotClaim> claims) override {
      const bool starts = claims.size() == kSlots;  // nothing stands in the way of that
      if (!starts) co_await on.busy();
      if (!starts && away()) co_return Fail(StoreError::kUnavailable);
      std::vector<SlotEpoch> answers;
      for (const SlotClaim& claim : claims) answers.push_back(disk.slots[claim.slot.value].claim(owner, claim.known));
      if (!starts && (!on.alive || disk.dice.percent(disk.trouble.fail_percent)))
        co_return Fail(StoreError::kUnavailable);
      co_return answers;
    }

    Task<Written> write(Batch batch) override {
      const auto none = [](StoreError error) { return Written(Fail(error)); };
      const bool appends = !batch.appends.empty();
      co_await on.busy();
      if (away()) co_return none(StoreError::kUnavailable);
      if (disk.trouble.inbox_full && appends) co_return none(StoreError::kFull);
      const bool fails = appends && disk.dice.percent(disk.trouble.fail_percent);
      // kUnavailable: some of it may be written.
      if (fails && disk.dice.percent(33)) co_return none(StoreError::kUnavailable);
      Written written;
      if (fails && disk.dice.percent(50)) written = fail_some(batch);
      const bool all_fails = fails && written.all_good();
      disk.journal.push_back(std::move(batch));
      disk.written.apply(disk.journal.back());
      const uint64_t mine = first + disk.journal.size();
      if (!appends) co_return written;
      if (disk.mutation == Mutation::kAcknowledgeBeforeSync) co_return Written();
      co_await on.busy();
      if (away() || all_fails) co_return none(StoreError::kUnavailable);
      sync_up_to(mine);
      // It is durable, and the answer is still on its way.
      if (disk.dice.percent(30)) co_await on.busy();
      if (!on.alive) co_return none(StoreError::kUnavailable);
      co_return written;
    }
    // Of some devices the batch fails; of these, some are written all the same, and some are not.
    Written fail_some(Batch& batch) {
      std::map<DeviceAddress, bool> failed;
      for (const Append& append : batch.appends) {
        if (!failed.contains(append.device) && disk.dice.percent(50)) failed[append.device] = disk.dice.percent(50);
      }
      const auto is_lost = [&](const auto& change) {
        const auto found = failed.find(change.device);
        return found != failed.end() && !found->second;
      };
      std::erase_if(batch.appends, is_lost);
      std::erase_if(batch.forgets, is_lost);
      Written written;
      for (const auto& [device, is_written] : failed) written.fail(device, StoreError::kUnavailable);
      return written;
    }
    Answer<std::vector<InboxEntry>> read(DeviceAddress device, Position after, size_t count_max,
                                         size_t bytes_max) override {
      co_await on.busy();
      if (away() || disk.dice.percent(disk.trouble.fail_percent)) co_return Fail(StoreError::kUnavailable);
      co_return disk.written.read(device, after, count_max, bytes_max);
    }
    Answer<Summary> summarize(DeviceAddress device) override {
      co_await on.busy();
      if (away() || disk.dice.percent(disk.trouble.fail_percent)) co_return Fail(StoreError::kUnavailable);
      co_return disk.written.summarize(device);
    }
    Answer<size_t> expire(UnixMicros now, size_t count_max) override {
      co_await on.busy();
      if (away()) co_return Fail(StoreError::kUnavailable);
      sync_up_to(first + disk.journal.size());
      (void)disk.synced.expire(now, count_max);
      co_return disk.written.expire(now, count_max);
    }
    [[nodiscard]] bool expires_by_itself() const override { return false; }
    [[nodiscard]] std::optional<uint64_t> bytes_held() const override { return disk.written.bytes(); }

    // `batch`: its number, from 1, among those of this process.
    void sync_up_to(uint64_t batch) {
      if (batch <= first) return;
      const size_t count = batch - first;
      disk.sync(count);
      first += count;
    }
    Stores& on;
    ServerDisk& disk;
    uint64_t first = 0;  // batches of this process that are no longer in the journal
  };

  ServerDisk& disk_;
  Accounts accounts_;
  Keys keys_;
  Profiles profiles_;
  LastSeen last_seen_;
  Pairs pairs_;
  Leases leases_;
  Links links_;
  Groups groups_;
  GroupMessages group_log_;
  Media media_;
  Blobs blobs_;
  Inboxes inboxes_;
  Codes codes_;
};

}  // namespace

void InboxImage::apply(const InboxStore::Batch& batch) {
  for (const InboxStore::Append& append : batch.appends) inboxes_[append.device][append.entry.position] = append.entry;
  for (const InboxStore::Forget& forget : batch.forgets) {
    const auto inbox = inboxes_.find(forget.device);
    if (inbox == inboxes_.end()) continue;
    inbox->second.erase(inbox->second.begin(), inbox->second.upper_bound(forget.up_to));
    if (inbox->second.empty()) inboxes_.erase(inbox);
  }
}

size_t InboxImage::expire(UnixMicros now, size_t count_max) {
  size_t count = 0;
  for (auto inbox = inboxes_.begin(); inbox != inboxes_.end();) {
    for (auto entry = inbox->second.begin(); entry != inbox->second.end() && count < count_max;) {
      if (entry->second.expires_at >= now) {
        ++entry;
        continue;
      }
      entry = inbox->second.erase(entry);
      ++count;
    }
    inbox = inbox->second.empty() ? inboxes_.erase(inbox) : std::next(inbox);
  }
  return count;
}

std::vector<InboxEntry> InboxImage::read(const DeviceAddress& device, Position after, size_t count_max,
                                         size_t bytes_max) const {
  std::vector<InboxEntry> out;
  const auto inbox = inboxes_.find(device);
  if (inbox == inboxes_.end()) return out;
  size_t bytes = 0;
  for (auto entry = inbox->second.upper_bound(after); entry != inbox->second.end() && out.size() < count_max; ++entry) {
    bytes += entry->second.body->size();
    if (!out.empty() && bytes > bytes_max) break;
    out.push_back(entry->second);
  }
  return out;
}

InboxStore::Summary InboxImage::summarize(const DeviceAddress& device) const {
  InboxStore::Summary summary;
  const auto inbox = inboxes_.find(device);
  if (inbox == inboxes_.end()) return summary;
  summary.last = inbox->second.rbegin()->first;
  summary.count = inbox->second.size();
  size_t older = summary.count - std::min(summary.count, InboxStore::kRecentMax);
  for (const auto& [position, entry] : inbox->second) {
    summary.bytes += entry.body->size();
    if (older > 0) {
      --older;
    } else if (!entry.message_id.is_none()) {
      summary.recent.push_back(entry.message_id);
    }
  }
  return summary;
}

uint64_t InboxImage::bytes() const {
  uint64_t bytes = 0;
  for (const auto& [device, entries] : inboxes_) {
    for (const auto& [position, entry] : entries) bytes += entry.body->size();
  }
  return bytes;
}

size_t InboxImage::count(const DeviceAddress& device) const {
  const auto inbox = inboxes_.find(device);
  return inbox == inboxes_.end() ? 0 : inbox->second.size();
}

void ServerDisk::sync(size_t batches) {
  for (; batches > 0 && !journal.empty(); --batches) {
    synced.apply(journal.front());
    journal.pop_front();
  }
}

void ServerDisk::crash() {
  sync(dice.percent(50) ? 0 : dice.below(journal.size() + 1));
  journal.clear();
  written = synced;
}

std::unique_ptr<ProcessStores> open_stores(ServerDisk& disk) { return std::make_unique<Stores>(disk); }

}  // namespace kith::sim
