// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/impostor.h"

#include <cstdlib>

#include "core/sealing.h"

namespace kith::sim {
namespace {

constexpr UnixMicros kMadeAt{1'700'000'000'000'000};

crypto::PrekeyBundle bundle_of(const wire::PrekeyBundle& from) {
  crypto::PrekeyBundle bundle{.registration_id = from.registration_id(),
                              .identity_key = from.identity_key(),
                              .signed_prekey_id = from.signed_prekey().id(),
                              .signed_prekey = from.signed_prekey().public_key(),
                              .signed_prekey_signature = from.signed_prekey().signature(),
                              .prekey_id = std::nullopt,
                              .prekey = {}};
  if (from.has_prekey()) {
    bundle.prekey_id = from.prekey().id();
    bundle.prekey = from.prekey().public_key();
  }
  return bundle;
}

}  // namespace

Impostor::Impostor(uint64_t seed)
    : dice_(seed),
      account_key_(crypto::make_account_key(dice_)),
      store_(crypto::Sessions::make_identity(dice_), crypto::Sessions::make_registration_id(dice_)),
      sessions_(store_, dice_) {
  const auto made = sessions_.make_signed_prekey(1, kMadeAt);
  if (!made) std::abort();
  signed_prekey_ = *made;
}

wire::SignedDeviceList Impostor::sign(const wire::DeviceList& list) const {
  wire::SignedDeviceList signed_list;
  signed_list.set_device_list(list.SerializeAsString());
  signed_list.set_signature(crypto::sign_device_list(account_key_, signed_list.device_list()));
  return signed_list;
}

wire::SignedDeviceList Impostor::take_over(const wire::DeviceList& list) const {
  wire::DeviceList next = list;
  next.set_revision(list.revision() + 1);
  next.set_account_key(account_key_.public_key);
  for (wire::DeviceList::Device& device : *next.mutable_devices())
    device.set_identity_key(const_cast<crypto::MemorySignalStore&>(store_).identity().public_key);
  return sign(next);
}

wire::SignedDeviceList Impostor::join(const wire::DeviceList& list) const {
  wire::DeviceList next = list;
  next.set_revision(list.revision() + 1);
  next.set_account_key(account_key_.public_key);
  wire::DeviceList::Device& added = *next.add_devices();
  added = list.devices(list.devices_size() - 1);
  added.set_device_id(added.device_id() + 1);
  added.set_identity_key(const_cast<crypto::MemorySignalStore&>(store_).identity().public_key);
  return sign(next);
}

wire::SignedDeviceList Impostor::found(const AccountId& account) const {
  wire::DeviceList list;
  list.set_account_id(account.bytes());
  list.set_revision(1);
  list.set_account_key(account_key_.public_key);
  wire::DeviceList::Device& device = *list.add_devices();
  device.set_device_id(1);
  device.set_identity_key(const_cast<crypto::MemorySignalStore&>(store_).identity().public_key);
  return sign(list);
}

wire::PrekeyBundle Impostor::bundle(DeviceId device) {
  const auto prekeys = sessions_.make_prekeys(next_prekey_++, 1);
  if (!prekeys) std::abort();
  wire::PrekeyBundle bundle;
  bundle.set_device_id(device.value);
  bundle.set_registration_id(store_.registration_id());
  bundle.set_identity_key(store_.identity().public_key);
  bundle.mutable_signed_prekey()->set_id(signed_prekey_.id);
  bundle.mutable_signed_prekey()->set_public_key(signed_prekey_.public_key);
  bundle.mutable_signed_prekey()->set_signature(signed_prekey_.signature);
  bundle.mutable_prekey()->set_id(prekeys->front().id);
  bundle.mutable_prekey()->set_public_key(prekeys->front().public_key);
  return bundle;
}

void Impostor::trust(const AccountId& account, const wire::DeviceList& list) {
  for (const wire::DeviceList::Device& device : list.devices())
    store_.trusted[{account, DeviceId{device.device_id()}}] = device.identity_key();
}

std::optional<content::Content> Impostor::read(const DeviceAddress& from, BytesView payload) {
  bool begins_session = false;
  const auto unsealed = core::unseal(sessions_, from, payload, begins_session);
  content::Content content;
  if (!unsealed || !content.ParseFromString(*unsealed)) return std::nullopt;
  return content;
}

std::optional<Bytes> Impostor::write(const DeviceAddress& to, const wire::PrekeyBundle& bundle, bool first,
                                     BytesView content) {
  if (first && !sessions_.open_session(to, bundle_of(bundle))) return std::nullopt;
  auto payload = core::seal(sessions_, to, content);
  if (!payload) return std::nullopt;
  return std::move(*payload);
}

}  // namespace kith::sim
