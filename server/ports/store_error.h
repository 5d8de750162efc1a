// SPDX-License-Identifier: AGPL-3.0-or-later

// What a store can answer instead of a result. server/handlers/refusal.h maps it to the wire.
#pragma once

namespace kith {

enum class StoreError {
  kUnavailable,  // the back end is away or failed; whether the call took effect is unknown: repeat it. Retryable
  kFull,         // a bound of the disk is reached; nothing was written. Retryable when space is given back
  kOverShare,    // what one account may hold is held; nothing was written. Retryable when some of it is given back
  kDamaged,      // the record is there and can't be read; it alone is meant. Nothing was written
  kNotFound,     // no such record; nothing was written
  kConflict,     // the record is not in the state the call asked for (revision, already exists); nothing was written
};

}  // namespace kith
