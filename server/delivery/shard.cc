// SPDX-License-Identifier: AGPL-3.0-or-later

// Accounts, devices and sessions of a shard; shard_upkeep.cc has what happens by time, shard_notices.cc what goes
// between shards.
#include "server/delivery/shard.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace kith {
namespace {

constexpr uint64_t kHourMicros = 3'600'000'000;

// Account records of one account in the order they were made: each new list has a higher revision, each new device a
// higher id.
std::pair<uint64_t, uint32_t> version_of(const AccountRecord& record) {
  return {record.device_list_revision.value, record.devices.empty() ? 0 : record.devices.back().id.value};
}

std::unique_ptr<PrivacyRecord> keep_privacy(PrivacyRecord privacy) {
  if (privacy.last_seen == Scope::kEveryone && privacy.about == Scope::kEveryone && privacy.photo == Scope::kEveryone &&
      privacy.blocked.empty() && privacy.revision == 0) {
    return nullptr;
  }
  return std::make_unique<PrivacyRecord>(std::move(privacy));
}

}  // namespace

Shard::Shard(Executor& executor, Timers& timers, Clock& clock, DeliveryPorts ports, DeliverySettings settings,
             Shards& shards, OwnedSlots slots)
    : executor_(executor),
      timers_(timers),
      ports_(ports),
      settings_(settings),
      shards_(shards),
      time_(clock, settings_),
      slots_(std::move(slots)),
      commit_({executor, timers, scope_, clock, ports.inboxes, settings_, counters_}),
      presence_({executor, scope_, clock, ports.last_seen, counters_, *this}),
      groups_({executor, scope_, time_, ports.groups, ports.accounts}),
      group_handler_({executor, timers, scope_, ports.group_log, groups_, shards, counters_}),
      group_inboxes_(*this, timers, scope_, counters_),
      group_receipts_({timers, time_, counters_,
                       [this](const AccountId& account, Bytes body) { put_group_receipt(account, std::move(body)); }}),
      inbox_ports_{executor,
                   scope_,
                   time_,
                   settings_,
                   ports.inboxes,
                   commit_,
                   counters_,
                   slots_,
                   [this](const DeviceAddress& by, const DeviceAddress& sender, const wire::ReceiptRun& run) {
                     send_receipt(by, sender, run);
                   },
                   [this](const DeviceAddress& by, const DeviceAddress& sender, const GroupId& group,
                          const wire::ReceiptRun& run) { send_group_receipt(by, sender, group, run); }} {}

// Inboxes count in commit_, so they go first.
Shard::~Shard() {
  accounts_.clear();
  ended_.clear();
}

void Shard::start() {
  time_.start();
  if (&shards_.at(0) == this) schedule_expiry(uint64_t{settings_.expiry_interval_s} * 1000);
  schedule_sweep();
  group_handler_.start(slots_.all());
}

Task<void> Shard::close() {
  closing_ = true;
  if (expiry_timer_ != 0) timers_.cancel(std::exchange(expiry_timer_, 0));
  if (sweep_timer_ != 0) timers_.cancel(std::exchange(sweep_timer_, 0));
  group_handler_.close();
  group_inboxes_.close();
  group_receipts_.close();
  co_await group_receipt_scope_.join();
  co_await commit_.drain();
  co_await scope_.join();
}

// ---------------------------------------------------------------- accounts

Account* Shard::find(const AccountId& account) {
  if (!loading_.empty() && loading_.contains(account)) return nullptr;
  return in_memory(account);
}

Account* Shard::in_memory(const AccountId& account) {
  const auto found = accounts_.find(account);
  if (found == accounts_.end()) return nullptr;
  found->second->last_used_s = static_cast<uint32_t>(time_.now_ms() / 1000);
  return found->second.get();
}

struct Shard::LoadWait {
  Loading& loading;
  [[nodiscard]] bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> continuation) const { loading.waiters.push_back(continuation); }
  [[nodiscard]] Result<Account*, StoreError> await_resume() const {
    if (loading.account == nullptr) return Fail(loading.error);
    return loading.account;
  }
};

Task<Result<Account*, StoreError>> Shard::account(AccountId account) {
  if (Account* const found = find(account)) co_return found;
  if (!slots_.owns(account)) co_return Fail(StoreError::kUnavailable);
  auto& loading = loading_[account];
  if (!loading) {
    loading = std::make_unique<Loading>();
    scope_.spawn(load(account));  // not before the next turn: this coroutine waits by then
  }
  LoadWait wait{*loading};
  co_return co_await wait;
}

Task<void> Shard::load(AccountId id) {
  later later(executor_);
  co_await later;
  auto account = std::make_unique<Account>();
  account->id = id;
  account->last_used_s = static_cast<uint32_t>(time_.now_ms() / 1000);
  auto result = co_await read_account(*account);
  if (result && !slots_.owns(id)) result = Fail(StoreError::kUnavailable);  // lost meanwhile
  Loading& loading = *loading_.at(id);
  if (result) {
    loading.account = account.get();
    accounts_[id] = std::move(account);
    if (loading.newer_record) apply_to(*loading.account, *loading.newer_record);
    if (loading.newer_privacy) apply_to(*loading.account, std::move(*loading.newer_privacy));
  } else {
    loading.error = result.error();
  }
  // In order, and newcomers behind (find() does not show them the account yet): ORDER-1.
  for (size_t i = 0; i < loading.waiters.size(); ++i) loading.waiters[i].resume();
  loading_.erase(id);
}

Task<Result<void, StoreError>> Shard::read_account(Account& account) {
  const auto record = co_await ports_.accounts.load(account.id);
  co_await enter(executor_);
  if (!record) co_return Fail(record.error());
  auto privacy = co_await ports_.profiles.load_privacy(account.id);
  co_await enter(executor_);
  if (!privacy) co_return Fail(privacy.error());
  apply_to(account, std::move(*privacy));
  auto known_peers = co_await ports_.pairs.load(account.id);
  co_await enter(executor_);
  if (!known_peers) co_return Fail(known_peers.error());
  account.known_peers = KnownPeers(std::move(*known_peers));
  apply_to(account, *record);
  for (size_t i = 0; i < account.devices.size(); ++i) {
    if (!account.devices[i].inbox) continue;
    const auto loaded = co_await account.devices[i].inbox->load();
    if (!loaded) co_return Fail(loaded.error());
  }
  co_return Result<void, StoreError>();
}

void Shard::apply(const AccountRecord& record) {
  if (const auto loading = loading_.find(record.id); loading != loading_.end() && loading->second->account == nullptr) {
    auto& newer = loading->second->newer_record;
    if (!newer || version_of(record) > version_of(*newer)) newer = std::make_unique<AccountRecord>(record);
    return;
  }
  const auto found = accounts_.find(record.id);
  if (found != accounts_.end()) apply_to(*found->second, record);
}

void Shard::apply_to(Account& account, const AccountRecord& record) {
  const std::pair<uint64_t, uint32_t> known{account.revision.value,
                                            account.devices.empty() ? 0 : account.devices.back().id.value};
  if (version_of(record) <= known) return;
  account.revision = record.device_list_revision;
  account.last_device = record.last_device;
  for (Device& device : account.devices) {
    const bool remains = std::any_of(record.devices.begin(), record.devices.end(),
                                     [&device](const DeviceRecord& one) { return one.id == device.id; });
    if (!remains) end_device(account, device, shown_list(record));
  }
  std::vector<Device> devices;
  devices.reserve(record.devices.size());
  for (const DeviceRecord& one : record.devices) {
    Device* const old = account.device(one.id);
    Device& device = devices.emplace_back(old != nullptr ? std::move(*old) : Device{});
    device.id = one.id;
    device.active = one.active;
    if (one.token_hash.size() == device.token_hash.size()) {
      std::memcpy(device.token_hash.data(), one.token_hash.data(), device.token_hash.size());
    }
    // A device that becomes active has a number never used before, so there is nothing stored for it; load() reads on.
    if (device.active && !device.inbox) {
      device.inbox =
          std::make_unique<DeviceInbox>(inbox_ports_, DeviceAddress{account.id, one.id}, slots_.epoch_of(account.id));
    }
  }
  account.devices = std::move(devices);
}

DeviceInbox& Shard::part_with(Account& account, Device& device) {
  presence_.drop(account, device);
  if (device.inbox->session() != nullptr) --counters_.sessions;
  return *ended_.emplace_back(std::move(device.inbox));
}

void Shard::end_device(Account& account, Device& device, ShownList list) {
  if (device.inbox) part_with(account, device).end(std::move(list));
}

void Shard::give_up(const OwnedSlots::Set& lost) {
  for (auto one = accounts_.begin(); one != accounts_.end();) {
    Account& account = *one->second;
    if (!lost[slot_of(account.id).value]) {
      ++one;
      continue;
    }
    for (Device& device : account.devices) {
      if (device.inbox) part_with(account, device).give_up();
    }
    one = accounts_.erase(one);
  }
}

void Shard::apply(const AccountId& id, PrivacyRecord privacy) {
  if (const auto loading = loading_.find(id); loading != loading_.end() && loading->second->account == nullptr) {
    auto& newer = loading->second->newer_privacy;
    if (!newer || privacy.revision >= newer->revision) newer = std::make_unique<PrivacyRecord>(std::move(privacy));
    return;
  }
  const auto found = accounts_.find(id);
  if (found != accounts_.end() && apply_to(*found->second, std::move(privacy)))
    presence_.privacy_changed(*found->second);
}

bool Shard::apply_to(Account& account, PrivacyRecord privacy) {
  if (account.privacy && privacy.revision < account.privacy->revision) return false;
  account.privacy = keep_privacy(std::move(privacy));
  return true;
}

void Shard::note_written(const AccountId& writer, const AccountId& to) {
  Account* const account = writer == to ? nullptr : in_memory(writer);
  if (account == nullptr) return;
  account->known_peers.add(to);
  if (account->known_peers.begin_write()) scope_.spawn(store_known_peers(writer));
}

Task<void> Shard::store_known_peers(AccountId writer) {
  for (Account* account = in_memory(writer); account != nullptr;) {
    std::vector<PeerMark> marks = account->known_peers.marks();
    const auto stored = co_await ports_.pairs.put(writer, std::move(marks));
    co_await enter(executor_);
    account = in_memory(writer);  // it may have left meanwhile
    if (account == nullptr) co_return;
    account->known_peers.finish_write(stored.has_value());
    if (!stored || !account->known_peers.begin_write()) co_return;
  }
}

Device* Shard::find_device(const DeviceAddress& address, Account*& account) {
  const auto found = accounts_.find(address.account);
  if (found == accounts_.end()) return nullptr;
  account = found->second.get();
  Device* const device = account->device(address.device);
  return device != nullptr && device->inbox ? device : nullptr;
}

// ---------------------------------------------------------------- sessions

Task<Result<Shard::Attached, StoreError>> Shard::attach(DeviceAddress address, Session& session, Position confirmed,
                                                        std::vector<Position> withheld) {
  const auto loaded = co_await this->account(address.account);
  if (!loaded) co_return Fail(loaded.error());
  Account* account = *loaded;
  Device* device = account->device(address.device);
  if (device == nullptr || !device->inbox || closing_)
    co_return Fail(closing_ ? StoreError::kUnavailable : StoreError::kNotFound);
  DeviceInbox& inbox = *device->inbox;
  if (confirmed > inbox.last()) co_return Fail(StoreError::kConflict);
  if (inbox.session() != nullptr) {
    presence_.drop(*account, *device);
  } else {
    ++counters_.sessions;
  }
  inbox.attach(session, confirmed, std::move(withheld));
  const auto first = co_await inbox.first_position(confirmed);
  Attached attached;
  device = find_device(address, account);
  attached.current = device != nullptr && device->inbox->session() == &session;
  if (!first) {
    detach(address, session);
    co_return Fail(first.error());
  }
  attached.first_position = *first;
  if (device != nullptr) attached.list = account->revision;
  co_return attached;
}

void Shard::start_session(DeviceAddress address, Session& session, bool available) {
  Account* account = nullptr;
  Device* const device = find_device(address, account);
  if (device == nullptr || device->inbox->session() != &session) return;
  device->inbox->start();
  if (available) presence_.set_available(*account, *device, true);
}

void Shard::detach(DeviceAddress address, Session& session) {
  Account* account = nullptr;
  Device* const device = find_device(address, account);
  if (device == nullptr || device->inbox->session() != &session) return;
  account->last_used_s = static_cast<uint32_t>(time_.now_ms() / 1000);
  device->inbox->detach(session);
  --counters_.sessions;
  presence_.drop(*account, *device);
  note_active(*account, *device);
}

// DEVICE-9. Of an account's only device nobody asks, so that when all go at once, little is written.
void Shard::note_active(const Account& account, const Device& device) {
  if (account.devices.size() < 2) return;
  const uint64_t now = time_.clock_time().value;
  ports_.last_seen.put_active({account.id, device.id}, {now - now % kHourMicros});
}

void Shard::confirm(DeviceAddress address, Position position, std::span<const Position> withheld) {
  Account* account = nullptr;
  if (Device* const device = find_device(address, account)) device->inbox->confirm(position, withheld);
}

void Shard::redeliver(DeviceAddress address, Position after) {
  Account* account = nullptr;
  if (Device* const device = find_device(address, account)) device->inbox->redeliver(after);
}

void Shard::close_session(DeviceAddress address, EndReason reason) {
  Account* account = nullptr;
  Device* const device = find_device(address, account);
  if (device != nullptr && device->inbox->session() != nullptr) device->inbox->session()->close(reason, nullptr);
}

void Shard::set_available(DeviceAddress address, bool available) {
  Account* account = nullptr;
  Device* const device = find_device(address, account);
  if (device != nullptr && device->inbox->started_session() != nullptr)
    presence_.set_available(*account, *device, available);
}

void Shard::subscribe(DeviceAddress address, std::vector<AccountId> accounts) {
  Account* account = nullptr;
  Device* const device = find_device(address, account);
  if (device != nullptr && device->inbox->started_session() != nullptr)
    presence_.subscribe(*account, *device, std::move(accounts));
}

void Shard::send_to_sessions(const AccountId& id, const wire::ServerFrame& frame) {
  const auto found = accounts_.find(id);
  if (found == accounts_.end()) return;
  for (Device& device : found->second->devices) {
    if (!device.inbox) continue;
    if (Session* const session = device.inbox->started_session()) session->send(frame);
  }
}

void Shard::send_to_session(DeviceAddress address, const wire::ServerFrame& frame) {
  Account* account = nullptr;
  Device* const device = find_device(address, account);
  if (device == nullptr) return;
  if (Session* const session = device->inbox->started_session()) session->send(frame);
}

}  // namespace kith
