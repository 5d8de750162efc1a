// SPDX-License-Identifier: AGPL-3.0-or-later

// A device's client over its database file. A file that is damaged is rebuilt first (store/rebuild.h).
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "core/client.h"
#include "core/store/database.h"

namespace kith::core {

struct Device {
  Device() = default;
  Device(Device&&) = default;
  Device& operator=(Device&& other) noexcept {
    client = std::move(other.client);
    database = std::move(other.database);
    return *this;
  }

  std::unique_ptr<Database> database;
  std::unique_ptr<Client> client;  // ends before the database
};

// Opens the file, or makes it. Borrows clock and random. `vfs`: null for the default one.
//
// Errors: kCorrupt: it is no database of Kith, or so damaged that the device has to register again; the file is as
//         before. kNewer, kFull, kStorage: see OpenError; a later attempt may do.
Result<Device, OpenError> open_device(const std::string& path, const char* vfs, Clock& clock, RandomSource& random);

}  // namespace kith::core
