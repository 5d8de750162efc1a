// SPDX-License-Identifier: AGPL-3.0-or-later

// A device's keys, and with them, when it says so, the account's device list: the moment a device becomes active and
// others end.
//
// Who learns of a new list: a sender is refused with kStaleDevices at its next message: that is the sure way. Besides,
// the account's other devices get an AccountChanged entry, and so do accounts of which the server happens to know that
// they deal with this one (subscribers of its presence, recent senders). Others are not told: the marks that are kept
// of whom an account has written to (server/ports/pair_store.h) are there for LIMIT-2 alone.
#include <algorithm>
#include <set>

#include "crypto/account_key.h"
#include "server/handlers/checks.h"
#include "server/handlers/device_list.h"
#include "server/handlers/handlers.h"

namespace kith::handlers {
namespace {

constexpr uint32_t kRetryMs = 200;

// Everything that needs no stored state.
std::optional<Refusal> check_form(const wire::PublishKeysRequest& request) {
  if (request.registration_id() > kRegistrationIdMax) return Refusal{wire::kInvalidArgument, "registration_id", 0};
  if (request.has_signed_prekey()) {
    const wire::SignedPrekey& prekey = request.signed_prekey();
    if (prekey.id() == 0 || prekey.id() > kPrekeyIdMax) return Refusal{wire::kInvalidArgument, "signed_prekey.id", 0};
    if (!is_public_key(prekey.public_key())) return Refusal{wire::kInvalidArgument, "signed_prekey.public_key", 0};
    if (prekey.signature().size() != kSignatureBytes)
      return Refusal{wire::kInvalidArgument, "signed_prekey.signature", 0};
  }
  if (static_cast<uint32_t>(request.prekeys_size()) > KeyStore::kPrekeysMax)
    return Refusal{wire::kTooLarge, "prekeys", 0};
  std::set<uint32_t> ids;
  for (const wire::Prekey& prekey : request.prekeys()) {
    if (prekey.id() == 0 || prekey.id() > kPrekeyIdMax || !ids.insert(prekey.id()).second) {
      return Refusal{wire::kInvalidArgument, "prekeys.id", 0};
    }
    if (!is_public_key(prekey.public_key())) return Refusal{wire::kInvalidArgument, "prekeys.public_key", 0};
  }
  return std::nullopt;
}

PublicSignedPrekey signed_prekey_of(const wire::PublishKeysRequest& request) {
  const wire::SignedPrekey& prekey = request.signed_prekey();
  return {prekey.id(), prekey.public_key(), prekey.signature()};
}

// Whether it is one that was to be linked, and was not in time (LINK-4).
bool is_given_up(const DeviceRecord& device, UnixMicros now) {
  return device.linked && !device.active && device.created_at.value + LinkStore::kLifeMicros <= now.value;
}

// Makes the list current everywhere: in the store, in the loop that owns the account, and with those who should know.
Task<Outcome<wire::Empty>> activate(Services& services, DeviceAddress caller, AccountRecord before,
                                    AccountStore::DeviceList list) {
  const auto record = co_await services.accounts.set_device_list(before.id, std::move(list));
  if (!record) {
    if (record.error() == StoreError::kNotFound)
      co_return refuse(wire::kInvalidArgument, "device_list.devices.device_id");
    co_return refuse_store(record.error());
  }
  AccountRecord current = *record;
  co_await services.home.set_devices(std::move(current), caller.device);
  for (const DeviceRecord& device : before.devices) {
    const bool remains = std::any_of(record->devices.begin(), record->devices.end(),
                                     [&device](const DeviceRecord& one) { return one.id == device.id; });
    // Keys that can't be removed now are never handed out again all the same: bundles are made of active devices only.
    if (!remains) (void)co_await services.keys.remove_device({before.id, device.id});
  }
  // The answer to its registration has arrived: nothing is let in by that code any more (DEVICE-7). One that can't be
  // removed now expires, and is of no use without that request's id.
  for (const Handle& handle : record->handles) (void)co_await services.accounts.remove_used_code(handle);
  co_return wire::Empty();
}

Task<Outcome<wire::PublishKeysResponse>> publish(Services& services, DeviceAddress caller,
                                                 wire::PublishKeysRequest request) {
  if (const auto refusal = check_form(request)) co_return std::unexpected<Refusal>(*refusal);
  if (const uint32_t wait_ms = services.rate_limits.take(Limit::kProfileWrite, caller.account.view()); wait_ms != 0)
    co_return refuse_rate(wait_ms);
  const OneAtATime turn(services.rate_limits, "keys " + caller.account.bytes());
  if (!turn.alone()) co_return refuse_rate(kRetryMs);

  const auto account = co_await services.accounts.load(caller.account);
  if (!account) co_return refuse_store(account.error());
  const auto own = std::find_if(account->devices.begin(), account->devices.end(),
                                [&caller](const DeviceRecord& one) { return one.id == caller.device; });
  if (own == account->devices.end() || is_given_up(*own, services.clock.now()))
    co_return std::unexpected<Refusal>(
        Refusal{wire::kUnauthenticated, "the device was ended", 0, shown_list(*account)});
  if (!own->active && !request.has_device_list()) co_return refuse(wire::kInvalidArgument, "device_list");
  if (!own->active && !request.has_signed_prekey()) co_return refuse(wire::kInvalidArgument, "signed_prekey");
  if (!own->active && request.registration_id() == 0) co_return refuse(wire::kInvalidArgument, "registration_id");

  AccountStore::DeviceList list;
  Bytes identity;
  if (request.has_device_list()) {
    const auto checked = check_list(*account, caller.device, request);
    if (!checked) co_return std::unexpected<Refusal>(checked.error());
    identity = identity_in(*checked, caller.device);
    list = {{checked->revision()},
            request.device_list().device_list(),
            request.device_list().signature(),
            {},
            services.clock.now()};
    for (const wire::DeviceList::Device& device : checked->devices()) list.devices.push_back({device.device_id()});
  } else if (const auto current = current_list(*account)) {
    identity = identity_in(*current, caller.device);
  }
  if (request.has_signed_prekey() && !crypto::verify_prekey_signature(identity, request.signed_prekey().public_key(),
                                                                      request.signed_prekey().signature())) {
    co_return refuse(wire::kInvalidSignature, "signed_prekey.signature");
  }

  // Keys first: a device that is named in the list can be written to at once.
  if (request.has_signed_prekey()) {
    if (request.registration_id() != 0) {
      DeviceKeys keys{request.registration_id(), identity, signed_prekey_of(request)};
      const auto stored = co_await services.keys.put_keys(caller, std::move(keys));
      if (!stored) co_return refuse_store(stored.error());
    } else {
      PublicSignedPrekey prekey = signed_prekey_of(request);
      const auto stored = co_await services.keys.put_signed_prekey(caller, std::move(prekey));
      if (!stored) co_return refuse_store(stored.error());
    }
  }
  std::vector<PublicPrekey> prekeys;
  for (const wire::Prekey& prekey : request.prekeys()) prekeys.push_back({prekey.id(), prekey.public_key()});
  Task<Result<uint32_t, StoreError>> adding = request.has_signed_prekey()
                                                  ? services.keys.replace_prekeys(caller, std::move(prekeys))
                                                  : services.keys.add_prekeys(caller, std::move(prekeys));
  const auto held = co_await std::move(adding);
  if (!held) co_return refuse_store(held.error());
  if (request.has_device_list()) {
    Task<Outcome<wire::Empty>> activation = activate(services, caller, *account, std::move(list));
    const auto activated = co_await std::move(activation);
    if (!activated) co_return std::unexpected<Refusal>(activated.error());
  }
  wire::PublishKeysResponse response;
  response.set_prekeys_remaining(*held);
  co_return response;
}

}  // namespace

Task<Outcome<wire::PublishKeysResponse>> publish_keys(Services& services, DeviceAddress caller,
                                                      wire::PublishKeysRequest request) {
  return come_back(publish(services, caller, std::move(request)));
}

}  // namespace kith::handlers
