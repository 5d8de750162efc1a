// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/open_device.h"

#include <utility>

#include "core/store/rebuild.h"

namespace kith::core {

namespace {

OpenError error_of(StoreError error) {
  switch (error) {
    case StoreError::kFull: return OpenError::kFull;
    case StoreError::kCorrupt: return OpenError::kCorrupt;
    case StoreError::kFailed:
    case StoreError::kBusy: break;
  }
  return OpenError::kStorage;
}

Result<Device, OpenError> open_file(const std::string& path, const char* vfs, Clock& clock, RandomSource& random,
                                    const Rebuilt* rebuilt) {
  auto database = Database::open(path, vfs);
  if (!database) return Fail(error_of(database.error()));
  auto client = Client::open(**database, clock, random, rebuilt);
  if (!client) return Fail(client.error());
  Device device;
  device.database = std::move(*database);
  device.client = std::move(*client);
  return device;
}

}  // namespace

Result<Device, OpenError> open_device(const std::string& path, const char* vfs, Clock& clock, RandomSource& random) {
  const auto finished = finish_rebuild(path, vfs);
  if (!finished) return Fail(error_of(finished.error()));
  auto device = open_file(path, vfs, clock, random, *finished ? &**finished : nullptr);
  if (device || device.error() != OpenError::kCorrupt) return device;
  const auto rebuilt = rebuild(path, vfs);
  if (!rebuilt) return Fail(error_of(rebuilt.error()));
  return open_file(path, vfs, clock, random, &*rebuilt);
}

}  // namespace kith::core
