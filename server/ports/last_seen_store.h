// SPDX-License-Identifier: AGPL-3.0-or-later

// When an account was last online (C7), and a device of it last connected (DEVICE-9).
#pragma once

#include <optional>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "server/ports/store_error.h"

namespace kith {

class LastSeenStore {
 public:
  virtual ~LastSeenStore() = default;

  // Remembers the time; the latest replaces the older. Returns at once: writes are gathered, and a crash may lose the
  // last few seconds.
  virtual void put(AccountId account, UnixMicros last_seen) = 0;
  // Zero when never seen. Sees every put() of this process.
  virtual Task<Result<UnixMicros, StoreError>> get(AccountId account) = 0;
  // The same of a device, in whatever resolution it is put: the latest time stays, and nothing of a device that is not,
  // or is no more.
  virtual void put_active(DeviceAddress device, UnixMicros last_active) = 0;
  // Zero when never put. Sees every put_active() of this process.
  virtual Task<Result<UnixMicros, StoreError>> get_active(DeviceAddress device) = 0;
  // Completes when everything put so far is durable.
  virtual Task<Result<void, StoreError>> flush() = 0;
};

}  // namespace kith
