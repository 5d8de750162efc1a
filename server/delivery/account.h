// SPDX-License-Identifier: AGPL-3.0-or-later

// What a shard keeps of an account that it owns: enough for every message to it, and no more (an idle one costs some
// hundred bytes).
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "base/ids.h"
#include "server/delivery/device_inbox.h"
#include "server/delivery/known_peers.h"
#include "server/ports/account_store.h"
#include "server/ports/profile_store.h"

namespace kith {

struct Device {
  DeviceId id;
  bool active = false;
  bool available = false;  // its user is looking at the app
  std::array<char, 32> token_hash{};
  std::unique_ptr<DeviceInbox> inbox;                     // of active devices
  std::unique_ptr<std::vector<AccountId>> subscriptions;  // sorted: whose presence its session wants
};

// A session, anywhere, that wants this account's presence.
struct Subscriber {
  DeviceAddress viewer;
  uint64_t version = 0;  // of the viewer's shard: a change with a lower one comes too late
  // The viewer shows its own presence to this account, and has not blocked it (reciprocity)
  bool viewer_shows = false;
};

// What of its profile an account lets another see, beside its name.
struct ShownOfProfile {
  bool about = false;
  bool photo = false;
};

struct Account {
  AccountId id;
  Revision revision;
  DeviceId last_device;  // the highest id that a device of this account has had
  uint32_t last_used_s = 0;
  std::vector<Device> devices;             // ascending id
  std::unique_ptr<PrivacyRecord> privacy;  // null: everyone, nobody blocked, and never changed
  KnownPeers known_peers;
  std::unique_ptr<std::vector<Subscriber>> subscribers;
  // Accounts that have sent to this one lately, in this process; at most kRecentPeersMax
  std::unique_ptr<std::vector<AccountId>> recent_peers;  // null: none

  static constexpr size_t kRecentPeersMax = 32;

  [[nodiscard]] Device* device(DeviceId device);
  [[nodiscard]] bool has_active_device() const;
  [[nodiscard]] bool online() const;
  [[nodiscard]] bool connected() const;
  [[nodiscard]] bool blocks(const AccountId& other) const;
  // Whether this account lets `other` see its presence (what of its profile), as far as its own settings say; blocked
  // accounts see nothing.
  [[nodiscard]] bool shows_presence_to(const AccountId& other) const;
  [[nodiscard]] ShownOfProfile shows_to(const AccountId& other) const;
  // One of the contacts it has told; it tells them when a scope needs them.
  [[nodiscard]] bool has_contact(const AccountId& other) const;
  // Neither itself, nor a contact that it has told, nor somebody whom it has written to (admission.h).
  [[nodiscard]] bool is_stranger(const AccountId& other) const;
  void remember_peer(const AccountId& peer);
};

// What a device is shown that the account has no more; null when it never published a list.
ShownList shown_list(const AccountRecord& record);

// The difference between the devices a send names and those that are (DEVICE-1).
struct DeviceDifference {
  std::vector<DeviceId> missing;
  std::vector<DeviceId> extra;
  [[nodiscard]] bool none() const { return missing.empty() && extra.empty(); }
};
// `except` (the sending device, for one's own account) is not expected; DeviceId{} for none.
DeviceDifference compare_devices(const Account& account, std::span<const DeviceId> named, DeviceId except);

}  // namespace kith
