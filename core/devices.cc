// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/devices.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "core/engine.h"
#include "crypto/account_key.h"
#include "wire/handle.h"
#include "wire/removed_devices.h"

namespace kith::core {

namespace {

constexpr size_t kIdentityKeyBytes = 33;
constexpr size_t kAccountKeyBytes = 32;
constexpr size_t kRefreshesAtOnce = 8;
constexpr int64_t kStaleAtOnce = 256;
constexpr uint64_t kRefreshAgainMs = 30000;

// The list inside, when form and signature are as they must be.
std::optional<DeviceListRow> checked(const AccountId& account, const wire::SignedDeviceList& signed_list) {
  wire::DeviceList list;
  if (!list.ParseFromString(signed_list.device_list())) return std::nullopt;
  if (list.account_id() != account.view() || list.account_key().size() != kAccountKeyBytes) return std::nullopt;
  if (list.revision() == 0 || list.revision() > kRevisionMax) return std::nullopt;
  if (list.devices_size() < 1 || list.devices_size() > static_cast<int>(kDevicesMax)) return std::nullopt;
  if (!crypto::verify_device_list(list.account_key(), signed_list.device_list(), signed_list.signature()))
    return std::nullopt;
  DeviceListRow row;
  row.account = account;
  row.revision = {list.revision()};
  row.account_key = list.account_key();
  row.device_list = signed_list.device_list();
  row.signature = signed_list.signature();
  uint32_t before = 0;
  for (const wire::DeviceList::Device& device : list.devices()) {
    if (device.device_id() <= before || device.identity_key().size() != kIdentityKeyBytes) return std::nullopt;
    if (std::max(device.name().size(), device.platform().size()) > kDeviceNameBytesMax) return std::nullopt;
    before = device.device_id();
    row.devices.push_back({{device.device_id()}, device.identity_key(), device.name()});
  }
  auto removed = read_removed(list);
  if (!removed) return std::nullopt;
  row.removed = std::move(*removed);
  return row;
}

crypto::PrekeyBundle bundle_of(const wire::PrekeyBundle& from) {
  crypto::PrekeyBundle bundle;
  bundle.registration_id = from.registration_id();
  bundle.identity_key = from.identity_key();
  bundle.signed_prekey_id = from.signed_prekey().id();
  bundle.signed_prekey = from.signed_prekey().public_key();
  bundle.signed_prekey_signature = from.signed_prekey().signature();
  if (from.has_prekey()) {
    bundle.prekey_id = from.prekey().id();
    bundle.prekey = from.prekey().public_key();
  }
  return bundle;
}

std::string path_of(const AccountId& account, const char* what) { return "/v1/accounts/" + account.hex() + what; }

Devices::Outcome outcome_of(const HttpReply& reply) {
  if (reply.is_temporary()) return Devices::Outcome::kUnavailable;
  const wire::ErrorCode code = reply.error().code();
  return code == wire::kNoSuchAccount || code == wire::kNotFound ? Devices::Outcome::kNoAccount
                                                                 : Devices::Outcome::kUnavailable;
}

}  // namespace

Devices::Devices(Engine& engine) : engine_(engine), again_(engine.timers), settle_(engine.timers) {}

void Devices::fetch(const AccountId& account, Done done) {
  std::vector<Done>& waiting = fetching_[account];
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return;
  engine_.http.call("GET", path_of(account, "/devices"), "",
                    [this, account](const HttpReply& reply) { on_list(account, reply); });
}

void Devices::on_list(const AccountId& account, const HttpReply& reply) {
  Outcome outcome = Outcome::kInvalid;
  if (!reply.ok()) {
    outcome = outcome_of(reply);
  } else if (const auto list = reply.parse<wire::SignedDeviceList>(); list && accept(account, *list)) {
    outcome = Outcome::kDone;
  }
  const auto found = fetching_.extract(account);
  for (const Done& done : found.mapped()) done(outcome);
}

bool Devices::accept(const AccountId& account, const wire::SignedDeviceList& signed_list) {
  std::optional<DeviceListRow> list = checked(account, signed_list);
  if (!list) return false;
  if (engine_.is_self(account)) return accept_own(*list);
  // So that the first message of somebody unknown says from whom it is.
  if (const auto handle = read_handle(signed_list.handle())) engine_.handle_said(*handle, account);
  const std::optional<DeviceListRow> known = engine_.store.device_lists.find(account);
  if (!known || !known->known()) {
    engine_.store.device_lists.set(*list);
    engine_.identity_known(account);
    settle_later();
    return true;
  }
  if (list->revision < known->revision) return false;  // an older list brings back devices that are no more
  if (list->revision == known->revision) return list->device_list == known->device_list;
  const bool same_identity = list->account_key == known->account_key;
  list->verified = known->verified && same_identity;
  drop_sessions(*known, *list);
  engine_.store.device_lists.set(*list);
  settle_later();
  if (!same_identity) identity_changed(account, known->verified);
  return true;
}

// What was promised to the keys before is nothing to those that came.
void Devices::drop_sessions(const DeviceListRow& known, const DeviceListRow& list) {
  const bool same_identity = list.account_key == known.account_key;
  const auto still_in = [same_identity](const auto& devices, const auto& before) {
    return same_identity && std::any_of(devices.begin(), devices.end(), [&before](const auto& now) {
             return now.device == before.device && now.identity_key == before.identity_key;
           });
  };
  bool keys_changed = !same_identity;
  for (const DeviceRow& before : known.devices) {
    if (still_in(list.devices, before)) continue;
    // What a removed one had sent is read with it.
    if (!still_in(list.removed, before)) engine_.store.signal.remove_session({list.account, before.device});
    keys_changed = true;
  }
  for (const RemovedDevice& before : known.removed) {
    if (!still_in(list.removed, before)) engine_.store.signal.remove_session({list.account, before.device});
  }
  if (keys_changed) engine_.keys_changed(list.account);
}

void Devices::greets() {
  engine_.store.device_lists.greets();
  settle_later();
}

void Devices::caught_up() {
  for (const AccountId& account : engine_.store.device_lists.quiet(kStaleAtOnce)) {
    const auto list = engine_.store.device_lists.find(account);
    if (!list) continue;
    for (const RemovedDevice& removed : list->removed) engine_.store.signal.remove_session({account, removed.device});
    engine_.store.device_lists.settle(account);
  }
}

// A connection that lasts brings no end of a backlog.
void Devices::settle_later() {
  if (settle_.is_set() || !engine_.store.device_lists.has_removed()) return;
  settle_.set(engine_.in_ms(kSettleMs), [this] {
    if (engine_.connection.state() == client_api::State::kOnline) {
      caught_up();
      engine_.store.device_lists.greets();
    }
    settle_later();
  });
}

// Whatever the server says: this device is what its own key says it is.
bool Devices::accept_own(const DeviceListRow& list) {
  const Registration& own = *engine_.registration;
  if (list.account_key != own.account_key.public_key) {
    engine_.connection.own_list_differs(Connection::OwnList::kOtherKey);
    return false;
  }
  const std::optional<DeviceListRow> known = engine_.store.device_lists.find(own.account);
  const bool is_known = known && known->known();
  if (is_known && list.revision < known->revision) return false;
  if (is_known && list.revision == known->revision && list.device_list != known->device_list) return false;
  const bool names_this = std::any_of(list.devices.begin(), list.devices.end(), [&own](const DeviceRow& device) {
    return device.device == own.device && device.identity_key == own.identity.public_key;
  });
  if (!names_this) {
    // Signed by the account itself, and newer: so it is true.
    if (is_known) engine_.connection.own_list_differs(Connection::OwnList::kWithoutThisDevice);
    engine_.is_removed = is_known && !own.is_first();
    return false;
  }
  if (is_known) drop_sessions(*known, list);
  engine_.store.device_lists.set(list);
  settle_later();
  engine_.connection.own_list_agrees();
  engine_.own_list_changed();
  return true;
}

void Devices::look_at_shown(const wire::SignedDeviceList& signed_list) {
  const Registration& own = *engine_.registration;
  const auto list = checked(own.account, signed_list);
  if (list && list->account_key == own.account_key.public_key) (void)accept_own(*list);
}

void Devices::look_at_own_list() {
  fetch(engine_.registration->account, [](Outcome) {});
}

void Devices::identity_changed(const AccountId& account, bool was_verified) {
  if (was_verified) engine_.store.device_lists.set_must_agree(account, true);
  engine_.store.sent.close(account);
  engine_.identity_changed(account);
  engine_.changes.contacts();
  const auto conversation = engine_.store.conversations.with(account);
  if (!conversation) return;
  engine_.changes.conversation(*conversation);
  engine_.changes.notice(*conversation, account, MessageKind::kIdentityChanged, engine_.connection.server_now());
}

void Devices::open_sessions(const AccountId& account, std::vector<DeviceId> devices, Done done) {
  wire::PrekeyBundlesRequest request;
  for (const DeviceId device : devices) request.add_device_ids(device.value);
  engine_.http.call("POST", path_of(account, "/prekeys"), request.SerializeAsString(),
                    [this, account, devices = std::move(devices), done = std::move(done)](const HttpReply& reply) {
                      if (reply.error().code() == wire::kNoSuchDevice) return fetch_newer(account, done);
                      if (!reply.ok()) return done(outcome_of(reply));
                      const auto response = reply.parse<wire::PrekeyBundlesResponse>();
                      done(response ? open_from(account, *response, devices) : Outcome::kInvalid);
                    });
}

void Devices::fetch_newer(const AccountId& account, Done done) {
  const std::optional<DeviceListRow> known = engine_.store.device_lists.find(account);
  const Revision before = known ? known->revision : Revision{};
  fetch(account, [this, account, before, done = std::move(done)](Outcome outcome) {
    const std::optional<DeviceListRow> now = engine_.store.device_lists.find(account);
    // The same list again would name the same devices: that is for the server to settle, and not to be asked for
    // without a pause.
    if (outcome == Outcome::kDone && (!now || now->revision <= before)) outcome = Outcome::kUnavailable;
    done(outcome);
  });
}

Devices::Outcome Devices::open_from(const AccountId& account, const wire::PrekeyBundlesResponse& response,
                                    const std::vector<DeviceId>& devices) {
  if (response.bundles_size() > static_cast<int>(kDevicesMax)) return Outcome::kInvalid;
  if (!accept(account, response.device_list())) return Outcome::kInvalid;
  for (const wire::PrekeyBundle& from : response.bundles()) {
    const DeviceAddress peer{account, {from.device_id()}};
    if (std::find(devices.begin(), devices.end(), peer.device) == devices.end()) continue;
    const std::optional<Bytes> trusted = engine_.store.device_lists.identity_key(peer);
    if (!trusted || *trusted != from.identity_key()) return Outcome::kInvalid;
    if (!engine_.sessions.open_session(peer, bundle_of(from))) return Outcome::kInvalid;
  }
  return Outcome::kDone;
}

void Devices::note_revision(const AccountId& account, Revision revision) {
  if (revision.value > kRevisionMax) return;  // there will be no such list
  engine_.store.device_lists.note_revision(account, revision);
  refresh_not_before_ms_.erase(account);
  look_ = true;
}

void Devices::hear_own_revision(Revision revision) {
  const AccountId& self = engine_.registration->account;
  const std::optional<DeviceListRow> known = engine_.store.device_lists.find(self);
  if (known && revision > known->revision) note_revision(self, revision);
}

void Devices::pump() {
  if (!look_ || !engine_.connection.ready()) return;
  look_ = false;
  const uint64_t now = engine_.clock.monotonic().value;
  bool waits = false;
  for (const AccountId& account : engine_.store.device_lists.stale(kStaleAtOnce)) {
    waits = true;
    if (fetching_.size() >= kRefreshesAtOnce) break;
    if (fetching_.contains(account)) continue;
    if (const auto later = refresh_not_before_ms_.find(account);
        later != refresh_not_before_ms_.end() && now < later->second)
      continue;
    // Only a list of the revision heard of settles it; what the server hands out instead is asked for again much later.
    refresh_not_before_ms_[account] = now + kRefreshAgainMs;
    fetch(account, [this](Outcome) { look_ = true; });
  }
  if (waits && !again_.is_set()) again_.set(engine_.in_ms(kRefreshAgainMs), [this] { look_ = true; });
}

std::optional<Bytes> Devices::keys_of(const DeviceAddress& device) {
  const std::optional<DeviceListRow> list = engine_.store.device_lists.find(device.account);
  return list && list->known() ? list->keys_of(device.device) : std::nullopt;
}

}  // namespace kith::core
