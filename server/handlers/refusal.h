// SPDX-License-Identifier: AGPL-3.0-or-later

// Why a handler did not do what was asked: a wire error, told over the socket or as ApiError over HTTP.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "server/ports/store_error.h"
#include "wire/frames.pb.h"

namespace kith {

struct Refusal {
  wire::ErrorCode code = wire::kInternal;
  std::string detail;  // for people and logs: names the field at fault, never user data
  uint32_t retry_after_ms = 0;
  std::shared_ptr<const wire::SignedDeviceList> device_list = nullptr;  // Error.device_list; null: absent
  std::shared_ptr<const wire::GroupRefusal> group = nullptr;            // Error.group; as well
};

template <class T>
using Outcome = Result<T, Refusal>;

inline std::unexpected<Refusal> refuse(wire::ErrorCode code, std::string detail = "", uint32_t retry_after_ms = 0) {
  return std::unexpected<Refusal>(Refusal{code, std::move(detail), retry_after_ms});
}

// The one place where a store's error becomes a wire error.
inline Refusal refusal_of(StoreError error) {
  switch (error) {
    case StoreError::kFull: return {wire::kServerFull, "the server's disk is at its bound", 5000};
    case StoreError::kOverShare: return {wire::kRateLimited, "the account holds as much as it may", 60'000};
    case StoreError::kDamaged: return {wire::kInternal, "a record is damaged", 60'000};
    case StoreError::kNotFound: return {wire::kNotFound, "", 0};
    case StoreError::kConflict: return {wire::kInvalidRevision, "", 0};
    case StoreError::kUnavailable: break;
  }
  return {wire::kUnavailable, "a store is away", 1000};
}

}  // namespace kith
