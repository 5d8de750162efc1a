// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/device_list.h"

#include <algorithm>

#include "crypto/account_key.h"
#include "server/handlers/checks.h"
#include "wire/handle.h"
#include "wire/removed_devices.h"

namespace kith::handlers {
namespace {

constexpr size_t kListBytesMax = 4096;

const DeviceRecord* find(const AccountRecord& account, DeviceId id) {
  const auto found = std::find_if(account.devices.begin(), account.devices.end(),
                                  [id](const DeviceRecord& one) { return one.id == id; });
  return found == account.devices.end() ? nullptr : &*found;
}

// The part of a list that needs nothing but itself.
std::optional<Refusal> check_form(const wire::DeviceList& list) {
  if (list.account_key().size() != kAccountKeyBytes)
    return Refusal{wire::kInvalidArgument, "device_list.account_key", 0};
  if (list.devices_size() == 0 || static_cast<size_t>(list.devices_size()) > kDevicesMax) {
    return Refusal{wire::kInvalidArgument, "device_list.devices", 0};
  }
  uint32_t last = 0;
  for (const wire::DeviceList::Device& device : list.devices()) {
    if (device.device_id() <= last) return Refusal{wire::kInvalidArgument, "device_list.devices.device_id", 0};
    last = device.device_id();
    if (!is_public_key(device.identity_key()))
      return Refusal{wire::kInvalidArgument, "device_list.devices.identity_key", 0};
    if (device.name().size() > kDeviceNameBytesMax || !is_line(device.name(), kDeviceNameBytesMax)) {
      return Refusal{wire::kInvalidArgument, "device_list.devices.name", 0};
    }
    if (device.platform().size() > kDeviceNameBytesMax || !is_line(device.platform(), kDeviceNameBytesMax))
      return Refusal{wire::kInvalidArgument, "device_list.devices.platform", 0};
  }
  if (const auto removed = read_removed(list); !removed) return Refusal{wire::kInvalidArgument, removed.error(), 0};
  return std::nullopt;
}

}  // namespace

void tell_handle(const AccountRecord& account, wire::SignedDeviceList& list) {
  if (!account.handles.empty()) *list.mutable_handle() = to_wire(account.handles.front());
}

std::optional<wire::DeviceList> current_list(const AccountRecord& account) {
  wire::DeviceList list;
  if (account.device_list_revision.value == 0 || !list.ParseFromString(account.device_list)) return std::nullopt;
  return list;
}

Bytes identity_in(const wire::DeviceList& list, DeviceId device) {
  for (const wire::DeviceList::Device& one : list.devices()) {
    if (one.device_id() == device.value) return one.identity_key();
  }
  return {};
}

Outcome<wire::DeviceList> check_list(const AccountRecord& account, DeviceId caller,
                                     const wire::PublishKeysRequest& request) {
  const wire::SignedDeviceList& envelope = request.device_list();
  wire::DeviceList list;
  if (envelope.device_list().size() > kListBytesMax || !list.ParseFromString(envelope.device_list())) {
    return refuse(wire::kInvalidArgument, "device_list");
  }
  if (const auto refusal = check_form(list)) return std::unexpected<Refusal>(*refusal);
  if (list.account_id() != account.id.view()) return refuse(wire::kInvalidArgument, "device_list.account_id");
  const Bytes identity = identity_in(list, caller);
  if (identity.empty()) return refuse(wire::kInvalidArgument, "device_list.devices");
  const DeviceRecord* const own = find(account, caller);
  const bool was_active = own != nullptr && own->active;
  if ((!was_active || !request.identity_key().empty()) && request.identity_key() != identity)
    return refuse(wire::kInvalidArgument, "identity_key");
  if (!crypto::verify_device_list(list.account_key(), envelope.device_list(), envelope.signature())) {
    return refuse(wire::kInvalidSignature, "device_list.signature");
  }
  // Exactly the next one: a number that is skipped would be lost, and the last one would end the account.
  if (list.revision() != account.device_list_revision.value + 1 || list.revision() > kRevisionMax)
    return refuse(wire::kInvalidRevision, "device_list.revision");

  const auto current = current_list(account);
  const bool same_key = current && current->account_key() == list.account_key();
  if (current && !same_key && (was_active || (own != nullptr && own->linked)))
    return refuse(wire::kInvalidArgument, "device_list.account_key");
  for (const wire::DeviceList::Device& device : list.devices()) {
    const DeviceId id{device.device_id()};
    const DeviceRecord* const record = find(account, id);
    if (record == nullptr || (id != caller && (!record->active || !same_key))) {
      return refuse(wire::kInvalidArgument, "device_list.devices.device_id");
    }
    const Bytes before = current ? identity_in(*current, id) : Bytes();
    if (!before.empty() && before != device.identity_key())
      return refuse(wire::kInvalidArgument, "device_list.devices.identity_key");
  }
  return list;
}

}  // namespace kith::handlers
