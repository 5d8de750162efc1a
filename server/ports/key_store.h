// SPDX-License-Identifier: AGPL-3.0-or-later

// The key directory: the public keys with which others open sessions with a device.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/store_error.h"

namespace kith {

struct PublicPrekey {
  uint32_t id = 0;
  Bytes public_key;  // 33 bytes
};
struct PublicSignedPrekey {
  uint32_t id = 0;
  Bytes public_key;
  Bytes signature;  // 64 bytes
};
struct DeviceKeys {
  uint32_t registration_id = 0;
  Bytes identity_key;  // 33 bytes
  PublicSignedPrekey signed_prekey;
};
struct DeviceKeyBundle {
  DeviceKeys keys;
  std::optional<PublicPrekey> prekey;  // absent: none left, or none can be marked as used
  uint32_t prekeys_remaining = 0;      // after this one was taken
};

class KeyStore {
 public:
  virtual ~KeyStore() = default;

  static constexpr uint32_t kPrekeysMax = 200;
  static constexpr uint32_t kPrekeysRemembered = 1000;

  // Replaces the device's keys. Errors: kUnavailable, kFull. The device's one-time prekeys stay.
  virtual Task<Result<void, StoreError>> put_keys(DeviceAddress device, DeviceKeys keys) = 0;
  // Replaces only the signed prekey. kNotFound when the device has no keys yet.
  virtual Task<Result<void, StoreError>> put_signed_prekey(DeviceAddress device, PublicSignedPrekey prekey) = 0;
  // Adds one-time prekeys, those with a known id excepted, up to kPrekeysMax held, whoever else adds some; answers how
  // many are held now. Known is an id that is held, or was handed out among the last kPrekeysRemembered added: an
  // upload that is repeated doesn't bring a used key back. kNotFound when the device has no keys yet, or no more.
  virtual Task<Result<uint32_t, StoreError>> add_prekeys(DeviceAddress device, std::vector<PublicPrekey> prekeys) = 0;
  // The same, in the place of those that are held, which are handed out no more, and whose ids stay known. When the
  // first one is known, this is a repetition of an upload, and replaces nothing.
  virtual Task<Result<uint32_t, StoreError>> replace_prekeys(DeviceAddress device,
                                                             std::vector<PublicPrekey> prekeys) = 0;
  virtual Task<Result<uint32_t, StoreError>> count_prekeys(DeviceAddress device) = 0;
  // The device's keys and one one-time prekey, oldest first, which is removed durably before this completes: it is
  // never handed out again; without one when none is left, or when the disk is full or takes no writes, so that none
  // can be marked as used (DEVICE-5). kNotFound when the device has no keys; kUnavailable when they can't be read.
  virtual Task<Result<DeviceKeyBundle, StoreError>> take_bundle(DeviceAddress device) = 0;
  // Forgets all keys of the device; an absent device is no error.
  virtual Task<Result<void, StoreError>> remove_device(DeviceAddress device) = 0;
};

}  // namespace kith
