// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/account.h"

#include <algorithm>

namespace kith {

Device* Account::device(DeviceId id) {
  for (Device& device : devices) {
    if (device.id == id) return &device;
  }
  return nullptr;
}

bool Account::has_active_device() const {
  return std::any_of(devices.begin(), devices.end(), [](const Device& device) { return device.active; });
}

bool Account::online() const {
  return std::any_of(devices.begin(), devices.end(), [](const Device& device) { return device.available; });
}

bool Account::connected() const {
  return std::any_of(devices.begin(), devices.end(),
                     [](const Device& device) { return device.inbox && device.inbox->session() != nullptr; });
}

bool Account::blocks(const AccountId& other) const {
  return privacy && std::binary_search(privacy->blocked.begin(), privacy->blocked.end(), other);
}

bool Account::has_contact(const AccountId& other) const {
  return privacy && std::binary_search(privacy->contacts.begin(), privacy->contacts.end(), other);
}

bool Account::is_stranger(const AccountId& other) const {
  return other != id && !has_contact(other) && !known_peers.has(other);
}

namespace {

bool scope_includes(Scope scope, const PrivacyRecord& privacy, const AccountId& other) {
  switch (scope) {
    case Scope::kEveryone: return true;
    case Scope::kContacts: return std::binary_search(privacy.contacts.begin(), privacy.contacts.end(), other);
    case Scope::kNobody: return false;
  }
  return false;
}

}  // namespace

bool Account::shows_presence_to(const AccountId& other) const {
  if (!privacy || other == id) return true;
  return !blocks(other) && scope_includes(privacy->last_seen, *privacy, other);
}

ShownOfProfile Account::shows_to(const AccountId& other) const {
  if (!privacy || other == id) return {true, true};
  if (blocks(other)) return {false, false};
  return {scope_includes(privacy->about, *privacy, other), scope_includes(privacy->photo, *privacy, other)};
}

void Account::remember_peer(const AccountId& peer) {
  if (!recent_peers) recent_peers = std::make_unique<std::vector<AccountId>>();
  std::vector<AccountId>& peers = *recent_peers;
  if (std::find(peers.begin(), peers.end(), peer) != peers.end()) return;
  if (peers.size() >= kRecentPeersMax) peers.erase(peers.begin());
  peers.push_back(peer);
}

ShownList shown_list(const AccountRecord& record) {
  if (record.device_list_revision.value == 0) return nullptr;
  auto list = std::make_shared<wire::SignedDeviceList>();
  list->set_device_list(record.device_list);
  list->set_signature(record.device_list_signature);
  return list;
}

DeviceDifference compare_devices(const Account& account, std::span<const DeviceId> named, DeviceId except) {
  DeviceDifference difference;
  for (const Device& device : account.devices) {
    if (!device.active || device.id == except) continue;
    if (std::find(named.begin(), named.end(), device.id) == named.end()) difference.missing.push_back(device.id);
  }
  for (const DeviceId id : named) {
    const auto known = std::find_if(account.devices.begin(), account.devices.end(),
                                    [id](const Device& device) { return device.id == id && device.active; });
    if (known == account.devices.end() || id == except) difference.extra.push_back(id);
  }
  return difference;
}

}  // namespace kith
